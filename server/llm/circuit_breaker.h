// Keeps callers away from a service that just failed, and lets one of them look whether it is back.
#pragma once

#include <mutex>
#include <optional>

#include "base/executor.h"

namespace walrus::llm {

// Closed until a failure; then open for the cool-down; then one call is let through as a probe,
// whose end decides. Thread-safe.
class CircuitBreaker {
 public:
  static constexpr Duration kCoolDown = std::chrono::seconds(5);

  explicit CircuitBreaker(const Clock& clock) : clock_(clock) {}

  // Whether `enter` would let a call through.
  bool closed() const;
  // True: call, and then say how it ended with exactly one of the three below.
  bool enter();

  void succeeded();
  void failed();
  void undecided();  // cancelled, or refused for a reason of the request's own

 private:
  bool may_enter() const;

  const Clock& clock_;
  mutable std::mutex mutex_;
  std::optional<Duration> open_until_;  // on the monotonic clock
  bool probing_ = false;
};

}  // namespace walrus::llm
