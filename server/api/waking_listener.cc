#include "api/waking_listener.h"

#include <utility>

namespace walrus::api {

void WakingListener::wake() {
  woken_ = true;
  if (waiting_) (*std::exchange(waiting_, std::nullopt))(true);
}

Task<void> until_woken(std::shared_ptr<WakingListener> listener, std::optional<Duration> at_most,
                       std::stop_token stop) {
  if (listener->woken_) co_return;
  Loop& home = co_await home_loop();
  // Posted: it may be called from any thread, and from here.
  auto wake_at_home = [&home, listener] { home.post([listener] { listener->wake(); }); };
  std::stop_callback stopper(std::move(stop), wake_at_home);
  TimerId timer = at_most ? home.after(*at_most, [listener] { listener->wake(); }) : 0;
  auto wait = [&listener](Completion<bool> completion) {
    listener->waiting_.emplace(std::move(completion));
  };
  co_await wait_for_callback<bool>(wait);
  home.cancel(timer);
}

}  // namespace walrus::api
