// When a crawl may send its next request to a website: as fast as the site bears, and no faster.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "base/error.h"
#include "base/task.h"

namespace walrus::crawl {

// One for all crawls, of several loops. Thread-safe.
//
// An origin (net::Url::origin) that is fast and names no delay gets `at_once` requests side by side
// and no pause. A 429 or 503 halves how many, and puts a pause between their beginnings that
// doubles with each; Retry-After holds all of them; no answer, or answers that have become slow,
// halve how many. What goes well takes it back, step by step. Whoever came first begins first.
class Politeness {
  class State;

 public:
  struct Options {
    int at_once = 8;               // of an origin
    int at_once_altogether = 128;  // of all origins
    Duration longest_crawl_delay = std::chrono::seconds(30);
    Duration first_pause = std::chrono::seconds(1);
    Duration longest_pause = std::chrono::seconds(60);
    Duration longest_suspension = std::chrono::hours(1);
    // What an origin may ask for by Retry-After and still be waited for.
    Duration longest_wait = std::chrono::minutes(5);
    // Slow is what takes longer than this, and than so many times the best that was seen.
    Duration slow = std::chrono::milliseconds(500);
    int slow_factor = 4;
    Duration forgotten_after = std::chrono::minutes(10);  // without a request
  };

  struct Outcome {
    int status = 0;
    Duration latency{0};
    std::optional<std::chrono::seconds> retry_after = {};
    bool failed = false;  // no answer came: no connection, or too slow a one
  };

  // The right to one request. Gives it back when it goes; it must not outlive the loop it came on.
  class Ticket {
   public:
    Ticket(Ticket&&) noexcept = default;
    Ticket& operator=(Ticket&& other) noexcept;
    ~Ticket();

   private:
    friend class Politeness;
    friend class State;
    Ticket(std::shared_ptr<State> state, std::string origin, const Clock& clock);

    std::shared_ptr<State> state_;  // null: moved from
    std::string origin_;
    const Clock* clock_;
    Duration began_;
  };

  explicit Politeness(Options options);
  Politeness() : Politeness(Options{}) {}

  // Waits until a request to the origin may begin. Errors: cancelled; fetch_failed, with
  // retry_after, where the origin asks for more time than longest_wait.
  Task<Result<Ticket>> enter(std::string origin, std::stop_token stop);
  // What became of the request. Without it, as of one that was cancelled, nothing is learned.
  void done(Ticket ticket, Outcome outcome);
  // As the origin's robots.txt wishes it: one request at a time then, and so long between the
  // beginnings of two. 0 takes it back.
  void set_crawl_delay(const std::string& origin, Duration delay);

  // Origins that are remembered.
  std::size_t origins() const;

 private:
  std::shared_ptr<State> state_;
};

}  // namespace walrus::crawl
