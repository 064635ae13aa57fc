#include "jobs/external_operations.h"

#include <algorithm>

#include "jobs/external_parts.h"

namespace walrus::jobs {

ExternalOperations::ExternalOperations(std::vector<Loop*> loops, store::Store& store,
                                       status::EventLog& event_log, live::Hub& hub, const Log& log,
                                       Metrics& metrics, ExternalOptions options)
    : store_(store),
      event_log_(event_log),
      hub_(hub),
      log_(log),
      metrics_(metrics),
      options_(options),
      costs_(store, log, StepCosts::Kinds::kOwners) {
  for (Loop* loop : loops) homes_.push_back(std::make_unique<Home>(*loop, log));
  metrics.observe(
      "walrus_operations_running", "Operations at work.",
      [this] { return static_cast<double>(open_count_.load()); }, "kind=\"external\"");
}

ExternalOperations::~ExternalOperations() = default;

ExternalOperations::Home& ExternalOperations::home_of(const std::string& operation_id) {
  Loop& loop = hub_.home(operation_id);
  return **std::ranges::find_if(homes_, [&](auto& home) { return &home->loop == &loop; });
}

// --- Opening

// On the home loop.
ExternalOperations::SharedOpen ExternalOperations::begin(Home& home,
                                                         store::OperationRecord record) {
  bool cancel_requested = record.cancel_requested;
  auto past = costs_.of(costs_kind_of(record.state.operation));
  auto open = std::make_shared<Open>(std::move(record), hub_, log_, metrics_, home.now(),
                                     home.loop.clock().now(), std::move(past));
  home.open.emplace(open->state.operation.id, open);
  hub_.open(open->state);
  watch(home, open);
  if (cancel_requested) know_wish(home, open);
  return open;
}

// Once the store has it.
void ExternalOperations::announce(Open& open) {
  if (!std::exchange(open.announced, true)) hub_.announce(open.state);
}

// Its topic is closed already, or is now.
void ExternalOperations::forget(Home& home, Open& open) {
  open.closed = true;
  home.loop.cancel(open.watchdog);
  hub_.close(open.state.operation.id);
  if (home.open.erase(open.state.operation.id) > 0) --open_count_;
}

status::State ExternalOperations::first_state(status::Operation operation, json::object metadata) {
  status::State state;
  state.step = status::plan_of(operation).front().step;
  state.percent = 0;
  state.started_at = state.updated_at = operation.created_at;
  state.metadata = std::move(metadata);
  state.operation = std::move(operation);
  return state;
}

Task<Result<void>> ExternalOperations::open(status::State first, std::chrono::seconds silence,
                                            store::WriteBatch with) {
  if (shutting_down_) co_return shutting_down();
  if (++open_count_ > options_.most_open) {
    --open_count_;
    co_return not_ready("Too many operations of other pipelines are open. Try again later.");
  }
  store::OperationRecord record;
  record.input = {{"timeout_seconds", silence.count()}};
  record.state = std::move(first);

  Home& home = home_of(record.state.operation.id);
  SharedOpen open = begin(home, record);
  co_await open->take_turn();
  Result<void> committed = co_await commit_new(open, std::move(record), std::move(with));
  bool refused = !committed && !open->uncertain;
  if (committed) announce(*open);
  if (refused) forget(home, *open);
  open->end_turn();
  co_return committed;
}

// A store that does not say whether it has the operation leaves it to the watchdog, which looks.
Task<Result<void>> ExternalOperations::commit_new(SharedOpen open, store::OperationRecord record,
                                                  store::WriteBatch with) {
  with.mutations.push_back(store::PutOperation{std::move(record)});
  Result<void> committed = co_await store_.commit(std::move(with));
  open->uncertain = !committed && committed.error().code == ErrorCode::kStorageUnavailable;
  co_return committed;
}

// --- Cancel and silence

Task<Result<void>> ExternalOperations::request_cancel(std::string operation_id,
                                                      store::WriteBatch with) {
  Home& home = home_of(operation_id);
  auto ask = [this, &home, &operation_id, &with](Completion<Result<void>> done) {
    home.loop.post(
        [this, &home, operation_id, with = std::move(with), done = std::move(done)]() mutable {
          home.tasks.start(cancel(home, std::move(operation_id), std::move(with), std::move(done)));
        });
  };
  co_return co_await wait_for_callback<Result<void>>(ask);
}

// Beside the reports, not in turn with them: an end looks for the wish in its own commit.
Task<void> ExternalOperations::cancel(Home& home, std::string operation_id, store::WriteBatch with,
                                      Completion<Result<void>> done) {
  if (shutting_down_) {
    done(shutting_down());
    co_return;
  }
  with.mutations.push_back(store::RequestCancel{operation_id});
  Result<void> durable = co_await store_.commit(std::move(with));
  auto found = home.open.find(operation_id);
  if (found != home.open.end()) {
    if (durable) know_wish(home, found->second);
    bool unknown = !durable && durable.error().code == ErrorCode::kStorageUnavailable;
    found->second->uncertain = found->second->uncertain || unknown;
  }
  done(std::move(durable));
}

void ExternalOperations::know_wish(Home& home, const SharedOpen& open) {
  if (open->cancelled_by) return;
  open->cancelled_by = home.now() + options_.cancel_grace;
  watch(home, open);
}

// Reports only move the deadline away, so that the timer looks again when it fires.
void ExternalOperations::watch(Home& home, const SharedOpen& open) {
  home.loop.cancel(open->watchdog);
  Duration left = std::max(open->deadline() - home.now(), Duration(0));
  auto look = [this, &home, weak = std::weak_ptr<Open>(open)] {
    SharedOpen found = weak.lock();
    if (!found || found->closed || shutting_down_) return;
    if (found->deadline() > home.now()) return watch(home, found);
    home.tasks.start(expire(home, found));
  };
  open->watchdog = home.loop.after(left, std::move(look));
}

Task<void> ExternalOperations::expire(Home& home, SharedOpen open) {
  Duration pause = options_.first_retry;
  for (;;) {
    co_await open->take_turn();
    Result<void> ended = co_await expire_in_turn(home, open);
    open->end_turn();
    bool away = !ended && ended.error().code == ErrorCode::kStorageUnavailable;
    if (!away || shutting_down_) co_return;
    co_await sleep_for(pause);
    pause = std::min(pause * 2, options_.longest_retry);
  }
}

Task<Result<void>> ExternalOperations::expire_in_turn(Home& home, SharedOpen open) {
  if (open->uncertain && !open->closed) {
    Result<void> certain = co_await make_certain(home, open);
    if (!certain) co_return certain;
  }
  while (!open->closed) {
    if (open->deadline() > home.now()) {  // a report came first
      watch(home, open);
      break;
    }
    status::ReportFold fold = fold_of(home, *open);
    fold.fail(
        {ErrorCode::kTimeout, "Its worker reported nothing for too long. Start it again.", {}});
    Result<void> written =
        co_await write(home, open, {std::move(fold), std::make_shared<store::WriteBatch>()});
    if (!written && written.error().code != ErrorCode::kCancelled) co_return written;
  }
  co_return Result<void>();
}

// --- Recovery and shutdown

Task<Result<void>> ExternalOperations::recover() {
  co_await costs_.load();
  auto open = co_await store_.open_operations();
  if (!open) co_return std::unexpected(open.error());
  for (store::OperationRecord& record : *open) {
    if (record.state.operation.kind != status::Kind::kExternal) continue;
    Home& home = home_of(record.state.operation.id);
    auto take_up = [this, &home, &record](Completion<bool> done) {
      home.loop.post([this, &home, &record, done = std::move(done)]() mutable {
        ++open_count_;
        announce(*begin(home, std::move(record)));
        done(true);
      });
    };
    co_await wait_for_callback<bool>(take_up);
  }
  co_return Result<void>();
}

void ExternalOperations::shut_down(Work done) {
  shutting_down_ = true;
  auto left = std::make_shared<std::atomic<std::size_t>>(homes_.size());
  auto finished = std::make_shared<Work>(std::move(done));
  Loop* first = &homes_.front()->loop;
  for (auto& each : homes_) {
    Home* home = each.get();
    auto leave = [this, home, left, finished, first] {
      while (!home->open.empty()) {
        SharedOpen open = home->open.begin()->second;
        forget(*home, *open);
      }
      if (--*left == 0) first->post(std::move(*finished));
    };
    home->loop.post([home, leave] { home->tasks.when_idle(leave); });
  }
}

}  // namespace walrus::jobs
