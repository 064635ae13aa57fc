// Where work runs and when. Everything that waits takes these, so that tests can own the time.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

namespace walrus {

using Work = std::move_only_function<void()>;
using Duration = std::chrono::microseconds;
using TimePoint = std::chrono::sys_time<std::chrono::microseconds>;  // wall clock, UTC

// The clocks. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  // Wall clock, for what is stored and shown. May step back.
  virtual TimePoint now() const = 0;
  // Never steps back; for deadlines and durations. Its zero means nothing.
  virtual Duration monotonic() const = 0;
};

// A queue of work that one thread runs in order.
class Executor {
 public:
  virtual ~Executor() = default;
  // From any thread. Runs `work` later on the executor's thread, never inside this call.
  virtual void post(Work work) = 0;
};

using TimerId = std::uint64_t;

// An executor with timers: the home of a coroutine. `after` and `cancel` are for the loop's own
// thread alone, `post` for any.
class Loop : public Executor {
 public:
  // Runs `work` once, `delay` from now.
  virtual TimerId after(Duration delay, Work work) = 0;
  // Forgets a timer that has not fired; unknown or fired ids are ignored.
  virtual void cancel(TimerId id) = 0;
  virtual const Clock& clock() const = 0;
};

}  // namespace walrus
