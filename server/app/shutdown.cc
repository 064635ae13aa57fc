#include "app/shutdown.h"

#include <future>
#include <memory>

namespace walrus::app {

bool Shutdown::wait_for(const std::function<void(Work done)>& end) const {
  auto ended = std::make_shared<std::promise<void>>();
  end([ended] { ended->set_value(); });
  return ended->get_future().wait_until(deadline_) == std::future_status::ready;
}

}  // namespace walrus::app
