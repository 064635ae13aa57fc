#include "status/remaining_time.h"

#include <algorithm>
#include <cmath>

namespace walrus::status {

namespace {

constexpr std::size_t kMostSamples = 128;
// Evidence enough to speak of a rate where the past says nothing.
constexpr double kEnoughShare = 0.02;
constexpr double kEnoughSeconds = 0.3;
constexpr double kEnoughOfPlan = 0.1;
// The share of a step's work at which its own rate weighs as much as the past.
constexpr double kHalfTrust = 0.15;
// The recent part of a step, of its time so far, and how much its rate weighs.
constexpr double kRecent = 0.25;
constexpr double kRecentWeight = 0.8;
// A step that takes longer than foreseen goes on for this part of what it took.
constexpr double kOverdue = 0.1;
// How much of what is ahead must be done before this run's pace weighs half; and its bounds.
constexpr double kPaceDoubt = 0.1;
constexpr double kLargestPace = 3;
// Settling: the difference goes in this part of the remaining time, and a rise is bounded.
constexpr double kSettling = 0.05;
constexpr double kFastestSettling = 0.3;  // seconds
constexpr double kLargestRise = 0.25;
constexpr double kSmallRise = 0.5;  // seconds

double seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

std::optional<double> to_tenths(std::optional<double> seconds) {
  if (!seconds) return std::nullopt;
  return std::round(*seconds * 10) / 10;
}

RemainingTime::RemainingTime(std::vector<std::string> steps, std::shared_ptr<const PastCosts> past)
    : steps_(std::move(steps)),
      past_(std::move(past)),
      units_(steps_.size()),
      seconds_(steps_.size()) {}

void RemainingTime::plan(std::vector<double> parts) {
  parts_ = std::move(parts);
}

void RemainingTime::describe(double size, std::string variety) {
  size_ = std::max(size, 1.0);
  variety_ = std::move(variety);
}

void RemainingTime::expect(int step, double units) {
  units_[static_cast<std::size_t>(step)] = std::max(units, 0.0);
}

void RemainingTime::reach(int step, Duration now, bool again) {
  if (step_ >= 0 && !again_ && now > reached_) {
    seconds_[static_cast<std::size_t>(step_)] = seconds(now - reached_);
  }
  step_ = step;
  again_ = again;
  reached_ = now;
  samples_.clear();
  if (!again) samples_.push_back({now, 0});
}

void RemainingTime::count(Duration now, double done, double total) {
  if (total <= 0) return;
  double share = std::min(done / total, 1.0);
  if (!samples_.empty() && share <= samples_.back().share) return;
  if (samples_.size() == kMostSamples) {
    // Every other one goes, but for the first.
    std::deque<Sample> kept;
    for (std::size_t i = 0; i < samples_.size(); i += 2) kept.push_back(samples_[i]);
    samples_ = std::move(kept);
  }
  samples_.push_back({now, share});
}

// --- What is foreseen

const StepCost* RemainingTime::cost_of(int step) const {
  return past_ ? past_->find(variety_, steps_[static_cast<std::size_t>(step)]) : nullptr;
}

double RemainingTime::units_of(int step, const StepCost* cost) const {
  auto told = units_[static_cast<std::size_t>(step)];
  if (told) return *told;
  return cost ? cost->units_per_size * size_ : size_;
}

// The whole step, from the past.
std::optional<double> RemainingTime::foreseen(int step) const {
  const StepCost* cost = cost_of(step);
  double units = units_of(step, cost);
  if (units == 0) return 0;
  if (!cost) return std::nullopt;
  return cost->seconds_for(units);
}

// The whole of this step, from its own rate.
std::optional<double> RemainingTime::measured() const {
  if (samples_.size() < 2) return std::nullopt;
  const Sample& first = samples_.front();
  const Sample& last = samples_.back();
  if (last.at == first.at) return std::nullopt;
  double overall = seconds(last.at - first.at) / (last.share - first.share);
  auto recent_from = last.at - std::chrono::duration_cast<Duration>((last.at - first.at) * kRecent);
  auto after = std::ranges::upper_bound(samples_, recent_from, {}, &Sample::at);
  const Sample& from = after == samples_.begin() ? first : *std::prev(after);
  if (from.share >= last.share) return overall;
  double recent = seconds(last.at - from.at) / (last.share - from.share);
  return overall * (1 - kRecentWeight) + recent * kRecentWeight;
}

// What is left of this step by the past: by its rate, or by what it takes as a whole. The first is
// right where the machine is slower than it was, the second where the step begins slowly, as it
// always does.
std::optional<double> RemainingTime::left_by_past() const {
  std::optional<double> whole = foreseen(step_);
  if (!whole || samples_.empty()) return whole;
  const Sample& last = samples_.back();
  double by_rate = *whole * (1 - last.share);
  if (again_) return by_rate;
  double took = seconds(last.at - reached_);
  return (by_rate + std::max(*whole - took, took * kOverdue)) / 2;
}

// What is left of this step at the time of its last count: by its own rate and by the past,
// whichever knows more.
std::optional<double> RemainingTime::left_at_last_count() const {
  std::optional<double> past = left_by_past();
  std::optional<double> whole = measured();
  if (!whole) return past;
  const Sample& last = samples_.back();
  double own = *whole * (1 - last.share);
  double seen = last.share - samples_.front().share;
  double took = seconds(last.at - samples_.front().at);
  if (!past && (seen < kEnoughShare || took < kEnoughSeconds)) return std::nullopt;
  if (!past || *past <= 0) return own;
  // Between quantities that may be times apart, the middle is the geometric one.
  double trust = seen / (seen + kHalfTrust);
  return std::pow(own, trust) * std::pow(*past, 1 - trust);
}

std::optional<double> RemainingTime::left_of_this(Duration now) const {
  std::optional<double> left = left_at_last_count();
  if (!left) return std::nullopt;
  double since = seconds(now - (samples_.empty() ? reached_ : samples_.back().at));
  return std::max(*left - since, since * kOverdue);
}

// How much slower this run goes than the past did. What it has done so far says more the larger it
// is beside the seconds `ahead`.
double RemainingTime::pace(double ahead) const {
  double took = ahead * kPaceDoubt;
  double expected = took;
  auto compare = [&](int step, double share, std::optional<double> actual) {
    std::optional<double> past = foreseen(step);
    if (!past || !actual) return;
    expected += *past * share;
    took += *actual * share;
  };
  for (int step = 0; step < step_; ++step) {
    compare(step, 1, seconds_[static_cast<std::size_t>(step)]);
  }
  if (auto own = measured()) {
    compare(step_, samples_.back().share - samples_.front().share, own);
  }
  return expected > 0 ? std::clamp(took / expected, 1 / kLargestPace, kLargestPace) : 1;
}

// What this run took so far for a part of the plan, where it did enough to speak of it.
std::optional<double> RemainingTime::seconds_per_part() const {
  if (parts_.empty()) return std::nullopt;
  double planned = 0;
  double did = 0;
  double took = 0;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    planned += parts_[i];
    if (static_cast<int>(i) >= step_ || !seconds_[i]) continue;
    did += parts_[i];
    took += *seconds_[i];
  }
  if (auto own = measured()) {
    double share = samples_.back().share - samples_.front().share;
    did += parts_[static_cast<std::size_t>(step_)] * share;
    took += *own * share;
  }
  if (did <= 0 || did < planned * kEnoughOfPlan || took < kEnoughSeconds) return std::nullopt;
  return took / did;
}

// --- What is said

std::optional<double> RemainingTime::unsettled(Duration now) const {
  if (step_ < 0) return std::nullopt;
  std::optional<double> left = left_of_this(now);
  if (!left) return std::nullopt;
  int end = static_cast<int>(steps_.size()) - 1;
  double ahead = 0;
  double ahead_parts = 0;
  for (int step = step_ + 1; step < end; ++step) {
    std::optional<double> later = foreseen(step);
    if (!later && parts_.empty()) return std::nullopt;
    if (!later) ahead_parts += parts_[static_cast<std::size_t>(step)];
    ahead += later.value_or(0);
  }
  double by_plan = 0;
  if (ahead_parts > 0) {
    std::optional<double> each = seconds_per_part();
    if (!each) return std::nullopt;
    by_plan = ahead_parts * *each;
  }
  return std::min(*left + ahead * pace(ahead) + by_plan, kLongest);
}

std::optional<double> RemainingTime::estimate(Duration now) {
  std::optional<double> target = unsettled(now);
  double passed = seconds(now - shown_at_);
  if (target && shown_) {
    double counted_down = std::max(*shown_ - passed, 0.0);
    double slowness = std::max(counted_down * kSettling, kFastestSettling);
    double step = (*target - counted_down) * (1 - std::exp(-passed / slowness));
    double most = counted_down * kLargestRise + kSmallRise;
    target = counted_down + std::min(step, most);
  }
  shown_ = target;
  shown_at_ = now;
  return target;
}

FinishedWork RemainingTime::finished(Duration now) const {
  FinishedWork work{.size = size_, .variety = variety_, .steps = {}};
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    bool running = static_cast<int>(i) == step_;
    std::optional<double> took = seconds_[i];
    if (running && !again_ && now > reached_) took = seconds(now - reached_);
    if (took) work.steps.push_back({steps_[i], units_[i].value_or(size_), *took});
  }
  return work;
}

}  // namespace walrus::status
