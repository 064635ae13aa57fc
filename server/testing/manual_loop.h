// A Loop whose time stands still until a test moves it.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <utility>

#include "base/task.h"
#include "base/task_group.h"

namespace walrus::testing {

// Wall clock and monotonic clock move together, from 2024-01-15T10:30:00Z. Not thread-safe to move.
class ManualClock final : public Clock {
 public:
  TimePoint now() const override { return now_; }
  Duration monotonic() const override { return elapsed_; }
  void advance(Duration by) {
    now_ += by;
    elapsed_ += by;
  }
  void step_wall_clock(Duration by) { now_ += by; }  // as ntp does

 private:
  TimePoint now_ = std::chrono::sys_days(std::chrono::year(2024) / 1 / 15) +
                   std::chrono::hours(10) + std::chrono::minutes(30);
  Duration elapsed_{0};
};

// Runs on the thread that calls run_until_idle or advance. `post` is thread-safe.
class ManualLoop final : public Loop {
 public:
  explicit ManualLoop(ManualClock& clock) : clock_(clock) {}

  void post(Work work) override;
  TimerId after(Duration delay, Work work) override;
  void cancel(TimerId id) override;
  const Clock& clock() const override { return clock_; }

  // Runs what is posted, and what that posts, until nothing is. Timers that are due run too.
  void run_until_idle();
  // Moves the clock forward, timer by timer, running what becomes due.
  void advance(Duration by);
  // Blocks until another thread posts (5 s at most, then throws), then run_until_idle.
  void run_when_posted();

  std::size_t timers() const { return timers_.size(); }
  // How long until the next timer is due; nothing where there is none.
  std::optional<Duration> next_timer_in() const;

 private:
  using Key = std::pair<Duration, TimerId>;
  bool run_one();

  ManualClock& clock_;
  std::mutex mutex_;
  std::condition_variable posted_;
  std::deque<Work> queue_;
  TimerId next_timer_ = 1;
  std::map<Key, Work> timers_;
};

// Runs a task to its end and returns its result. Waits for other threads, moves no clock.
template <class T>
T run(ManualLoop& loop, Task<T> task) {
  std::exception_ptr failure;
  TaskGroup group(loop, [&](std::exception_ptr thrown) { failure = thrown; });
  std::optional<T> result;
  auto wrap = [](Task<T> inner, std::optional<T>& out) -> Task<void> {
    out.emplace(co_await inner);
  };
  group.start(wrap(std::move(task), result));
  loop.run_until_idle();
  while (group.running() > 0) loop.run_when_posted();
  if (failure) std::rethrow_exception(failure);
  return std::move(*result);
}

inline void run(ManualLoop& loop, Task<void> task) {
  std::exception_ptr failure;
  TaskGroup group(loop, [&](std::exception_ptr thrown) { failure = thrown; });
  group.start(std::move(task));
  loop.run_until_idle();
  while (group.running() > 0) loop.run_when_posted();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace walrus::testing
