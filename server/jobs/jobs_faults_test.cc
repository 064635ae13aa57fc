// Invariants 3, 4, 6 and 10 at the runner: what is accepted is durable, and a store that goes away,
// or a function with a bug, leaves nothing without its end.
#include <gtest/gtest.h>

#include "jobs/jobs.h"
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

class Watcher final : public live::Listener {
 public:
  void on_events(std::span<const live::SharedEvent> events, const live::Frame&) override {
    ended = ended || events.back()->terminal;
  }
  void on_closed() override { closed = true; }
  bool ended = false;
  bool closed = false;
};

using Writes = std::shared_ptr<const status::Writes>;

// A chat's conversation is marked with its end, as the pipeline does it.
Task<Result<Writes>> mark_conversation(store::Store& store, store::OperationRecord record) {
  const status::Operation& operation = record.state.operation;
  auto found = co_await store.conversation(operation.owner, operation.conversation_id);
  if (!found) co_return std::unexpected(found.error());
  auto writes = std::make_shared<store::WriteBatch>();
  if (*found) {
    store::ConversationRecord row = std::move(**found);
    row.status = "failed";
    writes->mutations.push_back(store::PutConversation{std::move(row), {}});
  }
  co_return writes;
}

class JobsFaultsTest : public ::testing::Test {
 protected:
  void bind(std::function<Task<Result<void>>(Job)> function) {
    for (Kind kind : {Kind::kDocumentUpload, Kind::kChat}) {
      KindOfWork work;
      work.run = function;
      work.failure_writes = [this](store::OperationRecord record, Error) {
        return mark_conversation(store, std::move(record));
      };
      work.at_once = 4;
      work.resumable = kind == Kind::kDocumentUpload;
      jobs.bind(kind, std::move(work));
    }
  }

  store::OperationRecord record_of(Kind kind) {
    store::OperationRecord record;
    record.state.operation = {.id = hub.new_operation_id(loop),
                              .kind = kind,
                              .owner = "local",
                              .conversation_id = kind == Kind::kChat ? "c" : "",
                              .created_at = clock.now()};
    record.state.step = status::plan_of(kind).front().step;
    record.state.started_at = record.state.updated_at = clock.now();
    return record;
  }

  Result<std::string> accept(Kind kind) {
    store::OperationRecord record = record_of(kind);
    std::string id = record.state.operation.id;
    store::WriteBatch with;
    if (kind == Kind::kChat) {
      with.mutations.push_back(store::PutConversation{
          {.owner = "local", .conversation_id = "c", .status = "processing", .operation_id = id},
          {}});
    }
    auto accepted = wait(jobs.accept(std::move(record), {}, std::move(with)));
    if (!accepted) return std::unexpected(accepted.error());
    return id;
  }

  // Runs a task to its end, moving the clock.
  Result<void> wait(Task<Result<void>> task) {
    std::optional<Result<void>> result;
    auto keep = [](Task<Result<void>> inner, std::optional<Result<void>>& out) -> Task<void> {
      out.emplace(co_await inner);
    };
    TaskGroup group(loop, [](std::exception_ptr) { FAIL(); });
    group.start(keep(std::move(task), result));
    for (int i = 0; i < 100 && group.running() > 0; ++i) loop.advance(100ms);
    return std::move(*result);
  }

  std::shared_ptr<Watcher> watch(const std::string& id) {
    auto watcher = std::make_shared<Watcher>();
    auto attach = [](live::Hub& from, std::string operation,
                     std::shared_ptr<Watcher> watching) -> Task<void> {
      (void)co_await from.attach(std::move(operation), std::move(watching));
    };
    testing::run(loop, attach(hub, id, watcher));
    return watcher;
  }

  store::OperationRecord stored(const std::string& id) {
    return **testing::run(loop, tables.operation("local", id));
  }
  std::string conversation_status() {
    return (*testing::run(loop, tables.conversation("local", "c")))->status;
  }
  void expect_one_end(const std::string& id, Outcome outcome) {
    store::OperationRecord record = stored(id);
    EXPECT_EQ(record.state.outcome, outcome);
    auto events = *testing::run(loop, tables.events("local", id, 0, 1000));
    ASSERT_FALSE(events.empty());
    auto ends = std::ranges::count_if(events, [&](const status::Event& event) {
      return status::is_terminal(record.state.operation.kind, event);
    });
    EXPECT_EQ(ends, 1);
    EXPECT_TRUE(status::is_terminal(record.state.operation.kind, events.back()));
  }
  bool shut_down() {
    bool done = false;
    jobs.shut_down(1s, [&done] { done = true; });
    loop.advance(10s);
    return done;
  }

  ManualClock clock;
  ManualLoop loop{clock};
  store::MemoryStore tables{clock};
  testing::FaultStore store{tables};
  store::StoreEventLog event_log{store};
  testing::NoEncoding encoding;
  live::Latest latest;
  live::Hub hub{{&loop}, encoding, latest};
  Log log = Log::none();
  Metrics metrics;
  Jobs jobs{{&loop}, store, event_log, hub, log, metrics, {}};
};

