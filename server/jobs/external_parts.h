// What one operation of somebody else's pipeline and one loop hold, for the two files that
// ExternalOperations is written in.
#pragma once

#include <algorithm>
#include <deque>

#include "jobs/external_operations.h"
#include "jobs/step_log.h"

namespace walrus::jobs {

inline std::unexpected<Error> not_ready(std::string message) {
  constexpr std::chrono::seconds kRetryAfter{5};
  return std::unexpected(Error{ErrorCode::kNotReady, std::move(message), {}, {}, kRetryAfter});
}

inline std::unexpected<Error> shutting_down() {
  return not_ready("The server is shutting down. Try again in a few seconds.");
}

struct ExternalOperations::Open {
  Open(store::OperationRecord record, live::Hub& hub, const Log& log, Metrics& metrics,
       Duration now, TimePoint at, std::shared_ptr<const status::PastCosts> past)
      : state(std::move(record.state)),
        silence(std::chrono::seconds(find_integer(record.input, "timeout_seconds").value_or(300))),
        steps(hub, log, metrics, state),
        time(state, std::move(past), now - std::max(at - state.started_at, TimePoint::duration(0))),
        last_report(now) {
    if (state.sequence > 0) time.resume(state, now);
  }

  // One report after the other, in the order they came.
  Task<void> take_turn() {
    if (!std::exchange(busy, true)) co_return;
    auto queue_up = [this](Completion<bool> done) {
      waiting.push_back([done = std::move(done)]() mutable { done(true); });
    };
    co_await wait_for_callback<bool>(queue_up);
  }
  void end_turn() {
    if (waiting.empty()) {
      busy = false;
      return;
    }
    Work next = std::move(waiting.front());
    waiting.pop_front();
    next();
  }
  Duration deadline() const {
    Duration silent = last_report + silence;
    return cancelled_by ? std::min(silent, *cancelled_by) : silent;
  }

  status::State state;  // the durable one, as published
  const Duration silence;
  StepLog steps;
  status::ReportedTime time;             // as of the last reports that are durable
  Duration last_report;                  // on the monotonic clock
  std::optional<Duration> cancelled_by;  // the wish is known: the end of the grace
  bool uncertain = false;                // the store did not say whether it took the last write
  bool announced = false;                // that it is there
  bool closed = false;                   // ended, or gone
  bool busy = false;
  std::deque<Work> waiting;
  TimerId watchdog = 0;
};

struct ExternalOperations::Home {
  Home(Loop& home_loop, const Log& log)
      : loop(home_loop), tasks(home_loop, [&log](std::exception_ptr) {
          log.error("a task of somebody else's operation threw");
        }) {}
  Duration now() const { return loop.clock().monotonic(); }

  Loop& loop;
  TaskGroup tasks;
  std::unordered_map<std::string, SharedOpen> open;
};

}  // namespace walrus::jobs
