// A plan: the steps of an operation, in order. Those of Walrus's own kinds stand in
// contract/steps.json; an operation of somebody else's pipeline carries its own.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "status/steps.h"

namespace walrus::status {

using Plan = std::span<const PlannedStep>;

// The plan of somebody else's pipeline. Immutable, and shared by everything that speaks of the
// operation. Neither moved nor copied: its steps look into its own texts.
class ExternalPlan {
 public:
  struct StepText {
    std::string name;     // unique in the plan
    int percent;          // 0 to 100, rising
    std::string message;  // may be empty: the step's name is shown
  };

  // At least one step.
  ExternalPlan(std::string kind, std::string title, std::vector<StepText> steps);
  ExternalPlan(const ExternalPlan&) = delete;
  ExternalPlan& operator=(const ExternalPlan&) = delete;

  const std::string& kind() const { return kind_; }
  const std::string& title() const { return title_; }  // may be empty
  const std::vector<StepText>& texts() const { return texts_; }
  Plan steps() const { return steps_; }

 private:
  const std::string kind_;
  const std::string title_;
  const std::vector<StepText> texts_;
  std::vector<PlannedStep> steps_;
};

// Of Walrus's own kinds.
Plan plan_of(Kind kind);
// Of any plan; the step must belong to it.
const PlannedStep& planned_step(Plan plan, Step step);
int position_of(Plan plan, Step step);  // 0 for the first step
// The documented words of Walrus's own, with {n} replaced by `chunks`.
std::string message_of(Kind kind, Step step, std::int64_t chunks = 0);

inline const PlannedStep& planned_step(Kind kind, Step step) {
  return planned_step(plan_of(kind), step);
}
inline int position_of(Kind kind, Step step) {
  return position_of(plan_of(kind), step);
}

// "external" for every pipeline of somebody else's; what that one is called its plan says.
std::string_view name_of(Kind kind);
std::optional<Kind> kind_from_name(std::string_view name);  // of Walrus's own kinds

// Of Walrus's own steps.
inline std::string_view name_of(Step step) {
  return kStepNames[static_cast<std::size_t>(step)];
}
std::optional<Step> step_from_name(std::string_view name);

// Of the steps of `plan`, or of Walrus's own where it is null.
std::string_view name_of(const ExternalPlan* plan, Step step);
std::optional<Step> step_from_name(const ExternalPlan* plan, std::string_view name);

}  // namespace walrus::status
