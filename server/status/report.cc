#include "status/report.h"

#include <algorithm>

#include "status/progress.h"

namespace walrus::status {

namespace {

constexpr int kMostWhileProcessing = 99;  // 100 says that it is completed

std::unexpected<Error> conflict(std::string message, std::string pointer, std::string field) {
  Error error{ErrorCode::kConflict, std::move(message), {}};
  error.fields.push_back({std::move(pointer), std::move(field)});
  return std::unexpected(std::move(error));
}

}  // namespace

ReportFold::ReportFold(State state, TimePoint now, bool cancel_requested, ReportedTime time)
    : state_(std::move(state)),
      now_(std::max(now, state_.updated_at)),
      cancel_requested_(cancel_requested),
      time_(std::move(time)) {}

Result<void> ReportFold::take(const Report& report, const std::string& pointer) {
  if (ended()) {
    return conflict("The operation has ended; nothing can follow.", pointer, "comes after the end");
  }
  auto step = step_of(report, pointer);
  if (!step) return std::unexpected(std::move(step.error()));
  auto metadata = metadata_with(report, pointer);
  if (!metadata) return std::unexpected(std::move(metadata.error()));
  if (state_.content_bytes + report.content.size() > kContentBytes) {
    return fail_field(pointer + "/content", "must stay within " + std::to_string(kContentBytes) +
                                                " bytes, with what was reported before");
  }

  go_on(report, *step, *metadata);
  if (!report.content.empty()) {
    Event chunk = event(EventType::kChunk);
    chunk.content = report.content;
    add(std::move(chunk));
  }
  if (!report.ends()) return {};
  state_.metadata = std::move(*metadata);
  if (report.completed && !cancel_requested_) {
    complete(report);
  } else {
    fail(report.failure.value_or(Report::Failure()));
  }
  return {};
}

void ReportFold::fail(Report::Failure failure) {
  if (cancel_requested_) {
    failure = {ErrorCode::kCancelled, "The operation was cancelled.", {}};
  }
  Event failed = event(EventType::kStatus);
  failed.outcome = Outcome::kFailed;
  failed.message = failure.message;
  bool retryable = failure.retryable.value_or(info(failure.type).retryable);
  failed.error = OperationError{failure.type, std::move(failure.message), state_.step, retryable};
  add(std::move(failed));
}

Event ReportFold::event(EventType type) const {
  Event event{.sequence = state_.sequence + 1,
              .attempt = state_.attempt,
              .at = now_,
              .type = type,
              .outcome = Outcome::kProcessing,
              .step = state_.step,
              .percent = state_.percent};
  if (type == EventType::kStatus) event.metadata = state_.metadata;
  return event;
}

void ReportFold::add(Event event) {
  state_.apply(event);
  events_.push_back(std::move(event));
}

Result<Step> ReportFold::step_of(const Report& report, const std::string& pointer) const {
  if (!report.step) return state_.step;
  auto step = step_from_name(state_.operation.plan.get(), *report.step);
  if (!step) return fail_field(pointer + "/step", "is none of the operation's steps");
  Plan plan = plan_of(state_.operation);
  if (position_of(plan, *step) < position_of(plan, state_.step)) {
    std::string at(name_of(state_.operation, state_.step));
    return conflict("The operation is at the step '" + at + "' already; steps only go forward.",
                    pointer + "/step", "lies before '" + at + "'");
  }
  return *step;
}

Result<json::object> ReportFold::metadata_with(const Report& report,
                                               const std::string& pointer) const {
  json::object metadata = state_.metadata;
  if (report.metadata.empty()) return metadata;
  for (const auto& [name, value] : report.metadata) metadata[name] = value;
  if (json::serialize(metadata).size() > kMetadataBytes) {
    return fail_field(pointer + "/metadata", "must stay within " + std::to_string(kMetadataBytes) +
                                                 " bytes of JSON, with what was reported before");
  }
  return metadata;
}

// The status that a report leads to, where it changes anything.
void ReportFold::go_on(const Report& report, Step step, json::object metadata) {
  Plan plan = plan_of(state_.operation);
  const Report::Work work = report.work.value_or(Report::Work{.done = 0, .total = 0});
  time_.take(step, work.done, work.total);
  bool reached = state_.message.empty() || step != state_.step;
  Event next = event(EventType::kStatus);
  next.step = step;
  int percent = planned_step(plan, step).percent;
  if (report.work) percent = percent_within(plan, step, work.done, work.total);
  next.percent = std::max(std::min(percent, kMostWhileProcessing), state_.percent);
  next.message = reached ? planned_step(plan, step).message : state_.message;
  if (!report.ends()) {  // else they belong to the end
    if (!report.message.empty()) next.message = report.message;
    next.metadata = std::move(metadata);
  }
  bool changes = reached || next.percent != state_.percent || next.message != state_.message ||
                 next.metadata != state_.metadata;
  if (!changes) return;
  next.reaches_step = reached;
  next.eta_seconds = time_.estimate();
  add(std::move(next));
}

void ReportFold::complete(const Report& report) {
  const PlannedStep& last = plan_of(state_.operation).back();
  Event completed = event(EventType::kStatus);
  completed.outcome = Outcome::kCompleted;
  completed.step = last.step;
  completed.percent = 100;
  completed.message = last.percent == 100 ? last.message : "Completed";
  if (!report.message.empty()) completed.message = report.message;
  add(std::move(completed));
}

}  // namespace walrus::status