Task<Result<void>> finish_now(Job job) {
  return job.tracker->finish({});
}

Task<Result<void>> finish_then_fail(Job job, bool by_throwing) {
  (void)co_await job.tracker->finish({});
  if (by_throwing) throw std::runtime_error("a bug");
  co_return fail(ErrorCode::kInternal, "a bug");
}

Task<Result<void>> wait_for_stop(Job job) {
  (void)co_await job.tracker->reach(status::plan_of(job.record->state.operation.kind).front().step);
  while (!job.stop.stop_requested()) co_await sleep_for(100ms);
  co_return fail(ErrorCode::kCancelled, "stopped");
}

Task<Result<void>> fail_after(Job job, Duration pause) {
  (void)co_await job.tracker->reach(status::plan_of(job.record->state.operation.kind).front().step);
  co_await sleep_for(pause);
  co_return fail(ErrorCode::kStorageUnavailable, "The storage does not answer.");
}

TEST_F(JobsFaultsTest, DurableBeforeVisibleNothingRunsThatIsNotStored) {
  bool durable = false;
  bind([&](Job job) {
    durable = stored(job.record->state.operation.id).state.outcome == Outcome::kProcessing;
    return finish_now(job);
  });
  store.go_away();
  auto refused = accept(Kind::kDocumentUpload);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kStorageUnavailable);
  store.come_back();
  loop.advance(2s);
  EXPECT_FALSE(durable);
  EXPECT_TRUE(testing::run(loop, tables.open_operations())->empty());
  EXPECT_TRUE(accept(Kind::kDocumentUpload));
  EXPECT_TRUE(durable);
}

// The batch was taken and its answer lost: refusing it would leave a conversation busy for ever.
TEST_F(JobsFaultsTest, NeverStuckWhatWasStoredIsAcceptedThoughTheAnswerWasLost) {
  bind(finish_now);
  store.fail_commit(1, testing::Fault::kAfterCommit);
  auto id = accept(Kind::kChat);
  ASSERT_TRUE(id);
  expect_one_end(*id, Outcome::kCompleted);
}

// Neither the batch's answer nor the look for it came through: whoever asked was told so, and what
// was stored is work all the same.
TEST_F(JobsFaultsTest, NeverStuckWhatWasStoredIsBegunOnceThatIsKnown) {
  bind(finish_now);
  store.answer_late(500ms);
  store.fail_commit(1, testing::Fault::kAfterCommit);
  store::OperationRecord record = record_of(Kind::kDocumentUpload);
  std::string id = record.state.operation.id;
  std::optional<Result<void>> answer;
  auto ask = [](Jobs& runner, store::OperationRecord one,
                std::optional<Result<void>>& out) -> Task<void> {
    out = co_await runner.accept(std::move(one), {}, {});
  };
  TaskGroup group(loop, [](std::exception_ptr) { FAIL(); });
  group.start(ask(jobs, std::move(record), answer));
  loop.advance(100ms);
  store.go_away();
  loop.advance(1s);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->error().code, ErrorCode::kStorageUnavailable);
  auto watcher = watch(id);
  loop.advance(10s);
  EXPECT_EQ(stored(id).state.outcome, Outcome::kProcessing);
  store.answer_late(0ms);
  store.come_back();
  loop.advance(3s);
  expect_one_end(id, Outcome::kCompleted);
  EXPECT_TRUE(watcher->ended);
}

TEST_F(JobsFaultsTest, ShutdownDoesNotWaitForABeginningThatIsNotKnown) {
  bind(finish_now);
  store.fail_commit(1, testing::Fault::kBeforeCommit);
  store.answer_late(0ms);
  store.go_away();
  auto refused = accept(Kind::kDocumentUpload);
  ASSERT_FALSE(refused);
  EXPECT_TRUE(shut_down());
}

TEST_F(JobsFaultsTest, OneEndThoughTheFunctionFailsAfterIt) {
  for (bool by_throwing : {false, true}) {
    bind([by_throwing](Job job) { return finish_then_fail(job, by_throwing); });
    auto id = accept(Kind::kDocumentUpload);
    ASSERT_TRUE(id);
    loop.advance(1s);
    expect_one_end(*id, Outcome::kCompleted);
    EXPECT_EQ(jobs.running(Kind::kDocumentUpload), 0);
  }
}

// The end waits for the store, so that the conversation is never left at work.
TEST_F(JobsFaultsTest, NeverStuckAnEndAndWhatBelongsToItWaitForTheStore) {
  bind([](Job job) { return fail_after(job, 1s); });
  auto id = accept(Kind::kChat);
  ASSERT_TRUE(id);
  store.go_away();
  loop.advance(20s);
  EXPECT_EQ(stored(*id).state.outcome, Outcome::kProcessing);
  store.come_back();
  loop.advance(3s);
  expect_one_end(*id, Outcome::kFailed);
  EXPECT_EQ(stored(*id).state.error->type, ErrorCode::kStorageUnavailable);
  EXPECT_EQ(conversation_status(), "failed");
}

