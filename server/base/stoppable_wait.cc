#include "base/stoppable_wait.h"

#include <memory>
#include <optional>
#include <utility>
#include <variant>

namespace walrus {

namespace {

// Only ever touched on the home loop; a stop from elsewhere is posted there.
struct Waiting {
  Loop& home;
  std::optional<Completion<bool>> done;
  TimerId timer = 0;

  void end(bool slept) {
    if (!done) return;
    home.cancel(timer);
    (*std::exchange(done, std::nullopt))(slept);
  }
};

}  // namespace

Task<bool> sleep_unless_stopped(Duration duration, std::stop_token stop) {
  Loop& home = co_await home_loop();
  auto waiting = std::make_shared<Waiting>(home);
  auto wake = [waiting] { waiting->home.post([waiting] { waiting->end(false); }); };
  std::stop_callback stopper(stop, wake);
  auto start = [waiting, duration](Completion<bool> done) {
    waiting->done.emplace(std::move(done));
    waiting->timer = waiting->home.after(duration, [waiting] { waiting->end(true); });
  };
  co_return co_await wait_for_callback<bool>(start);
}

Task<> yield_to_loop() {
  auto start = [](Completion<std::monostate> done) { done({}); };
  co_await wait_for_callback<std::monostate>(start);
}

}  // namespace walrus
