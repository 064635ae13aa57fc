// Invariants 3, 4, 6 and 10 at the runner: what is accepted is durable, and a store that goes away,
// or a function with a bug, leaves nothing without its end.
#include "jobs/jobs_for_test.h"

namespace walrus::jobs {
namespace {

class JobsFaultsTest : public JobsTest {
 protected:
  std::string conversation_status() {
    return (*testing::run(loop, tables.conversation("local", "c")))->status;
  }

  testing::FaultStore store{tables};
};

Task<Result<void>> finish_now(Job job) {
  return job.tracker->finish({});
}

Task<Result<void>> finish_then_fail(Job job, bool by_throwing) {
  (void)co_await job.tracker->finish({});
  if (by_throwing) throw std::runtime_error("a bug");
  co_return fail(ErrorCode::kInternal, "a bug");
}

Task<Result<void>> fail_after(Job job, Duration pause) {
  (void)co_await job.tracker->reach(status::plan_of(job.record->state.operation.kind).front().step);
  co_await sleep_for(pause);
  co_return fail(ErrorCode::kStorageUnavailable, "The storage does not answer.");
}

TEST_F(JobsFaultsTest, DurableBeforeVisibleNothingRunsThatIsNotStored) {
  bool durable = false;
  Life life(loop, store, [&](Job job) {
    durable = stored(job.record->state.operation.id).state.outcome == Outcome::kProcessing;
    return finish_now(job);
  });
  store.go_away();
  auto refused = accept(life);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kStorageUnavailable);
  store.come_back();
  loop.advance(2s);
  EXPECT_FALSE(durable);
  EXPECT_TRUE(testing::run(loop, tables.open_operations())->empty());
  EXPECT_TRUE(accept(life));
  EXPECT_TRUE(durable);
}

// The batch was taken and its answer lost: refusing it would leave a conversation busy for ever.
TEST_F(JobsFaultsTest, NeverStuckWhatWasStoredIsAcceptedThoughTheAnswerWasLost) {
  Life life(loop, store, finish_now);
  store.fail_commit(1, testing::Fault::kAfterCommit);
  auto id = accept(life, Kind::kChat);
  ASSERT_TRUE(id);
  expect_one_end(*id, Outcome::kCompleted);
}

// Neither the batch's answer nor the look for it came through: whoever asked was told so, and what
// was stored is work all the same.
TEST_F(JobsFaultsTest, NeverStuckWhatWasStoredIsBegunOnceThatIsKnown) {
  Life life(loop, store, finish_now);
  store.answer_late(500ms);
  store.fail_commit(1, testing::Fault::kAfterCommit);
  store::OperationRecord record =
      new_record(life.hub.new_operation_id(loop), Kind::kDocumentUpload);
  std::string id = record.state.operation.id;
  std::optional<Result<void>> answer;
  auto ask = [](Jobs& runner, store::OperationRecord one,
                std::optional<Result<void>>& out) -> Task<void> {
    out = co_await runner.accept(std::move(one), {}, {});
  };
  TaskGroup group(loop, [](std::exception_ptr) { FAIL(); });
  group.start(ask(life.jobs, std::move(record), answer));
  loop.advance(100ms);
  store.go_away();
  loop.advance(1s);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->error().code, ErrorCode::kStorageUnavailable);
  auto ears = life.listen(id);
  loop.advance(10s);
  EXPECT_EQ(stored(id).state.outcome, Outcome::kProcessing);
  store.answer_late(0ms);
  store.come_back();
  loop.advance(3s);
  expect_one_end(id, Outcome::kCompleted);
  EXPECT_TRUE(ears->ended);
}

TEST_F(JobsFaultsTest, ShutdownDoesNotWaitForABeginningThatIsNotKnown) {
  Life life(loop, store, finish_now);
  store.fail_commit(1, testing::Fault::kBeforeCommit);
  store.answer_late(0ms);
  store.go_away();
  auto refused = accept(life);
  ASSERT_FALSE(refused);
  EXPECT_TRUE(end(life));
}

TEST_F(JobsFaultsTest, OneEndThoughTheFunctionFailsAfterIt) {
  for (bool by_throwing : {false, true}) {
    Life life(loop, store, [by_throwing](Job job) { return finish_then_fail(job, by_throwing); });
    auto id = accept(life);
    ASSERT_TRUE(id);
    loop.advance(1s);
    expect_one_end(*id, Outcome::kCompleted);
    EXPECT_EQ(life.jobs.running(Kind::kDocumentUpload), 0);
  }
}

