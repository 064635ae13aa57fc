// How work begins: a new operation, or another attempt of one that failed.
#include "jobs/jobs.h"

namespace walrus::jobs {

namespace {

constexpr std::chrono::seconds kRetryAfter{5};
Error refused(std::string message) {
  return Error{ErrorCode::kNotReady, std::move(message), {}, {}, kRetryAfter};
}

}  // namespace

status::State Jobs::Beginning::before() const {
  status::State state = record.state;
  state.sequence -= first.size();
  return state;
}

bool Jobs::has_room(Lane& lane) {
  std::lock_guard lock(lane.mutex);
  return static_cast<int>(lane.queue.size()) < lane.work.waiting;
}

Result<void> Jobs::admit(const status::Operation& operation) {
  if (shutting_down_) {
    return std::unexpected(refused("The server is shutting down. Try again in a few seconds."));
  }
  if (!has_room(lane_of(operation.kind))) {
    return std::unexpected(refused("Too much work is waiting already. Try again later."));
  }
  return {};
}

Task<Result<void>> Jobs::accept(store::OperationRecord record, std::vector<status::Event> first,
                                store::WriteBatch with) {
  show_position(record, first);
  store::WriteBatch batch;
  batch.mutations.push_back(store::PutOperation{record});
  co_return co_await begin({std::move(record), std::move(first), std::move(batch)},
                           std::move(with));
}

Task<Result<void>> Jobs::retry(store::OperationRecord record, std::vector<status::Event> first,
                               store::WriteBatch with) {
  show_position(record, first);
  store::WriteBatch batch;
  batch.mutations.push_back(store::BeginAttempt{record.state});
  // What the last attempt reserved and did not use is free: its log has ended below it.
  record.reserved_through = 0;
  record.resumptions = 0;
  record.cancel_requested = false;
  Home& home = home_of(record.state.operation.id);
  Beginning beginning{std::move(record), std::move(first), std::move(batch)};
  beginning.is_new = false;
  auto ask = [this, &home, &beginning, &with](Completion<Result<void>> done) {
    home.loop.post([this, &home, &beginning, &with, done = std::move(done)]() mutable {
      home.tasks.start(begin_at_home(std::move(beginning), std::move(with), std::move(done)));
    });
  };
  co_return co_await wait_for_callback<Result<void>>(ask);
}

Task<void> Jobs::begin_at_home(Beginning beginning, store::WriteBatch with,
                               Completion<Result<void>> done) {
  Result<void> begun = co_await begin(std::move(beginning), std::move(with));
  done(std::move(begun));
}

// On the operation's home loop: durable, then shown, then queued.
Task<Result<void>> Jobs::begin(Beginning beginning, store::WriteBatch with) {
  const status::State& state = beginning.record.state;
  const std::string id = state.operation.id;
  Result<void> admitted = admit(state.operation);
  if (!admitted) co_return admitted;
  Home& home = home_of(id);
  if (!beginning.is_new && !co_await is_over(home, id)) {
    co_return std::unexpected(refused("The attempt before is still ending. Try again soon."));
  }
  if (!home.beginning.try_emplace(id).second) {
    co_return fail(ErrorCode::kConflict, "The operation is being begun again already.");
  }
  store::WriteBatch batch = std::move(beginning.batch);
  if (!beginning.first.empty()) batch.mutations.push_back(store::AppendEvents{id, beginning.first});
  for (store::Mutation& mutation : with.mutations) batch.mutations.push_back(std::move(mutation));
  bool may_tell = options_.outbox && !beginning.first.empty();
  beginning.tells = may_tell && options_.outbox->add(state, beginning.first, batch);
  // Before the commit: who finds a new operation in the store finds its topic, too.
  if (beginning.is_new) hub_.open(beginning.before());
  Result<void> committed = co_await store_.commit(std::move(batch));
  if (!committed && committed.error().code == ErrorCode::kStorageUnavailable) {
    auto taken = co_await is_begun(state);
    if (!taken) {
      home.tasks.start(find_out(home, std::move(beginning)));
      co_return committed;
    }
    if (*taken) committed = {};
  }
  conclude(home, std::move(beginning), committed.has_value());
  co_return committed;
}

// Whether the store has this beginning. It may have taken what it gave no answer to.
Task<Result<bool>> Jobs::is_begun(status::State state) {
  auto found = co_await store_.operation(state.operation.owner, state.operation.id);
  if (!found) co_return std::unexpected(found.error());
  co_return found->has_value() && (*found)->state.attempt == state.attempt &&
      (*found)->state.started_at == state.started_at;
}

// Whoever asked for it was told that the store is away. What it took all the same is work like any.
Task<void> Jobs::find_out(Home& home, Beginning beginning) {
  Result<bool> begun = false;
  do {
    co_await sleep_for(kStoreRetry);
    begun = co_await is_begun(beginning.record.state);
  } while (!begun && !shutting_down_);
  conclude(home, std::move(beginning), begun.value_or(false));
}

void Jobs::conclude(Home& home, Beginning beginning, bool begun) {
  const status::State state = beginning.record.state;
  const std::string& id = state.operation.id;
  std::vector<StopAsked> stops = std::move(home.beginning.extract(id).mapped());
  if (begun) {
    if (!beginning.is_new) hub_.open(beginning.before());
    hub_.announce(beginning.before());
    if (beginning.tells) options_.outbox->committed(state.operation.owner);
    if (!beginning.first.empty()) hub_.publish(state, std::move(beginning.first));
    enqueue({std::move(beginning.record), false});
  } else if (beginning.is_new) {
    hub_.close(id);
  }
  for (StopAsked& stop : stops) ask_to_stop(id, stop.reason, std::move(stop.answer));
}

}  // namespace walrus::jobs
