// One log line and one metric at each step change and end, on the way to the hub.
#pragma once

#include <optional>

#include "base/log.h"
#include "base/metrics.h"
#include "status/ports.h"

namespace walrus::jobs {

// Belongs to one operation's run, on its home loop.
class StepLog final : public status::LiveSink {
 public:
  StepLog(status::LiveSink& next, const Log& log, Metrics& metrics, const status::State& begun);
  void publish(const status::State& state, std::vector<status::Event> events) override;

 private:
  void step_ended(status::Kind kind, TimePoint at);
  void step_reached(const status::Operation& operation, const status::Event& event);
  void operation_ended(const status::Operation& operation, const status::Event& event);

  status::LiveSink& next_;
  const Log& log_;
  Metrics& metrics_;
  std::optional<status::Step> step_;  // none before the first
  TimePoint step_began_;
  TimePoint run_began_;
};

}  // namespace walrus::jobs
