// How often and when a call is tried again.
#pragma once

#include <mutex>

#include "base/executor.h"

namespace walrus::store::dynamodb {

// What all calls of a process may spend on further tries, so that they do not multiply a brown-out:
// after a hundred of them in a row, one for five calls that succeed. Thread-safe.
class RetryBudget {
 public:
  // True: one more try may be made.
  bool take();
  void succeeded();

 private:
  static constexpr int kFull = 500;
  static constexpr int kPrice = 5;
  std::mutex mutex_;
  int tokens_ = kFull;
};

inline constexpr int kMostTries = 6;

// The pause before another try, after `failures` of them: up to 25 ms, 50 ms and so on, at most
// 2 s. `draw` is even in [0, 1), so that callers who failed together do not come back together.
Duration pause_after(int failures, double draw);
Duration pause_after(int failures);  // drawn

}  // namespace walrus::store::dynamodb
