// How long a run still takes: from the rate inside its step, and from what the later steps cost in
// past operations of the kind (docs/decisions/0011-remaining-time.md).
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/executor.h"
#include "status/step_cost.h"

namespace walrus::status {

// As seconds are shown.
std::optional<double> to_tenths(std::optional<double> seconds);

// Of one run of an operation. Pure: it is told the (monotonic) time. Steps are meant by their
// position in the plan, whose last one is the end and takes no time.
//
// Promises: nothing until there is something to estimate from for every step that is left; never
// negative, never above kLongest; from one estimate to the next it counts down with the time, and
// rises no more than a quarter and half a second beyond that.
class RemainingTime {
 public:
  static constexpr double kLongest = 7 * 24 * 3600;  // seconds

  RemainingTime(std::vector<std::string> steps, std::shared_ptr<const PastCosts> past);

  // What part of the whole each step but the end was planned to be, in any unit. With it, a step
  // that the past says nothing of is foreseen from the steps that this run did.
  void plan(std::vector<double> parts);

  // The input's size, by which the work of every step is foreseen, and its variety.
  void describe(double size, std::string variety);
  // A step's work turns out to be so many units. A step whose work is never told has as many as the
  // input's size. 0: there is nothing to do, and nothing to learn from it.
  void expect(int step, double units);
  // `again`: it was begun by an earlier run, so its work does not begin at nothing.
  void reach(int step, Duration now, bool again);
  // Inside the step reached last; the share counts, whatever its unit. `total` is 0: not known.
  void count(Duration now, double done, double total);

  // Seconds to the end, settled against what was estimated before.
  std::optional<double> estimate(Duration now);

  // What this run has to teach if it completes now: the steps that it did from their beginning.
  FinishedWork finished(Duration now) const;

 private:
  struct Sample {
    Duration at;
    double share;  // of the step's work that was done
  };

  double units_of(int step, const StepCost* cost) const;
  const StepCost* cost_of(int step) const;
  std::optional<double> foreseen(int step) const;
  std::optional<double> measured() const;
  std::optional<double> left_by_past() const;
  std::optional<double> left_at_last_count() const;
  std::optional<double> left_of_this(Duration now) const;
  double pace(double ahead) const;
  std::optional<double> seconds_per_part() const;
  std::optional<double> unsettled(Duration now) const;

  std::vector<std::string> steps_;
  std::shared_ptr<const PastCosts> past_;
  std::vector<double> parts_;  // by step; empty: not planned
  double size_ = 1;
  std::string variety_;
  std::vector<std::optional<double>> units_;  // by step, as far as told

  int step_ = -1;
  bool again_ = false;
  Duration reached_{0};
  std::deque<Sample> samples_;                  // of this step, the oldest first
  std::vector<std::optional<double>> seconds_;  // of the steps this run did whole

  std::optional<double> shown_;
  Duration shown_at_{0};
};

}  // namespace walrus::status
