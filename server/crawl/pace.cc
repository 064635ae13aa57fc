#include "crawl/pace.h"

#include <algorithm>

namespace walrus::crawl {

void Pace::set_crawl_delay(Duration delay) {
  crawl_delay_ = std::clamp(delay, Duration(0), options_.longest_crawl_delay);
}

Duration Pace::next_begin() const {
  Duration after_pause =
      last_begin_ ? *last_begin_ + std::max(pause_, crawl_delay_) : Duration::min();
  return std::max(after_pause, suspended_until_);
}

void Pace::learn(const Politeness::Outcome& outcome, Duration began, Duration now) {
  bool refused = outcome.status == 429 || outcome.status == 503;
  if (refused && outcome.retry_after) {
    Duration wait = std::min<Duration>(*outcome.retry_after, options_.longest_suspension);
    suspended_until_ = std::max(suspended_until_, now + wait);
  }
  // Requests side by side meet the same trouble: what began before it was seen says nothing new.
  if (began < slowed_at_) return;
  if (refused || outcome.failed) {
    slow_down(now);
    if (refused) pause_ = std::clamp(pause_ * 2, options_.first_pause, options_.longest_pause);
    return;
  }
  best_latency_ = std::min(best_latency_.value_or(outcome.latency), outcome.latency);
  latencies_[latencies_count_++ % kRecent] = outcome.latency;
  if (has_become_slow()) {
    slow_down(now);
  } else if (!is_slow(outcome.latency)) {
    speed_up();
  }
}

void Pace::slow_down(Duration now) {
  slowed_at_ = now;
  at_once_ = std::max(at_once_ / 2, 1);
  good_answers_ = 0;
  latencies_count_ = 0;
}

// First the pause goes, then one request more for each round of good answers.
void Pace::speed_up() {
  if (pause_ > Duration(0)) {
    pause_ = pause_ > options_.first_pause ? pause_ / 2 : Duration(0);
    return;
  }
  if (++good_answers_ < at_once_) return;
  good_answers_ = 0;
  at_once_ = std::min(at_once_ + 1, options_.at_once);
}

bool Pace::is_slow(Duration latency) const {
  return latency > options_.slow && latency > *best_latency_ * options_.slow_factor;
}

// By the median, so that one page that takes long to make is no matter.
bool Pace::has_become_slow() const {
  if (latencies_count_ < kRecent) return false;
  std::array<Duration, kRecent> sorted = latencies_;
  auto middle = sorted.begin() + kRecent / 2;
  std::ranges::nth_element(sorted, middle);
  return is_slow(*middle);
}

}  // namespace walrus::crawl
