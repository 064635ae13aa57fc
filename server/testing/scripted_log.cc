#include "testing/scripted_log.h"

#include <fmt/format.h>

#include <algorithm>

namespace walrus::testing {

using status::Event;
using status::EventType;

bool ScriptedLog::holds(std::uint64_t sequence) const {
  return std::ranges::any_of(events_,
                             [&](const Event& event) { return event.sequence == sequence; });
}

void ScriptedLog::keep(const status::Append& append) {
  for (const Event& event : append.events) {
    if (!holds(event.sequence)) events_.push_back(event);
  }
  state_ = append.state;
  reserved_through_ = std::max(reserved_through_, append.reserved_through);
}

Task<Result<void>> ScriptedLog::append(status::Append append) {
  ++appends_;
  if (delay_.count() > 0) co_await sleep_for(delay_);
  Fault fault = Fault::kNone;
  if (!faults_.empty()) {
    fault = faults_.front();
    faults_.pop_front();
  }
  if (fault == Fault::kBefore) co_return fail(ErrorCode::kStorageUnavailable, "away", "before");
  if (fault == Fault::kCancelled && append.unless_cancelled)
    co_return fail(ErrorCode::kCancelled, "cancelled");
  keep(append);
  if (fault == Fault::kAfter) co_return fail(ErrorCode::kStorageUnavailable, "away", "after");
  co_return Result<void>();
}

void WatchingSink::publish(const status::State& state, std::vector<Event> events) {
  for (const Event& event : events) {
    check(state, event);
    events_.push_back(event);
  }
}

void WatchingSink::check(const status::State& state, const Event& event) {
  auto note = [&](std::string what) {
    broken_.push_back(fmt::format("{}: {}", event.sequence, what));
  };
  bool chunk = event.type == EventType::kChunk;
  if (!chunk && !log_.holds(event.sequence)) note("visible before it is durable");
  if (chunk && event.sequence > log_.reserved_through()) note("a chunk beyond what is reserved");
  if (!chunk && state.sequence < event.sequence) note("the state is behind its event");
  if (events_.empty()) return;
  const Event& before = events_.back();
  status::Kind kind = state.operation.kind;
  if (event.sequence != before.sequence + 1) note("a gap or a step back");
  if (event.at < before.at) note("time steps back");
  if (event.attempt == before.attempt) {
    if (event.percent < before.percent) note("progress falls");
    if (status::position_of(kind, event.step) < status::position_of(kind, before.step))
      note("a step back");
    if (status::is_terminal(kind, before)) note("something after the end");
  }
  bool full = event.percent == 100;
  if (kind != status::Kind::kChat && full != (event.outcome == status::Outcome::kCompleted)) {
    note("100 percent and completion differ");
  }
}

}  // namespace walrus::testing