TEST_F(JobsFaultsTest, ShutdownDoesNotWaitForAStoreThatIsAway) {
  bind([](Job job) { return fail_after(job, 1s); });
  auto failing = accept(Kind::kChat);
  ASSERT_TRUE(failing);
  store.go_away();
  loop.advance(5s);
  EXPECT_TRUE(shut_down());
  EXPECT_EQ(stored(*failing).state.outcome, Outcome::kProcessing);
}

TEST_F(JobsFaultsTest, ShutdownDoesNotWaitForACancelThatTheStoreDoesNotTake) {
  bind(wait_for_stop);
  auto id = accept(Kind::kDocumentUpload);
  ASSERT_TRUE(id);
  loop.advance(1s);
  store.fail_commit(1, testing::Fault::kAfterCommit);
  auto cancelled = wait(jobs.cancel(*id));  // the wish is durable, and not known to be
  ASSERT_FALSE(cancelled);
  EXPECT_TRUE(stored(*id).cancel_requested);
  ASSERT_TRUE(wait(jobs.cancel(*id)));
  expect_one_end(*id, Outcome::kFailed);

  auto other = accept(Kind::kDocumentUpload);
  auto away_soon = [](Jobs& runner, testing::FaultStore& faulty, std::string one) -> Task<void> {
    (void)co_await runner.cancel(std::move(one));
    faulty.come_back();
  };
  for (int commit = 2; commit < 40; ++commit) {
    store.fail_commit(commit, testing::Fault::kBeforeCommit);  // all but the wish
  }
  TaskGroup group(loop, [](std::exception_ptr) { FAIL(); });
  group.start(away_soon(jobs, store, *other));
  loop.advance(1s);
  EXPECT_TRUE(shut_down());
  EXPECT_EQ(group.running(), 0u);
  EXPECT_EQ(stored(*other).state.outcome, Outcome::kProcessing);
  EXPECT_TRUE(stored(*other).cancel_requested);
}

// Deleted under its feet: nobody waits for an end that cannot come.
TEST_F(JobsFaultsTest, NeverStuckWatchersOfADeletedOperationAreSentAway) {
  bind([](Job job) { return fail_after(job, 5s); });
  auto id = accept(Kind::kChat);
  ASSERT_TRUE(id);
  auto watcher = watch(*id);
  store::WriteBatch remove;
  remove.mutations.push_back(store::DeleteConversation{"local", "c"});
  ASSERT_TRUE(testing::run(loop, tables.commit(std::move(remove))));
  loop.advance(10s);
  EXPECT_TRUE(watcher->closed);
  EXPECT_FALSE(watcher->ended);
  EXPECT_EQ(jobs.running(Kind::kChat), 0);
}

// Text that was shown under a reserved sequence may be lost: the end stands above all of them.
TEST_F(JobsFaultsTest, DurableBeforeVisibleAnInterruptedAnswerEndsAboveItsReservedSequences) {
  bind(finish_now);
  store::OperationRecord record = record_of(Kind::kChat);
  record.state.sequence = 4;
  record.state.message = "Generating response...";
  record.state.step = Step::kGeneratingResponse;
  record.reserved_through = 1004;
  std::string id = record.state.operation.id;
  store::WriteBatch crashed;
  crashed.mutations.push_back(store::PutOperation{std::move(record)});
  ASSERT_TRUE(testing::run(loop, tables.commit(std::move(crashed))));
  ASSERT_TRUE(wait(jobs.recover()));
  expect_one_end(id, Outcome::kFailed);
  store::OperationRecord ended = stored(id);
  EXPECT_EQ(ended.state.sequence, 1005u);
  EXPECT_EQ(ended.state.error->type, ErrorCode::kInterrupted);
  EXPECT_EQ(ended.state.error->step, Step::kGeneratingResponse);
}

TEST_F(JobsFaultsTest, ACancelWhileTheServerRecoversItIsNotLost) {
  bind(wait_for_stop);
  store::OperationRecord record = record_of(Kind::kDocumentUpload);
  std::string id = record.state.operation.id;
  store::WriteBatch crashed;
  crashed.mutations.push_back(store::PutOperation{std::move(record)});
  ASSERT_TRUE(testing::run(loop, tables.commit(std::move(crashed))));
  ASSERT_TRUE(wait(jobs.recover()));
  ASSERT_TRUE(wait(jobs.cancel(id)));
  expect_one_end(id, Outcome::kFailed);
  EXPECT_EQ(stored(id).state.error->type, ErrorCode::kCancelled);
}

}  // namespace
}  // namespace walrus::jobs
