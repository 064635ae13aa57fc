// Invariants 4 and 6: whatever happens in a run, it has one end; nothing is stuck.
#include "jobs/jobs.h"

#include <gtest/gtest.h>

#include "base/ids.h"
#include "store/event_log.h"
#include "store/memory/memory_store.h"
#include "testing/fault_store.h"
#include "testing/manual_loop.h"
#include "testing/no_encoding.h"

namespace walrus::jobs {
namespace {

using namespace std::chrono_literals;
using status::Kind;
using status::Outcome;
using status::Step;
using testing::ManualClock;
using testing::ManualLoop;

using Function = std::function<Task<Result<void>>(Job)>;

Task<Result<void>> do_all(Job job) {
  for (const status::PlannedStep& planned : status::plan_of(job.tracker->state().operation.kind)) {
    if (planned.step == Step::kFinished) break;
    auto reached = co_await job.tracker->reach(planned.step);
    if (!reached) co_return reached;
  }
  co_return co_await job.tracker->finish({});
}

Task<Result<void>> wait_for_stop(Job job) {
  (void)co_await job.tracker->reach(Step::kValidating);
  while (!job.stop.stop_requested()) co_await sleep_for(100ms);
  co_return fail(ErrorCode::kCancelled, "stopped");
}

Task<Result<void>> throw_it(Job job) {
  (void)co_await job.tracker->reach(Step::kValidating);
  throw std::runtime_error("a bug");
}

Task<Result<void>> end_with(Job job, ErrorCode code) {
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
    std::optional<Result<void>> result;
    auto task = [](Jobs& jobs, std::string one, std::optional<Result<void>>& out) -> Task<void> {
      out = co_await jobs.cancel(std::move(one));
    };
    TaskGroup group(loop, [](std::exception_ptr) { FAIL(); });
    group.start(task(life.jobs, id, result));
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

TEST_F(JobsTest, RunsWhatItAccepts) {
  Life life(loop, tables, do_all);
  auto id = accept(life);
  ASSERT_TRUE(id);
  expect_one_end(*id, Outcome::kCompleted);
  EXPECT_EQ(life.jobs.running(Kind::kDocumentUpload), 0);
}

TEST_F(JobsTest, RunsNoMoreAtOnceThanAllowedAndRefusesBeyondTheQueue) {
  Life life(loop, tables, wait_for_stop);
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(*accept(life));
  EXPECT_EQ(life.jobs.running(Kind::kDocumentUpload), 2);
  auto refused = accept(life);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kNotReady);
  EXPECT_TRUE(refused.error().retry_after);
  EXPECT_TRUE(cancel(life, ids[0]));
  EXPECT_EQ(life.jobs.running(Kind::kDocumentUpload), 2);
  EXPECT_TRUE(accept(life));
  end(life);
}

TEST_F(JobsTest, OneEndWhateverTheFunctionDoes) {
  Life thrower(loop, tables, throw_it);
  auto thrown = accept(thrower);
  expect_one_end(*thrown, Outcome::kFailed);
  EXPECT_EQ(error_of(*thrown), ErrorCode::kInternal);
  Life failing(loop, tables, [](Job job) { return end_with(job, ErrorCode::kEncryptedDocument); });
  auto failed = accept(failing);
  expect_one_end(*failed, Outcome::kFailed);
  EXPECT_EQ(error_of(*failed), ErrorCode::kEncryptedDocument);
  EXPECT_EQ(stored(*failed).state.error->step, Step::kExtractingText);
  // A code that may not stand in an operation's error becomes one that may.
  Life odd(loop, tables, [](Job job) { return end_with(job, ErrorCode::kNotFound); });
  EXPECT_EQ(error_of(*accept(odd)), ErrorCode::kInternal);
}

TEST_F(JobsTest, NeverStuckTheWatchdogEndsASilentRun) {
  Life life(loop, tables, wait_for_stop);
  auto id = accept(life);
  loop.advance(29s);
  EXPECT_EQ(stored(*id).state.outcome, Outcome::kProcessing);
  loop.advance(5s);
  expect_one_end(*id, Outcome::kFailed);
  EXPECT_EQ(error_of(*id), ErrorCode::kTimeout);
}

TEST_F(JobsTest, CancelEndsWhatRunsAndWhatWaitsAndRefusesWhatHasEnded) {
  Life life(loop, tables, wait_for_stop, true, 1);
  auto running = accept(life);
  auto waiting = accept(life);
  EXPECT_TRUE(cancel(life, *waiting));
  expect_one_end(*waiting, Outcome::kFailed);
  EXPECT_EQ(error_of(*waiting), ErrorCode::kCancelled);
  EXPECT_TRUE(cancel(life, *running));
  expect_one_end(*running, Outcome::kFailed);
  EXPECT_EQ(error_of(*running), ErrorCode::kCancelled);
  auto again = cancel(life, *running);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::kConflict);
}

TEST_F(JobsTest, ShutdownLeavesResumableWorkForTheNextStart) {
  std::string id;
  {
    Life life(loop, tables, wait_for_stop);
    id = *accept(life);
    bool stopped = false;
    life.jobs.shut_down(1s, [&] { stopped = true; });
    loop.advance(5s);
    EXPECT_TRUE(stopped);
    EXPECT_EQ(stored(id).state.outcome, Outcome::kProcessing);
    EXPECT_FALSE(accept(life));
  }
  Life next(loop, tables, do_all);
  recover(next);
  expect_one_end(id, Outcome::kCompleted);
}

// What a crash leaves: an open operation in the tables, and nothing else.
class CrashTest : public JobsTest {
 protected:
  std::string left_open(Kind kind) {
    std::string id = new_uuid(clock.now());
    store::WriteBatch batch;
    batch.mutations.push_back(store::PutOperation{new_record(id, kind)});
    EXPECT_TRUE(testing::run(loop, tables.commit(std::move(batch))));
    return id;
  }
};

TEST_F(CrashTest, NeverStuckUploadsGoOnAndChatsEndInterrupted) {
  std::string upload = left_open(Kind::kDocumentUpload);
  std::string chat = left_open(Kind::kChat);
  Life life(loop, tables, do_all);
  recover(life);
  loop.advance(5s);
  expect_one_end(upload, Outcome::kCompleted);
  expect_one_end(chat, Outcome::kFailed);
  EXPECT_EQ(error_of(chat), ErrorCode::kInterrupted);
  EXPECT_TRUE(stored(chat).state.error->retryable);
}

TEST_F(CrashTest, AWishToCancelThatWasDurableIsKept) {
  std::string id = left_open(Kind::kDocumentUpload);
  store::WriteBatch wish;
  wish.mutations.push_back(store::RequestCancel{id});
  ASSERT_TRUE(testing::run(loop, tables.commit(std::move(wish))));
  Life life(loop, tables, do_all);
  recover(life);
  expect_one_end(id, Outcome::kFailed);
  EXPECT_EQ(error_of(id), ErrorCode::kCancelled);
}

TEST_F(CrashTest, WhatStopsTheServerThreeTimesEnds) {
  std::string id = left_open(Kind::kDocumentUpload);
  for (int resumption = 1; resumption <= 3; ++resumption) {
    Life life(loop, tables, wait_for_stop);
    recover(life);
    loop.advance(1s);
    EXPECT_EQ(stored(id).resumptions, resumption);
    EXPECT_EQ(stored(id).state.outcome, Outcome::kProcessing);
    end(life);  // leaves it open, as a crash would
  }
  Life last(loop, tables, do_all);
  recover(last);
  expect_one_end(id, Outcome::kFailed);
  EXPECT_EQ(error_of(id), ErrorCode::kInternal);
}

TEST_F(CrashTest, WhatOnlyWaitedIsNotCounted) {
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) ids.push_back(left_open(Kind::kDocumentUpload));
  Life life(loop, tables, wait_for_stop, true, 1);
  recover(life);
  loop.advance(1s);
  int counted = 0;
  for (const std::string& id : ids) counted += stored(id).resumptions;
  EXPECT_EQ(counted, 1);
  end(life);
}

// The store fails at the Nth commit, before or after it took effect, for every N there is.
TEST_F(JobsTest, ARunSurvivesAFaultAtEveryCommit) {
  for (testing::Fault fault : {testing::Fault::kBeforeCommit, testing::Fault::kAfterCommit}) {
    for (int nth = 1;; ++nth) {
      SCOPED_TRACE(nth);
      testing::FaultStore faulty(tables);
      faulty.fail_commit(nth, fault);
      Life life(loop, faulty, do_all);
      auto id = accept(life);
      loop.advance(10s);
      if (faulty.commits() < nth) break;
      if (!id) {
        // Refused: the client knows. What was written all the same is taken up by the next start.
        EXPECT_EQ(id.error().code, ErrorCode::kStorageUnavailable);
        continue;
      }
      expect_one_end(*id, Outcome::kCompleted);
      auto all = events(*id);
      EXPECT_EQ(all.size(), 6u);
      for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i].sequence, i + 1);
    }
  }
}

}  // namespace
}  // namespace walrus::jobs
