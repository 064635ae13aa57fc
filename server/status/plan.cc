#include "status/plan.h"

#include <algorithm>

namespace walrus::status {

std::span<const PlannedStep> plan_of(Kind kind) {
  auto range = std::ranges::equal_range(kPlannedSteps, kind, {}, &PlannedStep::kind);
  return {range.begin(), range.end()};
}

int position_of(Kind kind, Step step) {
  auto plan = plan_of(kind);
  return static_cast<int>(std::ranges::find(plan, step, &PlannedStep::step) - plan.begin());
}

const PlannedStep& planned_step(Kind kind, Step step) {
  return plan_of(kind)[static_cast<std::size_t>(position_of(kind, step))];
}

std::optional<Kind> kind_from_name(std::string_view name) {
  auto found = std::ranges::find(kKindNames, name);
  if (found == kKindNames.end()) return std::nullopt;
  return static_cast<Kind>(found - kKindNames.begin());
}

std::optional<Step> step_from_name(std::string_view name) {
  auto found = std::ranges::find(kStepNames, name);
  if (found == kStepNames.end()) return std::nullopt;
  return static_cast<Step>(found - kStepNames.begin());
}

std::string message_of(Kind kind, Step step, std::int64_t chunks) {
  std::string message(planned_step(kind, step).message);
  if (auto at = message.find("{n}"); at != std::string::npos) {
    message.replace(at, 3, std::to_string(chunks));
  }
  return message;
}

}  // namespace walrus::status
