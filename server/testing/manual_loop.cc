#include "testing/manual_loop.h"

namespace walrus::testing {

void ManualLoop::post(Work work) {
  std::lock_guard lock(mutex_);
  queue_.push_back(std::move(work));
  posted_.notify_one();
}

TimerId ManualLoop::after(Duration delay, Work work) {
  TimerId id = next_timer_++;
  timers_.emplace(Key{clock_.monotonic() + delay, id}, std::move(work));
  return id;
}

void ManualLoop::cancel(TimerId id) {
  std::erase_if(timers_, [id](auto& timer) { return timer.first.second == id; });
}

bool ManualLoop::run_one() {
  Work work;
  {
    std::lock_guard lock(mutex_);
    if (!queue_.empty()) {
      work = std::move(queue_.front());
      queue_.pop_front();
    }
  }
  if (!work) {
    auto first = timers_.begin();
    if (first == timers_.end() || first->first.first > clock_.monotonic()) return false;
    work = std::move(first->second);
    timers_.erase(first);
  }
  work();
  return true;
}

void ManualLoop::run_until_idle() {
  while (run_one()) {
  }
}

void ManualLoop::advance(Duration by) {
  Duration end = clock_.monotonic() + by;
  run_until_idle();
  while (!timers_.empty() && timers_.begin()->first.first <= end) {
    clock_.advance(timers_.begin()->first.first - clock_.monotonic());
    run_until_idle();
  }
  clock_.advance(end - clock_.monotonic());
}

void ManualLoop::run_when_posted() {
  {
    std::unique_lock lock(mutex_);
    bool posted =
        posted_.wait_for(lock, std::chrono::seconds(5), [this] { return !queue_.empty(); });
    if (!posted) throw std::runtime_error("a task waits, and nobody posts to its loop");
  }
  run_until_idle();
}

std::optional<Duration> ManualLoop::next_timer_in() const {
  if (timers_.empty()) return std::nullopt;
  return timers_.begin()->first.first - clock_.monotonic();
}

}  // namespace walrus::testing
