// How fast one website is asked, learned from how it answers.
#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "crawl/politeness.h"

namespace walrus::crawl {

// Times are of the monotonic clock. Not thread-safe.
class Pace {
 public:
  explicit Pace(const Politeness::Options& options)
      : options_(options), at_once_(options.at_once) {}

  void set_crawl_delay(Duration delay);
  void begin(Duration now) { last_begin_ = now; }
  // Of a request that began at `began`.
  void learn(const Politeness::Outcome& outcome, Duration began, Duration now);

  int at_once() const { return crawl_delay_ > Duration(0) ? 1 : at_once_; }
  // The earliest time of the next request; in the past where it may begin at once.
  Duration next_begin() const;
  // Until when the origin asked to be left alone; in the past where it did not.
  Duration suspended_until() const { return suspended_until_; }

 private:
  static constexpr std::size_t kRecent = 8;  // answers

  void slow_down(Duration now);
  void speed_up();
  bool is_slow(Duration latency) const;
  bool has_become_slow() const;

  const Politeness::Options& options_;
  int at_once_;
  int good_answers_ = 0;  // since at_once_ changed
  Duration pause_{0};
  Duration crawl_delay_{0};
  std::optional<Duration> last_begin_;
  Duration suspended_until_ = Duration::min();
  Duration slowed_at_ = Duration::min();
  std::optional<Duration> best_latency_;
  std::array<Duration, kRecent> latencies_;  // the newest ones, from 0 on
  std::size_t latencies_count_ = 0;
};

}  // namespace walrus::crawl
