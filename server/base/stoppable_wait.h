// Waiting that ends early when it is asked to.
#pragma once

#include <optional>
#include <stop_token>
#include <utility>

#include "base/task.h"

namespace walrus {

// Waits on the home loop's timers. False when `stop` came first.
Task<bool> sleep_unless_stopped(Duration duration, std::stop_token stop);

// Lets the loop's other work run before going on.
Task<> yield_to_loop();

// Stops what is awaited when its timer runs out. For the home loop's thread.
class Watch {
 public:
  Watch(Loop& home, std::stop_source& stop) : home_(home), stop_(stop) {}
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  ~Watch() { disarm(); }

  void arm(Duration limit) {
    disarm();
    timer_ = home_.after(limit, [this] {
      timer_.reset();
      expired_ = true;
      stop_.request_stop();
    });
  }
  bool expired() const { return expired_; }

 private:
  void disarm() {
    if (timer_) home_.cancel(*std::exchange(timer_, std::nullopt));
  }

  Loop& home_;
  std::stop_source& stop_;
  std::optional<TimerId> timer_;
  bool expired_ = false;
};

}  // namespace walrus
