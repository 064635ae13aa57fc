#include "status/operation.h"

#include <algorithm>
#include <array>

namespace walrus::status {

namespace {

constexpr std::array<std::string_view, 3> kOutcomeNames{"processing", "completed", "failed"};
constexpr std::array<std::string_view, 4> kEventTypeNames{"status", "chunk", "complete", "error"};

template <class Enum, std::size_t N>
std::optional<Enum> from_name(const std::array<std::string_view, N>& names, std::string_view name) {
  auto found = std::ranges::find(names, name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Enum>(found - names.begin());
}

}  // namespace

std::string_view name_of(Outcome outcome) {
  return kOutcomeNames[static_cast<int>(outcome)];
}
std::optional<Outcome> outcome_from_name(std::string_view name) {
  return from_name<Outcome>(kOutcomeNames, name);
}
std::string_view name_of(EventType type) {
  return kEventTypeNames[static_cast<int>(type)];
}
std::optional<EventType> event_type_from_name(std::string_view name) {
  return from_name<EventType>(kEventTypeNames, name);
}

bool is_terminal(Kind kind, const Event& event) {
  if (event.type == EventType::kComplete || event.type == EventType::kError) return true;
  return kind != Kind::kChat && event.outcome != Outcome::kProcessing;
}

Plan plan_of(const Operation& operation) {
  return operation.plan ? operation.plan->steps() : plan_of(operation.kind);
}

std::string_view kind_name_of(const Operation& operation) {
  return operation.plan ? std::string_view(operation.plan->kind()) : name_of(operation.kind);
}

void State::apply(const Event& event) {
  bool new_attempt = event.attempt != attempt;
  if (new_attempt) earlier_starts.insert_or_assign(attempt, started_at);
  sequence = event.sequence;
  attempt = event.attempt;
  updated_at = event.at;
  if (new_attempt) {
    started_at = event.at;
    metadata.clear();
    content_bytes = 0;
  }
  outcome = event.outcome;
  content_bytes += event.content.size();
  if (event.type == EventType::kChunk) return;
  step = event.step;
  error = event.error;
  eta_seconds = event.eta_seconds;
  bool has_all = event.type == EventType::kStatus && operation.kind != Kind::kChat;
  if (has_all || !event.metadata.empty()) metadata = event.metadata;
  if (event.type == EventType::kComplete) return;
  percent = event.percent;
  message = event.message;
}

Event next_attempt(const State& failed, TimePoint now) {
  Kind kind = failed.operation.kind;
  const PlannedStep& first = plan_of(kind).front();
  bool chat = kind == Kind::kChat;
  Step step = chat ? first.step : failed.error ? failed.error->step : failed.step;
  int position = position_of(kind, step);
  Event event{.sequence = failed.sequence + 1,
              .attempt = failed.attempt + 1,
              .at = std::max(now, failed.updated_at),
              .type = EventType::kStatus,
              .outcome = Outcome::kProcessing,
              .step = step,
              .percent = planned_step(kind, step).percent};
  // Before its first step begins, an operation waits.
  if (position == 0 && !chat) {
    event.percent = 0;
    return event;
  }
  // What the second step counts it counts again, and the first counts nothing.
  if (position > 1) event.metadata = failed.metadata;
  event.reaches_step = true;
  event.message =
      message_of(kind, step, find_integer(event.metadata, "chunks_created").value_or(0));
  return event;
}

State state_after(const State& latest, const Event& event) {
  State state;
  state.operation = latest.operation;
  state.attempt = event.attempt;
  auto earlier = latest.earlier_starts.find(event.attempt);
  state.started_at = earlier == latest.earlier_starts.end() ? latest.started_at : earlier->second;
  state.step = event.step;
  state.apply(event);
  return state;
}

}  // namespace walrus::status
