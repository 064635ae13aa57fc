// A server's work without its pipelines, for the tests of jobs/.
#pragma once

#include <gtest/gtest.h>

#include "base/ids.h"
#include "jobs/jobs.h"
#include "store/event_log.h"
#include "store/memory/memory_store.h"
#include "testing/fault_store.h"
#include "testing/manual_loop.h"
#include "testing/no_encoding.h"

namespace walrus::jobs {

using namespace std::chrono_literals;
using status::Kind;
using status::Outcome;
using status::Step;
using testing::ManualClock;
using testing::ManualLoop;

using Function = std::function<Task<Result<void>>(Job)>;

inline Task<Result<void>> do_all(Job job) {
  for (const status::PlannedStep& planned : status::plan_of(job.tracker->state().operation.kind)) {
    if (planned.step == Step::kFinished) break;
    auto reached = co_await job.tracker->reach(planned.step);
    if (!reached) co_return reached;
  }
  co_return co_await job.tracker->finish({});
}

inline Task<Result<void>> wait_for_stop(Job job) {
  (void)co_await job.tracker->reach(Step::kValidating);
  while (!job.stop.stop_requested()) co_await sleep_for(100ms);
  co_return fail(ErrorCode::kCancelled, "stopped");
}

inline Task<Result<void>> throw_it(Job job) {
  (void)co_await job.tracker->reach(Step::kValidating);
  throw std::runtime_error("a bug");
}

inline Task<Result<void>> end_with(Job job, ErrorCode code) {
  (void)co_await job.tracker->reach(Step::kExtractingText);
  co_return fail(code, "It did not work.");
}

// One life of a server over a store that outlives it.
struct Life {
  Life(ManualLoop& home, store::Store& tables, Function function, bool resumable = true,
       int at_once = 2, int waiting = 3)
      : loop(home), store(tables) {
    for (Kind kind : {Kind::kDocumentUpload, Kind::kChat}) {
      KindOfWork work;
      work.run = function;
      work.failure_writes = [](store::OperationRecord,
                               Error) -> Task<Result<std::shared_ptr<const status::Writes>>> {
        co_return std::make_shared<store::WriteBatch>();
      };
      work.at_once = at_once;
      work.waiting = waiting;
      work.resumable = resumable && kind == Kind::kDocumentUpload;
      jobs.bind(kind, std::move(work));
    }
  }
  ManualLoop& loop;
  store::Store& store;
  store::StoreEventLog event_log{store};
  testing::NoEncoding encoding;
  live::Latest latest;
  live::Hub hub{{&loop}, encoding, latest};
  Log log = Log::none();
  Metrics metrics;
  Jobs jobs{{&loop}, store, event_log, hub, log, metrics, {}};
};

class JobsTest : public ::testing::Test {
 protected:
  store::OperationRecord new_record(std::string id, Kind kind) {
    store::OperationRecord record;
    record.state.operation = {.id = std::move(id),
                              .kind = kind,
                              .owner = "local",
                              .conversation_id = kind == Kind::kChat ? "c" : "",
                              .created_at = clock.now()};
    record.state.step = status::plan_of(kind).front().step;
    record.state.percent = 0;
    record.state.started_at = record.state.updated_at = clock.now();
    return record;
  }
  Result<std::string> accept(Life& life, Kind kind = Kind::kDocumentUpload) {
    store::OperationRecord record = new_record(life.hub.new_operation_id(loop), kind);
    std::string id = record.state.operation.id;
    std::optional<Result<void>> result;
    auto task = [](Jobs& jobs, store::OperationRecord one,
                   std::optional<Result<void>>& out) -> Task<void> {
      out = co_await jobs.accept(std::move(one), {}, {});
    };
    TaskGroup group(loop, [](std::exception_ptr) { FAIL(); });
    group.start(task(life.jobs, std::move(record), result));
    loop.run_until_idle();
    if (!*result) return std::unexpected(result->error());
    return id;
  }
  store::OperationRecord stored(const std::string& id) {
    return **testing::run(loop, tables.operation("local", id));
  }
  std::vector<status::Event> events(const std::string& id) {
    return *testing::run(loop, tables.events("local", id, 0, 1000));
  }
  void expect_one_end(const std::string& id, Outcome outcome) {
    auto all = events(id);
    ASSERT_FALSE(all.empty());
    Kind kind = stored(id).state.operation.kind;
    EXPECT_EQ(
        std::ranges::count_if(all, [&](auto& event) { return status::is_terminal(kind, event); }),
        1);
    EXPECT_TRUE(status::is_terminal(kind, all.back()));
    EXPECT_EQ(all.back().outcome, outcome);
  }
  ErrorCode error_of(const std::string& id) { return stored(id).state.error->type; }
  // As kill -9 and a new start: what the last life had in memory is gone.
  void recover(Life& life) { EXPECT_TRUE(testing::run(loop, life.jobs.recover())); }
  Result<void> cancel(Life& life, const std::string& id) {
    return outcome_of(life.jobs.cancel(id));
  }
  // The next attempt of what failed, as the API begins it.
  Result<void> retry(Life& life, const std::string& id) {
    store::OperationRecord record = stored(id);
    status::Event first = status::next_attempt(record.state, clock.now());
    record.state.apply(first);
    std::vector<status::Event> events;
    events.push_back(std::move(first));
    return outcome_of(life.jobs.retry(std::move(record), std::move(events), {}));
  }
  // Lets everything go on until the task has ended, three seconds at most.
  Result<void> outcome_of(Task<Result<void>> asked) {
    std::optional<Result<void>> result;
    auto keep = [](Task<Result<void>> task, std::optional<Result<void>>& out) -> Task<void> {
      out = co_await task;
    };
    TaskGroup group(loop, [](std::exception_ptr) { FAIL(); });
    group.start(keep(std::move(asked), result));
    loop.run_until_idle();
    for (int i = 0; i < 30 && group.running() > 0; ++i) loop.advance(100ms);
    return *result;
  }
  void end(Life& life) {
    life.jobs.shut_down(1s, [] {});
    loop.advance(5s);
  }

  ManualClock clock;
  ManualLoop loop{clock};
  store::MemoryStore tables{clock};
};

}  // namespace walrus::jobs
