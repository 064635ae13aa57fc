// A kind's plan: its steps in order, from contract/steps.json.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "status/steps.h"

namespace walrus::status {

std::span<const PlannedStep> plan_of(Kind kind);
const PlannedStep& planned_step(Kind kind, Step step);  // the step must belong to the kind
int position_of(Kind kind, Step step);                  // 0 for the first step

inline std::string_view name_of(Kind kind) {
  return kKindNames[static_cast<int>(kind)];
}
inline std::string_view name_of(Step step) {
  return kStepNames[static_cast<int>(step)];
}
std::optional<Kind> kind_from_name(std::string_view name);
std::optional<Step> step_from_name(std::string_view name);

// The documented words, with {n} replaced by `chunks`.
std::string message_of(Kind kind, Step step, std::int64_t chunks = 0);

}  // namespace walrus::status
