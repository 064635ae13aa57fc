#include "crawl/politeness.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "crawl/pace.h"

namespace walrus::crawl {

namespace {

// Below so many, origins are not looked through for those to forget.
constexpr std::size_t kFewOrigins = 256;

struct Waiting {
  std::string origin;
  Loop& home;
  std::optional<Completion<Result<Politeness::Ticket>>> done = {};  // while it stands in line
  bool stopped = false;
};

using WaitingPtr = std::shared_ptr<Waiting>;

void end(Waiting& waiting, Result<Politeness::Ticket> result) {
  std::exchange(waiting.done, std::nullopt).value()(std::move(result));
}

std::unexpected<Error> cancelled() {
  return fail(ErrorCode::kCancelled, "The request was cancelled.");
}

std::unexpected<Error> asks_for_too_much(Duration wait) {
  auto seconds = std::chrono::ceil<std::chrono::seconds>(wait);
  Error error{ErrorCode::kFetchFailed,
              fmt::format("The website asks to be left alone for {} minutes.",
                          std::chrono::ceil<std::chrono::minutes>(wait).count()),
              "Retry-After"};
  error.retry_after = seconds;
  return std::unexpected(std::move(error));
}

}  // namespace

// What all crawls share. Timers are set on the home loop of whoever stands first.
class Politeness::State : public std::enable_shared_from_this<State> {
 public:
  explicit State(Options options) : options_(options) {}

  void take(const WaitingPtr& waiting, Completion<Result<Ticket>> done);
  void stop(const WaitingPtr& waiting);
  void learn(const std::string& name, const Outcome& outcome, Duration began, Duration now);
  void leave(const std::string& name, Duration now);
  void set_crawl_delay(const std::string& name, Duration delay);
  std::size_t size() const;

 private:
  struct Origin {
    std::string name;
    Pace pace;
    std::deque<WaitingPtr> waiting = {};
    int running = 0;
    bool in_line = false;
    std::optional<Duration> wakes_at = {};  // the earliest timer that is set
    Duration last_used{0};
  };

  void hear(Duration now) { now_ = std::max(now_, now); }
  Origin& origin_named(const std::string& name);
  void forget_idle_origins();
  bool is_idle(const Origin& origin) const;
  void refuse_those_who_would_wait_too_long(Origin& origin);
  void go_on(Origin& origin);
  void line_up(Origin& origin);
  void serve_line();
  bool has_turn(const Origin& origin) const;
  void begin_first(Origin& origin);
  void set_timer(Origin& origin);
  void wake(const std::string& name, Duration at, Duration now);

