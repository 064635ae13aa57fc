// What the worker of somebody else's pipeline reports, and the events that become of it. The rules
// are the tracker's: steps and progress only go forward, one end, nothing after it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "status/operation.h"
#include "status/reported_time.h"

namespace walrus::status {

inline constexpr std::size_t kMetadataBytes = 4096;  // of an operation, as JSON
// Of an operation's text, which a snapshot shows as a whole.
inline constexpr std::size_t kContentBytes = 4 * 1024 * 1024;

struct Report {
  struct Work {
    std::uint64_t done;
    std::uint64_t total;
  };
  struct Failure {
    ErrorCode type = ErrorCode::kInternal;  // one that ends operations
    std::string message;                    // never empty
    std::optional<bool> retryable;          // none: as the type has it
  };

  std::string id;  // the worker's own, by which a repeat is known; may be empty
  std::optional<std::string> step;
  std::optional<Work> work;  // inside the step
  std::string message;       // empty: the step's, or what it was
  json::object metadata;     // taken over member by member
  std::string content;       // becomes a chunk
  bool completed = false;
  std::optional<Failure> failure;

  bool ends() const { return completed || failure.has_value(); }
};

// Folds reports into the events of one commit. Nothing of it counts until that is durable.
class ReportFold {
 public:
  // `state` is the last durable one, of an operation with an ExternalPlan. Once the wish to cancel
  // is known, every end is `cancelled`. `time` is as of the request.
  ReportFold(State state, TimePoint now, bool cancel_requested, ReportedTime time);

  // A report without anything is a sign of life, and the first of all begins the first step.
  // `pointer` is the report's place in the request. Errors, after which the fold is of no use:
  // validation_error (unknown step, too much metadata or content), conflict (a step backwards,
  // after the end).
  Result<void> take(const Report& report, const std::string& pointer);
  // An end that is not the worker's own.
  void fail(Report::Failure failure);

  const State& state() const { return state_; }
  const std::vector<Event>& events() const { return events_; }
  const ReportedTime& time() const { return time_; }
  bool ended() const { return state_.outcome != Outcome::kProcessing; }

 private:
  Event event(EventType type) const;
  void add(Event event);
  Result<Step> step_of(const Report& report, const std::string& pointer) const;
  Result<json::object> metadata_with(const Report& report, const std::string& pointer) const;
  void go_on(const Report& report, Step step, json::object metadata);
  void complete(const Report& report);

  State state_;
  const TimePoint now_;
  const bool cancel_requested_;
  ReportedTime time_;
  std::vector<Event> events_;
};

}  // namespace walrus::status
