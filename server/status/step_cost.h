// What the steps of past operations cost: what the remaining time of the next ones is foreseen
// from.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace walrus::status {

// The cost of a step: fixed seconds and seconds per unit of its work, fitted to past runs of it.
// Newer runs count more, and errors count relative to what a run took, so that one slow, tiny or
// huge operation does not spoil what is known of the others.
struct StepCost {
  std::int64_t samples = 0;
  double weight = 0;          // of the samples, newer ones having more
  double units_per_size = 0;  // of the operation's size, weighted mean
  // Sums over the samples, weighted, and by one over the square of their seconds, about.
  double ones = 0;
  double units = 0;
  double units_squared = 0;
  double seconds = 0;
  double units_by_seconds = 0;

  // Takes in a run of the step: `done_units` of work (above 0) of an operation of `size` (above 0).
  void learn(double done_units, double size, double took_seconds);
  // Never negative. Needs a sample.
  double seconds_for(double expected_units) const;

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
