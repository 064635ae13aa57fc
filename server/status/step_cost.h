// What the steps of past operations cost: what the remaining time of the next ones is foreseen
// from.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace walrus::status {

// The cost of a step: fixed seconds and seconds per unit of its work, fitted to past runs of it.
// Newer runs count more, and a run counts by its relative error, so that one slow or huge operation
// does not spoil what is known of the others.
struct StepCost {
  std::int64_t samples = 0;
  // Decaying sums over the samples, of what a sample adds to a fit of relative errors:
  // 1 = fixed_seconds * (1 / seconds) + seconds_per_unit * (units / seconds).
  double weight = 0;
  double inverse = 0;  // 1 / seconds
  double inverse_squared = 0;
  double rate = 0;  // units / seconds
  double rate_squared = 0;
  double rate_by_inverse = 0;
  double units_per_size = 0;  // of the operation's size, decaying mean

  // Takes in a run of the step: `units` of work (above 0) of an operation of `size` (above 0).
  void learn(double units, double size, double seconds);
  // Never negative. Needs a sample.
  double seconds_for(double units) const;

  bool operator==(const StepCost&) const = default;
};

// What one operation's run has to teach, once it completed.
struct FinishedWork {
  struct Step {
    std::string name;
    double units;
    double seconds;
  };
  double size = 1;      // of the input
  std::string variety;  // of the input: its format; may be empty
  std::vector<Step> steps;
};

// The costs of a kind's steps: of each variety of input, and of all of them together.
class PastCosts {
 public:
  using Key = std::pair<std::string, std::string>;  // variety ("" for all), step

  void put(Key key, const StepCost& cost) { costs_.insert_or_assign(std::move(key), cost); }
  // Learns from the work; the keys of the costs that changed. A step without units or without time
  // to measure teaches nothing.
  std::vector<Key> learn(const FinishedWork& work);

  // The variety's own cost, or that of all; null: the step was never measured.
  const StepCost* find(std::string_view variety, std::string_view step) const;
  const std::map<Key, StepCost>& all() const { return costs_; }

 private:
  std::map<Key, StepCost> costs_;
};

}  // namespace walrus::status
