#include "status/step_cost.h"

#include <algorithm>

namespace walrus::status {

namespace {

// What is left of a sample's weight with each newer one: about the last five count. Less of them
// where the newer one is a surprise: something may have changed for good.
constexpr double kDecay = 0.8;
constexpr double kDecayBySurprise = 0.3;
constexpr double kSurprise = 1.5;
// A run may be so many times slower or faster than foreseen; what is beyond is taken for that.
constexpr double kLargestSurprise = 10;
// Holds the fixed part down while few samples speak for it; as if this many had said it is zero.
constexpr double kDoubt = 1;
// Below this nothing can be told from the clock's and the scheduler's grain.
constexpr double kShortest = 0.001;

}  // namespace

void StepCost::learn(double done_units, double size, double took_seconds) {
  double took = std::max(took_seconds, kShortest);
  double foreseen = samples == 0 ? took : seconds_for(done_units);
  foreseen = std::clamp(foreseen, took / kLargestSurprise, took * kLargestSurprise);
  bool surprise = std::max(took / foreseen, foreseen / took) > kSurprise;
  double decay = surprise ? kDecayBySurprise : kDecay;
  // By what it took alone, a step that has become slower would be believed only after many runs.
  double by = 1 / (took * foreseen);
  ones = ones * decay + by;
  units = units * decay + by * done_units;
  units_squared = units_squared * decay + by * done_units * done_units;
  seconds = seconds * decay + by * took;
  units_by_seconds = units_by_seconds * decay + by * done_units * took;
  weight = weight * decay + 1;
  units_per_size += (done_units / size - units_per_size) / weight;
  ++samples;
}

double StepCost::seconds_for(double expected_units) const {
  double doubted = ones * (1 + kDoubt / weight);
  double determinant = doubted * units_squared - units * units;
  double fixed = std::max(0.0, seconds * units_squared - units * units_by_seconds) / determinant;
  double per_unit = (units_by_seconds - fixed * units) / units_squared;
  // More work never costs less: then it is all fixed.
  if (per_unit <= 0) return seconds / ones;
  return fixed + per_unit * expected_units;
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
