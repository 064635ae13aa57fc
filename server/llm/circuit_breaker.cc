#include "llm/circuit_breaker.h"

namespace walrus::llm {

bool CircuitBreaker::may_enter() const {
  return !open_until_ || (!probing_ && clock_.monotonic() >= *open_until_);
}

bool CircuitBreaker::closed() const {
  std::lock_guard lock(mutex_);
  return may_enter();
}

bool CircuitBreaker::enter() {
  std::lock_guard lock(mutex_);
  if (!may_enter()) return false;
  probing_ = open_until_.has_value();
  return true;
}

void CircuitBreaker::succeeded() {
  std::lock_guard lock(mutex_);
  open_until_.reset();
  probing_ = false;
}

void CircuitBreaker::failed() {
  std::lock_guard lock(mutex_);
  open_until_ = clock_.monotonic() + kCoolDown;
  probing_ = false;
}

void CircuitBreaker::undecided() {
  std::lock_guard lock(mutex_);
  probing_ = false;
}

}  // namespace walrus::llm
