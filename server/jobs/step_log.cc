#include "jobs/step_log.h"

#include <fmt/format.h>

namespace walrus::jobs {

namespace {

double seconds_between(TimePoint from, TimePoint to) {
  return std::chrono::duration<double>(to - from).count();
}

}  // namespace

StepLog::StepLog(status::LiveSink& next, const Log& log, Metrics& metrics,
                 const status::State& begun)
    : next_(next),
      log_(log),
      metrics_(metrics),
      step_began_(begun.updated_at),
      run_began_(begun.started_at) {
  if (!begun.message.empty()) step_ = begun.step;
}

void StepLog::publish(const status::State& state, std::vector<status::Event> events) {
  for (const status::Event& event : events) {
    if (event.type == status::EventType::kChunk) continue;
    bool ended = status::is_terminal(state.operation.kind, event);
    if (event.step != step_ || ended) step_ended(state.operation.kind, event.at);
    if (event.step != step_) step_reached(state.operation, event);
    if (ended) operation_ended(state.operation, event);
  }
  next_.publish(state, std::move(events));
}

void StepLog::step_ended(status::Kind kind, TimePoint at) {
  // Steps of somebody else's pipeline have names without number: no labels of a metric.
  if (step_ && kind != status::Kind::kExternal) {
    auto labels =
        fmt::format("kind=\"{}\",step=\"{}\"", status::name_of(kind), status::name_of(*step_));
    metrics_
        .histogram("walrus_step_duration_seconds", "Time spent in a step of an operation.", labels)
        .observe(seconds_between(step_began_, at));
  }
  step_began_ = at;
}

void StepLog::step_reached(const status::Operation& operation, const status::Event& event) {
  step_ = event.step;
  log_.info("step reached", {{"operation", operation.id},
                             {"owner", operation.owner},
                             {"step", status::name_of(operation, event.step)}});
}

void StepLog::operation_ended(const status::Operation& operation, const status::Event& event) {
  std::string_view outcome = status::name_of(event.outcome);
  metrics_
      .counter("walrus_operations_ended_total", "Operations that ended.",
               fmt::format("kind=\"{}\",outcome=\"{}\"", status::name_of(operation.kind), outcome))
      .add();
  log_.info("operation ended",
            {{"operation", operation.id},
             {"owner", operation.owner},
             {"kind", status::kind_name_of(operation)},
             {"outcome", outcome},
             {"step", status::name_of(operation, event.step)},
             {"seconds", seconds_between(run_began_, event.at)},
             {"error_type", event.error ? info(event.error->type).word : std::string_view()}});
}

}  // namespace walrus::jobs
