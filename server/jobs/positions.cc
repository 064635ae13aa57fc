#include "jobs/positions.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>

namespace walrus::jobs {

namespace {

constexpr Duration kBetweenRounds = std::chrono::seconds(1);
constexpr Duration kFirstRetry = std::chrono::milliseconds(50);
constexpr Duration kLongestRetry = std::chrono::seconds(1);
// So that no commit keeps the others waiting; the rest are told a round later.
constexpr std::size_t kMostInACommit = 500;
constexpr int kToldOfEachMove = 10;

bool is_outdated(std::int64_t shown, int position) {
  if (shown == position) return false;
  return shown == 0 || position <= kToldOfEachMove || std::abs(shown - position) * 5 > position;
}

bool is_away(const Result<void>& committed) {
  return !committed && committed.error().code == ErrorCode::kStorageUnavailable;
}

void add(store::WriteBatch& batch, const status::State& state, const status::Event& event) {
  batch.mutations.push_back(store::AppendEvents{state.operation.id, {event}});
  batch.mutations.push_back(store::UpdateState{state});
}

}  // namespace

Positions::Positions(Loop& home, TaskGroup& tasks, store::Store& store, live::Hub& hub,
                     const Log& log, Places places)
    : home_(home), tasks_(tasks), store_(store), hub_(hub), log_(log), places_(std::move(places)) {}

Positions::~Positions() {
  home_.cancel(timer_);
}

void Positions::stop() {
  stopped_ = true;
  home_.cancel(timer_);
}

void Positions::queue_moved() {
  if (asked_.exchange(true)) return;
  home_.post([this] { arm(); });
}

void Positions::arm() {
  if (stopped_) return;
  Duration now = home_.clock().monotonic();
  if (!last_round_ || *last_round_ + kBetweenRounds <= now) return begin_round();
  timer_ = home_.after(*last_round_ + kBetweenRounds - now, [this] { begin_round(); });
}

void Positions::begin_round() {
  asked_ = false;
  if (writing_ || stopped_) return;  // the end of what is being written asks for another round
  last_round_ = home_.clock().monotonic();
  std::vector<Announcement> announcements = outdated();
  if (announcements.empty()) return;
  writing_ = true;
  tasks_.start(announce(std::move(announcements)));
}

// Marks what it returns as under way. Who leaves the queue after this starts on this loop, and so
// finds the mark.
std::vector<Positions::Announcement> Positions::outdated() {
  std::vector<Announcement> found;
  places_([this, &found](int position, const status::State& waiting) {
    const std::string& id = waiting.operation.id;
    if (&hub_.home(id) != &home_) return true;
    auto newest = newest_.find(id);
    bool known = newest != newest_.end();
    if (known && newest->second.writing != Writing::kDone) return true;
    const status::State& latest = known ? newest->second.state : waiting;
    std::int64_t shown = find_integer(latest.metadata, status::kQueuePosition).value_or(0);
    if (!is_outdated(shown, position)) return true;
    found.push_back(announcement(latest, position));
    Newest& entry = known ? newest->second : newest_[id];
    if (!known) entry.state = waiting;
    entry.writing = Writing::kUnderWay;
    return found.size() < kMostInACommit;
  });
  return found;
}

Positions::Announcement Positions::announcement(status::State state, int position) const {
  status::Event event{.sequence = state.sequence + 1,
                      .attempt = state.attempt,
                      .at = std::max(home_.clock().now(), state.updated_at),
                      .type = status::EventType::kStatus,
                      .outcome = status::Outcome::kProcessing,
                      .step = state.step,
                      .percent = state.percent,
                      .message = state.message,
                      .metadata = state.metadata};
  event.metadata[status::kQueuePosition] = position;
  state.apply(event);
  return {std::move(state), std::move(event)};
}

Task<void> Positions::announce(std::vector<Announcement> announcements) {
  store::WriteBatch together;
  for (const Announcement& each : announcements) add(together, each.state, each.event);
  Result<void> committed = co_await commit(std::move(together));
  // One of them may have been deleted; the others are told all the same.
  bool one_by_one = !committed && !is_away(committed) && announcements.size() > 1;
  for (Announcement& each : announcements) {
    if (one_by_one) {
      store::WriteBatch alone;
      add(alone, each.state, each.event);
      committed = co_await commit(std::move(alone));
    }
    conclude(std::move(each), committed);
  }
  writing_ = false;
  queue_moved();
}

// Of a store that is away it is not known what it took: the same is written until that is known.
Task<Result<void>> Positions::commit(store::WriteBatch batch) {
  Duration pause = kFirstRetry;
  for (;;) {
    store::WriteBatch copy = batch;
    Result<void> committed = co_await store_.commit(std::move(copy));
    if (!is_away(committed) || stopped_) co_return committed;
    co_await sleep_for(pause);
    pause = std::min(pause * 2, kLongestRetry);
  }
}

void Positions::conclude(Announcement announcement, const Result<void>& committed) {
  const std::string id = announcement.state.operation.id;
  Newest& newest = newest_.at(id);
  if (committed) {
    newest.writing = Writing::kDone;
    newest.state = announcement.state;
    std::vector<status::Event> events;
    events.push_back(std::move(announcement.event));
    hub_.publish(announcement.state, std::move(events));
  } else {
    newest.writing = is_away(committed) ? Writing::kUnknown : Writing::kRefused;
    log_.warning("a place in the queue was not stored",
                 {{"operation", id}, {"why", committed.error().message}});
  }
  if (newest.on_settled) std::exchange(newest.on_settled, nullptr)();
}

Task<std::optional<status::State>> Positions::settled(status::State state) {
  const std::string id = state.operation.id;
  auto found = newest_.find(id);
  if (found == newest_.end()) co_return state;
  if (found->second.writing == Writing::kUnderWay) {
    auto wait = [this, id](Completion<bool> done) {
      newest_.at(id).on_settled = [done = std::move(done)]() mutable { done(true); };
    };
    co_await wait_for_callback<bool>(wait);
  }
  Newest newest = std::move(newest_.extract(id).mapped());
  if (newest.writing == Writing::kUnknown) co_return std::nullopt;
  co_return std::move(newest.state);
}

}  // namespace walrus::jobs