  const Options options_;
  mutable std::mutex mutex_;
  Duration now_{0};  // the newest time that was heard of, on the monotonic clock
  std::unordered_map<std::string, Origin> origins_;
  std::size_t forgets_at_ = kFewOrigins;
  int running_ = 0;
  std::deque<Origin*> line_;  // of origins that could begin a request; they take turns
};

void Politeness::State::take(const WaitingPtr& waiting, Completion<Result<Ticket>> done) {
  std::lock_guard lock(mutex_);
  hear(waiting->home.clock().monotonic());
  waiting->done.emplace(std::move(done));
  if (waiting->stopped) {
    end(*waiting, cancelled());
    return;
  }
  Origin& origin = origin_named(waiting->origin);
  origin.waiting.push_back(waiting);
  go_on(origin);
}

void Politeness::State::stop(const WaitingPtr& waiting) {
  std::lock_guard lock(mutex_);
  waiting->stopped = true;
  if (!waiting->done) return;
  std::erase(origins_.at(waiting->origin).waiting, waiting);
  end(*waiting, cancelled());
}

void Politeness::State::learn(const std::string& name, const Outcome& outcome, Duration began,
                              Duration now) {
  std::lock_guard lock(mutex_);
  hear(now);
  Origin& origin = origins_.at(name);
  origin.pace.learn(outcome, began, now_);
  go_on(origin);
}

void Politeness::State::leave(const std::string& name, Duration now) {
  std::lock_guard lock(mutex_);
  hear(now);
  Origin& origin = origins_.at(name);
  --origin.running;
  --running_;
  origin.last_used = now_;
  go_on(origin);
}

void Politeness::State::set_crawl_delay(const std::string& name, Duration delay) {
  std::lock_guard lock(mutex_);
  Origin& origin = origin_named(name);
  origin.pace.set_crawl_delay(delay);
  go_on(origin);
}

std::size_t Politeness::State::size() const {
  std::lock_guard lock(mutex_);
  return origins_.size();
}

Politeness::State::Origin& Politeness::State::origin_named(const std::string& name) {
  auto found = origins_.find(name);
  if (found == origins_.end()) {
    if (origins_.size() >= forgets_at_) forget_idle_origins();
    found = origins_.emplace(name, Origin{.name = name, .pace = Pace(options_)}).first;
  }
  found->second.last_used = now_;
  return found->second;
}

void Politeness::State::forget_idle_origins() {
  std::erase_if(origins_, [this](const auto& entry) { return is_idle(entry.second); });
  forgets_at_ = std::max(kFewOrigins, origins_.size() * 2);
}

bool Politeness::State::is_idle(const Origin& origin) const {
  return origin.waiting.empty() && origin.running == 0 && !origin.in_line &&
         origin.last_used + options_.forgotten_after < now_ && origin.pace.suspended_until() < now_;
}

void Politeness::State::refuse_those_who_would_wait_too_long(Origin& origin) {
  if (origin.pace.suspended_until() <= now_ + options_.longest_wait) return;
  Duration wait = origin.pace.suspended_until() - now_;
  for (const WaitingPtr& waiting : std::exchange(origin.waiting, {})) {
    end(*waiting, asks_for_too_much(wait));
  }
}

void Politeness::State::go_on(Origin& origin) {
  refuse_those_who_would_wait_too_long(origin);
  line_up(origin);
  serve_line();
}

bool Politeness::State::has_turn(const Origin& origin) const {
  return !origin.waiting.empty() && origin.running < origin.pace.at_once();
}

void Politeness::State::line_up(Origin& origin) {
  if (origin.in_line || !has_turn(origin)) return;
  if (origin.pace.next_begin() > now_) {
    set_timer(origin);
    return;
  }
  origin.in_line = true;
  line_.push_back(&origin);
}

void Politeness::State::serve_line() {
  while (!line_.empty() && running_ < options_.at_once_altogether) {
    Origin& origin = *line_.front();
    line_.pop_front();
    origin.in_line = false;
    // It may have been slowed down since it lined up.
    if (has_turn(origin) && origin.pace.next_begin() <= now_) begin_first(origin);
    line_up(origin);
  }
}

void Politeness::State::begin_first(Origin& origin) {
  WaitingPtr first = std::move(origin.waiting.front());
  origin.waiting.pop_front();
  origin.pace.begin(now_);
  ++origin.running;
  ++running_;
  end(*first, Ticket(shared_from_this(), origin.name, first->home.clock()));
}

void Politeness::State::set_timer(Origin& origin) {
  Duration at = origin.pace.next_begin();
  if (origin.wakes_at && *origin.wakes_at <= at) return;
  origin.wakes_at = at;
  Loop& home = origin.waiting.front()->home;
  auto wake = [weak = weak_from_this(), name = origin.name, at, &home] {
    if (auto self = weak.lock()) self->wake(name, at, home.clock().monotonic());
  };
  // Timers are for the loop's own thread, and this may be another one.
  home.post([wake = std::move(wake), at, &home]() mutable {
    home.after(std::max(at - home.clock().monotonic(), Duration(0)), std::move(wake));
  });
}

void Politeness::State::wake(const std::string& name, Duration at, Duration now) {
  std::lock_guard lock(mutex_);
  hear(now);
  auto found = origins_.find(name);
  if (found == origins_.end()) return;
  if (found->second.wakes_at == at) found->second.wakes_at.reset();
  go_on(found->second);
}

Politeness::Ticket::Ticket(std::shared_ptr<State> state, std::string origin, const Clock& clock)
    : state_(std::move(state)),
      origin_(std::move(origin)),
      clock_(&clock),
      began_(clock.monotonic()) {}

Politeness::Ticket& Politeness::Ticket::operator=(Ticket&& other) noexcept {
  std::swap(state_, other.state_);
  std::swap(origin_, other.origin_);
  std::swap(clock_, other.clock_);
  std::swap(began_, other.began_);
  return *this;
}

Politeness::Ticket::~Ticket() {
  if (state_) state_->leave(origin_, clock_->monotonic());
}

Politeness::Politeness(Options options) : state_(std::make_shared<State>(options)) {}

Task<Result<Politeness::Ticket>> Politeness::enter(std::string origin, std::stop_token stop) {
  std::shared_ptr<State> state = state_;
  Loop& home = co_await home_loop();
  auto waiting = std::make_shared<Waiting>(std::move(origin), home);
  auto leave_line = [state, waiting] { state->stop(waiting); };
  std::stop_callback stopper(stop, leave_line);
  auto start = [state, waiting](Completion<Result<Ticket>> done) {
    state->take(waiting, std::move(done));
  };
  Result<Ticket> ticket = co_await wait_for_callback<Result<Ticket>>(start);
  if (ticket && stop.stop_requested()) co_return cancelled();
  co_return ticket;
}

void Politeness::done(Ticket ticket, Outcome outcome) {
  state_->learn(ticket.origin_, outcome, ticket.began_, ticket.clock_->monotonic());
}

void Politeness::set_crawl_delay(const std::string& origin, Duration delay) {
  state_->set_crawl_delay(origin, delay);
}

std::size_t Politeness::origins() const {
  return state_->size();
}

}  // namespace walrus::crawl