// The end waits for the store, so that the conversation is never left at work.
TEST_F(JobsFaultsTest, NeverStuckAnEndAndWhatBelongsToItWaitForTheStore) {
  Life life(loop, store, [](Job job) { return fail_after(job, 1s); });
  auto id = accept(life, Kind::kChat);
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
  Life life(loop, store, [](Job job) { return fail_after(job, 1s); });
  auto failing = accept(life, Kind::kChat);
  ASSERT_TRUE(failing);
  store.go_away();
  loop.advance(5s);
  EXPECT_TRUE(end(life));
  EXPECT_EQ(stored(*failing).state.outcome, Outcome::kProcessing);
}

TEST_F(JobsFaultsTest, ShutdownDoesNotWaitForACancelThatTheStoreDoesNotTake) {
  Life life(loop, store, wait_for_stop);
  auto id = accept(life);
  ASSERT_TRUE(id);
  loop.advance(1s);
  store.fail_commit(1, testing::Fault::kAfterCommit);
  auto cancelled = outcome_of(life.jobs.cancel(*id));  // the wish is durable, and not known to be
  ASSERT_FALSE(cancelled);
  EXPECT_TRUE(stored(*id).cancel_requested);
  ASSERT_TRUE(outcome_of(life.jobs.cancel(*id)));
  expect_one_end(*id, Outcome::kFailed);

  auto other = accept(life);
  auto away_soon = [](Jobs& runner, testing::FaultStore& faulty, std::string one) -> Task<void> {
    (void)co_await runner.cancel(std::move(one));
    faulty.come_back();
  };
  for (int commit = 2; commit < 40; ++commit) {
    store.fail_commit(commit, testing::Fault::kBeforeCommit);  // all but the wish
  }
  TaskGroup group(loop, [](std::exception_ptr) { FAIL(); });
  group.start(away_soon(life.jobs, store, *other));
  loop.advance(1s);
  EXPECT_TRUE(end(life));
  EXPECT_EQ(group.running(), 0u);
  EXPECT_EQ(stored(*other).state.outcome, Outcome::kProcessing);
  EXPECT_TRUE(stored(*other).cancel_requested);
}

// Deleted under its feet: nobody waits for an end that cannot come.
TEST_F(JobsFaultsTest, NeverStuckWatchersOfADeletedOperationAreSentAway) {
  Life life(loop, store, [](Job job) { return fail_after(job, 5s); });
  auto id = accept(life, Kind::kChat);
  ASSERT_TRUE(id);
  auto ears = life.listen(*id);
  store::WriteBatch remove;
  remove.mutations.push_back(store::DeleteConversation{"local", "c"});
  ASSERT_TRUE(testing::run(loop, tables.commit(std::move(remove))));
  loop.advance(10s);
  EXPECT_TRUE(ears->closed);
  EXPECT_FALSE(ears->ended);
  EXPECT_EQ(life.jobs.running(Kind::kChat), 0);
}

// Text that was shown under a reserved sequence may be lost: the end stands above all of them.
TEST_F(JobsFaultsTest, DurableBeforeVisibleAnInterruptedAnswerEndsAboveItsReservedSequences) {
  Life life(loop, store, finish_now);
  store::OperationRecord record = new_record(new_uuid(clock.now()), Kind::kChat);
  record.state.sequence = 4;
  record.state.message = "Generating response...";
  record.state.step = Step::kGeneratingResponse;
  record.reserved_through = 1004;
  std::string id = left_open(std::move(record));
  ASSERT_TRUE(outcome_of(life.jobs.recover()));
  expect_one_end(id, Outcome::kFailed);
  store::OperationRecord ended = stored(id);
  EXPECT_EQ(ended.state.sequence, 1005u);
  EXPECT_EQ(ended.state.error->type, ErrorCode::kInterrupted);
  EXPECT_EQ(ended.state.error->step, Step::kGeneratingResponse);
}

TEST_F(JobsFaultsTest, ACancelWhileTheServerRecoversItIsNotLost) {
  Life life(loop, store, wait_for_stop);
  std::string id = left_open(Kind::kDocumentUpload);
  ASSERT_TRUE(outcome_of(life.jobs.recover()));
  ASSERT_TRUE(outcome_of(life.jobs.cancel(id)));
  expect_one_end(id, Outcome::kFailed);
  EXPECT_EQ(stored(id).state.error->type, ErrorCode::kCancelled);
}

}  // namespace
}  // namespace walrus::jobs
