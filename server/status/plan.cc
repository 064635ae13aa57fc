#include "status/plan.h"

#include <algorithm>

namespace walrus::status {

ExternalPlan::ExternalPlan(std::string kind, std::string title, std::vector<StepText> steps)
    : kind_(std::move(kind)), title_(std::move(title)), texts_(std::move(steps)) {
  steps_.reserve(texts_.size());
  for (const StepText& text : texts_) {
    auto step = static_cast<Step>(kStepNames.size() + steps_.size());
    std::string_view message = text.message.empty() ? text.name : text.message;
    steps_.push_back({Kind::kExternal, step, text.name, text.percent, message});
  }
}

Plan plan_of(Kind kind) {
  auto range = std::ranges::equal_range(kPlannedSteps, kind, {}, &PlannedStep::kind);
  return {range.begin(), range.end()};
}

int position_of(Plan plan, Step step) {
  return static_cast<int>(std::ranges::find(plan, step, &PlannedStep::step) - plan.begin());
}

const PlannedStep& planned_step(Plan plan, Step step) {
  return plan[static_cast<std::size_t>(position_of(plan, step))];
}

std::string_view name_of(Kind kind) {
  if (kind == Kind::kExternal) return "external";
  return kKindNames[static_cast<std::size_t>(kind)];
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

std::string_view name_of(const ExternalPlan* plan, Step step) {
  return plan ? planned_step(plan->steps(), step).name : name_of(step);
}

std::optional<Step> step_from_name(const ExternalPlan* plan, std::string_view name) {
  if (!plan) return step_from_name(name);
  auto found = std::ranges::find(plan->steps(), name, &PlannedStep::name);
  if (found == plan->steps().end()) return std::nullopt;
  return found->step;
}

std::string message_of(Kind kind, Step step, std::int64_t chunks) {
  std::string message(planned_step(kind, step).message);
  if (auto at = message.find("{n}"); at != std::string::npos) {
    message.replace(at, 3, std::to_string(chunks));
  }
  return message;
}

}  // namespace walrus::status
