#include "status/step_cost.h"

#include <algorithm>

namespace walrus::status {

namespace {

// What is left of a sample's weight with each newer one: about the last five count.
constexpr double kDecay = 0.8;
// Holds the fixed part down while few samples speak for it; as if this many had said it is zero.
constexpr double kDoubt = 1;
// Below this nothing can be told from the clock's and the scheduler's grain.
constexpr double kShortest = 0.001;

}  // namespace

void StepCost::learn(double units, double size, double seconds) {
  seconds = std::max(seconds, kShortest);
  double one = 1 / seconds;
  double speed = units / seconds;
  auto add = [](double& sum, double value) { sum = sum * kDecay + value; };
  add(inverse, one);
  add(inverse_squared, one * one);
  add(rate, speed);
  add(rate_squared, speed * speed);
  add(rate_by_inverse, speed * one);
  add(weight, 1);
  ++samples;
  units_per_size += (units / size - units_per_size) / weight;
}

double StepCost::seconds_for(double units) const {
  double doubted = inverse_squared * (1 + kDoubt / weight);
  double determinant = doubted * rate_squared - rate_by_inverse * rate_by_inverse;
  double fixed = std::max(0.0, inverse * rate_squared - rate * rate_by_inverse) / determinant;
  double per_unit = (rate - fixed * rate_by_inverse) / rate_squared;
  // More work never costs less: then it is all fixed.
  if (per_unit <= 0) return inverse / inverse_squared;
  return fixed + per_unit * units;
}

std::vector<PastCosts::Key> PastCosts::learn(const FinishedWork& work) {
  std::vector<Key> changed;
  for (const FinishedWork::Step& step : work.steps) {
    if (step.units <= 0 || step.seconds < 0 || work.size <= 0) continue;
    costs_[{"", step.name}].learn(step.units, work.size, step.seconds);
    changed.emplace_back("", step.name);
    if (work.variety.empty()) continue;
    costs_[{work.variety, step.name}].learn(step.units, work.size, step.seconds);
    changed.emplace_back(work.variety, step.name);
  }
  return changed;
}

const StepCost* PastCosts::find(std::string_view variety, std::string_view step) const {
  auto own = costs_.find({std::string(variety), std::string(step)});
  if (own != costs_.end()) return &own->second;
  auto all = costs_.find({std::string(), std::string(step)});
  return all == costs_.end() ? nullptr : &all->second;
}

}  // namespace walrus::status
