#include "jobs/jobs.h"

#include <algorithm>

#include "jobs/step_log.h"

namespace walrus::jobs {

namespace {

using status::Kind;

Error cancelled() {
  return {ErrorCode::kCancelled, "The operation was cancelled.", {}};
}

}  // namespace

Jobs::Home::Home(Jobs& jobs, Loop& home_loop)
    : loop(home_loop),
      tasks(home_loop,
            [&log = jobs.log_](std::exception_ptr) { log.error("a job's runner threw"); }),
      positions(home_loop, tasks, jobs.store_, jobs.hub_, jobs.log_,
                [&jobs](const Positions::Visitor& visitor) { jobs.visit_queues(visitor); }) {}

Jobs::Jobs(std::vector<Loop*> loops, store::Store& store, status::EventLog& event_log,
           live::Hub& hub, const Log& log, Metrics& metrics, Options options)
    : store_(store),
      event_log_(event_log),
      hub_(hub),
      log_(log),
      metrics_(metrics),
      options_(options),
      costs_(store, log) {
  for (Loop* loop : loops) homes_.push_back(std::make_unique<Home>(*this, *loop));
  for (std::size_t kind = 0; kind < lanes_.size(); ++kind) {
    Lane& lane = lanes_[kind];
    std::string labels = "kind=\"" + std::string(status::kKindNames[kind]) + "\"";
    metrics.observe(
        "walrus_operations_running", "Operations at work.",
        [&lane] { return static_cast<double>(lane.running.load()); }, labels);
    metrics.observe(
        "walrus_operations_waiting", "Operations in the queue.",
        [&lane] {
          std::lock_guard lock(lane.mutex);
          return static_cast<double>(lane.queue.size());
        },
        labels);
  }
}

Jobs::~Jobs() = default;

void Jobs::bind(Kind kind, KindOfWork work) {
  lane_of(kind).work = std::move(work);
}

Jobs::Home& Jobs::home_of(const std::string& operation_id) {
  Loop& loop = hub_.home(operation_id);
  return **std::ranges::find_if(homes_, [&](auto& home) { return &home->loop == &loop; });
}

// --- The queue

void Jobs::enqueue(Waiting waiting) {
  Lane& lane = lane_of(waiting.record.state.operation.kind);
  {
    std::lock_guard lock(lane.mutex);
    lane.queue.push(std::move(waiting));
  }
  start_waiting(lane);
}

// Starts what there is room for, each on its home loop.
void Jobs::start_waiting(Lane& lane) {
  std::unique_lock lock(lane.mutex);
  while (!lane.queue.empty() && lane.running < lane.work.at_once && !shutting_down_) {
    Waiting next = *lane.queue.pop();
    Home& home = home_of(next.record.state.operation.id);
    // Under the lock: who finds it neither waiting nor running looks again behind this.
    home.loop.post([this, &home, next = std::move(next)]() mutable {
      start(home, std::move(next), StopReason::kNone);
    });
    ++lane.running;
  }
  bool others_wait = !lane.queue.empty();
  lock.unlock();
  if (others_wait) queue_moved();
}

std::optional<Waiting> Jobs::take_from_queue(const std::string& operation_id) {
  for (Lane& lane : lanes_) {
    std::lock_guard lock(lane.mutex);
    std::optional<Waiting> taken = lane.queue.take(operation_id);
    if (!taken) continue;
    ++lane.running;
    queue_moved();
    return taken;
  }
  return std::nullopt;
}

// --- Positions in the queue. Chats have none: they run at once.

// What comes when others wait, or all places are taken, says from the first where it stands.
void Jobs::show_position(store::OperationRecord& record, std::vector<status::Event>& first) {
  const status::Operation& operation = record.state.operation;
  if (operation.kind == Kind::kChat) return;
  Lane& lane = lane_of(operation.kind);
  std::lock_guard lock(lane.mutex);
  if (lane.queue.empty() && lane.running < lane.work.at_once) return;
  record.state.metadata[status::kQueuePosition] = lane.queue.position_of_next(operation.owner);
  if (!first.empty()) first.back().metadata = record.state.metadata;
}

void Jobs::visit_queues(const Positions::Visitor& visitor) {
  for (Lane& lane : lanes_) {
    if (&lane == &lane_of(Kind::kChat)) continue;
    std::lock_guard lock(lane.mutex);
    lane.queue.visit([&visitor](int position, const Waiting& waiting) {
      return visitor(position, waiting.record.state);
    });
  }
}

void Jobs::queue_moved() {
  for (auto& home : homes_) home->positions.queue_moved();
}

// --- A run

void Jobs::start(Home& home, Waiting waiting, StopReason reason) {
  auto owned = std::make_unique<Run>();
  Run* started = owned.get();
  started->record = std::move(waiting.record);
  started->resumed = waiting.resumed;
  home.runs.emplace(started->record.state.operation.id, std::move(owned));
  if (reason != StopReason::kNone) stop(*started, reason);
  home.tasks.start(run(home, started));
}

Task<void> Jobs::run(Home& home, Run* run) {
  const std::string id = run->record.state.operation.id;
  Lane& lane = lane_of(run->record.state.operation.kind);
  status::State left_queue = run->record.state;
  std::optional<status::State> state = co_await home.positions.settled(std::move(left_queue));
  if (state) {
    run->record.state = std::move(*state);
    co_await track(home, run);
  } else {
    hub_.close(id);  // shutting down: the next start decides
  }
  leave(home, id);
  --lane.running;
  start_waiting(lane);
}

void Jobs::leave(Home& home, const std::string& operation_id) {
  std::vector<Work> waiters = std::move(home.runs.extract(operation_id).mapped()->on_end);
  for (Work& waiter : waiters) waiter();
}

Task<void> Jobs::track(Home& home, Run* run) {
  const std::string id = run->record.state.operation.id;
  Lane& lane = lane_of(run->record.state.operation.kind);
  const std::string kind(status::name_of(run->record.state.operation.kind));
  StepLog log(hub_, log_, metrics_, run->record.state);
  status::Tracker tracker(home.loop, event_log_, log, run->record.state,
                          run->record.reserved_through, log_, {}, costs_.of(kind));
  run->tracker = &tracker;
  if (run->reason == StopReason::kShutdown) tracker.stop_waiting();
  watch(home, run);
  Result<void> outcome = co_await run_guarded(run);
  home.loop.cancel(run->watchdog);
  if (!outcome && run->reason == StopReason::kShutdown && lane.work.resumable) {
    co_await tracker.leave();
    hub_.close(id);
  } else if (!outcome) {
    Error reason = reason_to_fail(*run, std::move(outcome.error()));
    co_await end_failed(tracker, run->record, std::move(reason));
  } else {
    home.tasks.start(costs_.learn(kind, tracker.finished_work()));
  }
  run->tracker = nullptr;
}

Task<Result<void>> Jobs::run_guarded(Run* run) {
  if (run->stop.stop_requested()) co_return fail(ErrorCode::kCancelled, "The work was stopped.");
  if (run->resumed) co_await count_resumption(*run);
  Job job{&run->record, run->tracker, run->stop.get_token()};
  try {
    co_return co_await lane_of(run->record.state.operation.kind).work.run(job);
  } catch (const std::exception& bug) {
    co_return fail(ErrorCode::kInternal, "Something went wrong inside the server. Try again.",
                   bug.what());
  }
}

// Before the work begins, so that a file that kills the server is counted; what only waits is not.
Task<void> Jobs::count_resumption(const Run& run) {
  store::WriteBatch count;
  count.mutations.push_back(store::CountResumption{run.record.state.operation.id});
  Result<void> counted = co_await store_.commit(std::move(count));
  if (!counted)
    log_.warning("a resumption was not counted", {{"operation", run.record.state.operation.id}});
}

// What the person who began the work is told.
Error Jobs::reason_to_fail(const Run& run, Error error) const {
  switch (run.reason) {
    case StopReason::kCancelled:
      return cancelled();
    case StopReason::kStuck:
      return {ErrorCode::kTimeout,
              "The step '" + std::string(status::name_of(run.record.state.step)) +
                  "' showed no sign of life for too long and was stopped. Try again.",
              {}};
    case StopReason::kShutdown:
      return {ErrorCode::kInterrupted,
              "The server was shut down before the work was done. Try again.",
              {}};
    case StopReason::kNone:
      break;
  }
  if (info(error.code).ends_operation) return error;
  return {ErrorCode::kInternal, error.message, std::move(error.detail)};
}

Task<void> Jobs::end_failed(status::Tracker& tracker, store::OperationRecord record, Error error) {
  const std::string id = record.state.operation.id;
  log_.warning(
      "operation failed",
      {{"operation", id}, {"error_type", info(error.code).word}, {"detail", error.detail}});
  // A function that ends its operation and fails afterwards has had its one end.
  if (tracker.state().outcome != status::Outcome::kProcessing) co_return;
  Result<void> failed = co_await store_failure(tracker, record, error);
  // The wish to cancel was durable before the failure: that is how it ends.
  bool overtaken = !failed && failed.error().code == ErrorCode::kCancelled;
  if (overtaken) failed = co_await store_failure(tracker, record, cancelled());
  if (failed) co_return;
  // Deleted under its feet, or the server stops while the store is away: the next start decides.
  log_.error("the end of an operation could not be stored",
             {{"operation", id}, {"detail", failed.error().message}});
  hub_.close(id);
}

Task<Result<void>> Jobs::store_failure(status::Tracker& tracker, store::OperationRecord record,
                                       Error error) {
  Error copy = error;
  auto writes = co_await failure_writes(std::move(record), std::move(copy));
  if (!writes) co_return std::unexpected(writes.error());
  co_return co_await tracker.fail(std::move(error), std::move(*writes));
}

// Waits for a store that is away, as the tracker does: an end without what belongs to it would
// leave a conversation or a document at work for ever.
Task<Result<std::shared_ptr<const status::Writes>>> Jobs::failure_writes(
    store::OperationRecord record, Error error) {
  const KindOfWork& work = lane_of(record.state.operation.kind).work;
  for (;;) {
    auto writes = co_await work.failure_writes(record, error);
    bool away = !writes && writes.error().code == ErrorCode::kStorageUnavailable;
    if (!away || shutting_down_) co_return writes;
    co_await sleep_for(kStoreRetry);
  }
}

void Jobs::stop(Run& run, StopReason reason) {
  if (reason == StopReason::kShutdown && run.tracker) run.tracker->stop_waiting();
  if (run.reason != StopReason::kNone) return;
  run.reason = reason;
  run.stop.request_stop();
}

// Looks once a second whether the run still shows life.
void Jobs::watch(Home& home, Run* run) {
  run->watchdog = home.loop.after(std::chrono::seconds(1), [this, &home, run] {
    Duration silent = home.loop.clock().monotonic() - run->tracker->last_sign_of_life();
    status::Step step = run->tracker->state().step;
    if (silent > limit_of(step, options_.limits)) {
      run->record.state.step = step;
      stop(*run, StopReason::kStuck);
    }
    watch(home, run);
  });
}

// --- Recovery and shutdown

Task<Result<void>> Jobs::recover() {
  co_await costs_.load();
  auto open = co_await store_.open_operations();
  if (!open) co_return std::unexpected(open.error());
  std::erase_if(*open, [](const store::OperationRecord& record) {
    return record.state.operation.kind == Kind::kExternal;  // nothing runs here for those
  });
  for (store::OperationRecord& record : *open) {
    Home& home = home_of(record.state.operation.id);
    auto take_up = [this, &home, &record](Completion<bool> done) {
      home.loop.post([this, &home, &record, done = std::move(done)]() mutable {
        hub_.open(record.state);
        recover_one(home, std::move(record));
        done(true);
      });
    };
    co_await wait_for_callback<bool>(take_up);
  }
  if (!open->empty()) log_.info("work of the last run taken up", {{"operations", open->size()}});
  co_return Result<void>();
}

void Jobs::recover_one(Home& home, store::OperationRecord record) {
  Lane& lane = lane_of(record.state.operation.kind);
  Error end{ErrorCode::kInterrupted,
            "The server was restarted before the answer was done. Ask again.",
            {}};
  bool ends = !lane.work.resumable;
  if (record.cancel_requested) {
    end = cancelled();
    ends = true;
  } else if (lane.work.resumable && record.resumptions >= options_.resumptions) {
    end = {ErrorCode::kInternal,
           "The server stopped several times while it worked on this, without getting further. "
           "The file may be at fault.",
           {}};
    ends = true;
  }
  if (!ends) return enqueue({std::move(record), true});
  auto owned = std::make_unique<Run>();
  Run* run = owned.get();
  run->record = std::move(record);
  home.runs.emplace(run->record.state.operation.id, std::move(owned));
  home.tasks.start(end_recovered(home, run, std::move(end)));
}

// A run of which nothing but the end is left.
Task<void> Jobs::end_recovered(Home& home, Run* run, Error error) {
  store::OperationRecord& record = run->record;
  const std::string id = record.state.operation.id;
  status::Tracker tracker(home.loop, event_log_, hub_, record.state, record.reserved_through, log_);
  run->tracker = &tracker;
  co_await end_failed(tracker, record, std::move(error));
  leave(home, id);
}

void Jobs::shut_down(Duration chat_grace, Work done) {
  shutting_down_ = true;
  auto left = std::make_shared<std::atomic<std::size_t>>(homes_.size());
  auto finished = std::make_shared<Work>(std::move(done));
  Loop* first = &homes_.front()->loop;
  for (auto& home : homes_) {
    Home* here = home.get();
    here->loop.post([this, here, chat_grace, left, finished, first] {
      here->positions.stop();
      for (auto& [id, run] : here->runs) {
        if (lane_of(run->record.state.operation.kind).work.resumable)
          stop(*run, StopReason::kShutdown);
      }
      TimerId grace = here->loop.after(chat_grace, [this, here] {
        for (auto& [id, run] : here->runs) stop(*run, StopReason::kShutdown);
      });
      here->tasks.when_idle([here, grace, left, finished, first] {
        here->loop.cancel(grace);
        if (--*left == 0) first->post(std::move(*finished));
      });
    });
  }
}

}  // namespace walrus::jobs
