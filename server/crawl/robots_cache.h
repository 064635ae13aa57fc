// The robots.txt of each website, fetched once for all crawls.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/error.h"
#include "base/task.h"
#include "crawl/fetcher.h"
#include "crawl/politeness.h"
#include "crawl/robots.h"
#include "net/url.h"

namespace walrus::crawl {

struct RobotsAnswer {
  enum class Kind { kRules, kAllowAll, kDisallowAll };

  Kind kind = Kind::kAllowAll;
  std::shared_ptr<const Robots> robots = {};  // of kRules
  std::string why;                            // a sentence for people
  bool unreachable = false;                   // of kDisallowAll: no answer came
};

// Thread-safe. What it is given outlives it.
//
// An answer is good for a day at most, and for minutes where the website could not be asked. Those
// who ask for one origin at the same time wait for one fetch.
class RobotsCache {
 public:
  struct Options {
    Duration kept = std::chrono::hours(24);
    Duration trouble_kept = std::chrono::minutes(10);  // where nothing is allowed for want of it
    std::size_t most_bytes = 64 << 20;                 // of robots.txt's texts; the oldest go
  };

  // `agent` as in Robots::parse.
  RobotsCache(Fetcher& fetcher, Politeness& politeness, std::string agent, Options options);
  RobotsCache(Fetcher& fetcher, Politeness& politeness, std::string agent)
      : RobotsCache(fetcher, politeness, std::move(agent), Options{}) {}

  // For the origin of `root`, whose politeness learns of the crawl delay. 4xx allows everything;
  // 429, 5xx and no answer allow nothing; five redirects are followed, to any origin, and what lies
  // behind more counts as not there. Errors: forbidden_address (of the origin itself), cancelled.
  Task<Result<RobotsAnswer>> of(net::Url root, std::stop_token stop);

 private:
  struct Fetched {
    RobotsAnswer answer;
    std::size_t bytes = 0;
  };
  struct Kept {
    std::string origin;
    RobotsAnswer answer;
    std::size_t bytes;
    Duration until;  // on the monotonic clock
  };
  // What one who asks is told: the answer, or, where it is nothing, to go and fetch it.
  using Turn = std::optional<Result<RobotsAnswer>>;
  struct Asking;
  using AskingPtr = std::shared_ptr<Asking>;
  // Those who wait for the fetch that is under way.
  using Waiting = std::vector<AskingPtr>;

  Task<Turn> ask(std::string origin, std::stop_token stop);
  void take(const AskingPtr& asking, Completion<Turn> done);
  void leave(const AskingPtr& asking);
  std::optional<RobotsAnswer> kept_answer(const std::string& origin, Duration now);
  Task<Result<Fetched>> fetch(net::Url root, std::stop_token stop);
  Task<Result<FetchedPage>> request(net::Url url, std::stop_token stop);
  Fetched read(const FetchedPage& page) const;
  static Result<RobotsAnswer> answer_of(const Result<Fetched>& fetched);
  void finish(const std::string& origin, const Result<Fetched>& fetched, Duration now);
  void keep(const std::string& origin, const Fetched& fetched, Duration now);
  void forget(std::list<Kept>::iterator kept);
  void apply_crawl_delay(const std::string& origin, const RobotsAnswer& answer);

  Fetcher& fetcher_;
  Politeness& politeness_;
  const std::string agent_;
  const Options options_;

  std::mutex mutex_;
  std::list<Kept> kept_;  // the oldest first
  std::unordered_map<std::string, std::list<Kept>::iterator> by_origin_;
  std::size_t kept_bytes_ = 0;
  std::unordered_map<std::string, Waiting> under_way_;
};

}  // namespace walrus::crawl
