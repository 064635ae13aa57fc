// The end of the server's parts, one after the other.
#pragma once

#include <chrono>
#include <functional>

#include "base/executor.h"

namespace walrus::app {

// However many parts there are, they share one limit.
class Shutdown {
 public:
  explicit Shutdown(std::chrono::milliseconds limit)
      : deadline_(std::chrono::steady_clock::now() + limit) {}

  // `end` makes a part end, and has `done` called when it has, on any thread and however late.
  // False: it has not, and the time is over.
  bool wait_for(const std::function<void(Work done)>& end) const;

 private:
  const std::chrono::steady_clock::time_point deadline_;
};

}  // namespace walrus::app
