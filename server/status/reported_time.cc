#include "status/reported_time.h"

namespace walrus::status {

namespace {

// The end is where the last step leads to.
std::vector<std::string> steps_and_end(Plan plan) {
  std::vector<std::string> names;
  for (const PlannedStep& step : plan) names.emplace_back(step.name);
  names.emplace_back();
  return names;
}

std::vector<double> parts_of(Plan plan) {
  std::vector<double> parts;
  for (std::size_t i = 0; i < plan.size(); ++i) {
    int next = i + 1 < plan.size() ? plan[i + 1].percent : 100;
    parts.push_back(next - plan[i].percent);
  }
  return parts;
}

}  // namespace

ReportedTime::ReportedTime(const State& opened_as, std::shared_ptr<const PastCosts> past,
                           Duration opened)
    : plan_(opened_as.operation.plan),
      remaining_(steps_and_end(plan_->steps()), std::move(past)),
      now_(opened),
      idle_since_(opened) {
  remaining_.plan(parts_of(plan_->steps()));
}

void ReportedTime::resume(const State& state, Duration now) {
  now_ = idle_since_ = now;
  position_ = position_of(plan_->steps(), state.step);
  reached_ = false;
  remaining_.reach(position_, now, true);
}

ReportedTime ReportedTime::at(Duration now) const {
  ReportedTime next = *this;
  next.idle_since_ = now_;
  next.now_ = now;
  next.reached_ = false;
  return next;
}

void ReportedTime::take(Step step, std::uint64_t done, std::uint64_t total) {
  int position = position_of(plan_->steps(), step);
  bool works = total > 0 && done > 0;
  if (position != position_) {
    if (reached_) idle_since_ = now_;
    reach(position, works);
  } else if (reached_ && works) {
    reach(position, works);
  }
  if (total == 0) return;
  remaining_.expect(position, static_cast<double>(total));
  remaining_.count(now_, static_cast<double>(done), static_cast<double>(total));
}

void ReportedTime::reach(int position, bool works) {
  // Nobody knows when work began that came with the work of another step.
  bool unknown = works && idle_since_ >= now_;
  remaining_.reach(position, works ? idle_since_ : now_, unknown);
  position_ = position;
  reached_ = !works;
  if (works) idle_since_ = now_;
}

}  // namespace walrus::status
