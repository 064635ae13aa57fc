// Invariant 9: cancel is quick and final, wherever the operation is; and what a retry begins.
#include "jobs/jobs_for_test.h"

namespace walrus::jobs {
namespace {

Task<Result<void>> heed_no_stop(Job job) {
  (void)co_await job.tracker->reach(Step::kValidating);
  co_await sleep_for(5s);
  co_return co_await job.tracker->finish({});
}

// Fails, with the wish to cancel just durable and the stop not yet there.
Task<Result<void>> fail_after_wish(store::Store& store, Job job, ErrorCode code) {
  (void)co_await job.tracker->reach(Step::kValidating);
  store::WriteBatch wish;
  wish.mutations.push_back(store::RequestCancel{job.record->state.operation.id});
  (void)co_await store.commit(std::move(wish));
  co_return fail(code, "It did not work.");
}

class CancelTest : public JobsTest {
 protected:
  // As another request's would be, at any moment.
  void wish(const std::string& id) {
    store::WriteBatch batch;
    batch.mutations.push_back(store::RequestCancel{id});
    ASSERT_TRUE(testing::run(loop, tables.commit(std::move(batch))));
  }
  void expect_cancelled(const std::string& id) {
    expect_one_end(id, Outcome::kFailed);
    EXPECT_EQ(error_of(id), ErrorCode::kCancelled);
  }
};

TEST_F(CancelTest, IsAnsweredWhenTheWishIsDurableAndNotAtTheEnd) {
  Life life(loop, tables, heed_no_stop);
  auto id = accept(life);
  Duration before = clock.monotonic();
  EXPECT_TRUE(outcome_of(life.jobs.request_cancel(*id)));
  EXPECT_EQ(clock.monotonic(), before);
  EXPECT_TRUE(stored(*id).cancel_requested);
  EXPECT_EQ(stored(*id).state.outcome, Outcome::kProcessing);
  loop.advance(6s);
  expect_cancelled(*id);  // although the work was done
}

TEST_F(CancelTest, NoOtherEndIsPossibleOnceTheWishIsDurable) {
  for (ErrorCode code : {ErrorCode::kExtractionFailed, ErrorCode::kCancelled}) {
    Life life(loop, tables, [this, code](Job job) { return fail_after_wish(tables, job, code); });
    auto id = accept(life);
    loop.advance(1s);
    expect_cancelled(*id);
  }
}

TEST_F(CancelTest, ACrashRevivesNothing) {
  std::vector<std::string> ids;
  for (Kind kind : {Kind::kDocumentUpload, Kind::kChat}) {
    ids.push_back(left_open(kind));
    wish(ids.back());
  }
  Life life(loop, tables, do_all);
  recover(life);
  for (const std::string& id : ids) expect_cancelled(id);
}

TEST_F(CancelTest, ReachesWhatIsJustBeingAccepted) {
  testing::FaultStore slow(tables);
  Life life(loop, slow, wait_for_stop);
  slow.answer_late(200ms);
  store::OperationRecord record =
      new_record(life.hub.new_operation_id(loop), Kind::kDocumentUpload);
  std::string id = record.state.operation.id;
  TaskGroup group(loop, [](std::exception_ptr) { FAIL(); });
  auto accept_it = [](Jobs& jobs, store::OperationRecord one) -> Task<void> {
    EXPECT_TRUE(co_await jobs.accept(std::move(one), {}, {}));
  };
  group.start(accept_it(life.jobs, std::move(record)));
  loop.advance(100ms);
  slow.answer_late(0ms);
  EXPECT_TRUE(outcome_of(life.jobs.request_cancel(id)));
  EXPECT_EQ(stored(id).state.outcome, Outcome::kProcessing);
  loop.advance(500ms);
  expect_cancelled(id);
}

TEST_F(CancelTest, OneThatWaitsForAStoreThatIsAwayEndsWhenItIsBack) {
  testing::FaultStore store(tables);
  Life life(loop, store, wait_for_stop);
  auto id = accept(life);
  wish(*id);
  store.go_away();
  EXPECT_FALSE(outcome_of(life.jobs.request_cancel(*id)));  // not durable, so not promised
  store.come_back();
  EXPECT_TRUE(outcome_of(life.jobs.request_cancel(*id)));
  loop.advance(1s);
  expect_cancelled(*id);
}

// --- Retry

class RetryTest : public JobsTest {
 protected:
  // Fails as long as `broken`, at a step in the middle.
  Function work() {
    return [this](Job job) { return once(this, job); };
  }
  static Task<Result<void>> once(RetryTest* test, Job job) {
    for (Step step : {Step::kValidating, Step::kExtractingText, Step::kChunkingText}) {
      auto reached = co_await job.tracker->reach(step);
      if (!reached) co_return reached;
    }
    if (test->broken) co_return fail(ErrorCode::kExtractionFailed, "It did not work.");
    co_return co_await do_all(job);
  }
  bool broken = true;
};

TEST_F(RetryTest, BeginsAnotherAttemptAtTheFailedStepUnderTheSameId) {
  Life life(loop, tables, work());
  auto id = accept(life);
  store::OperationRecord failed = stored(*id);
  ASSERT_EQ(failed.state.outcome, Outcome::kFailed);
  clock.advance(1min);
  broken = false;
  EXPECT_TRUE(retry(life, *id));
  loop.advance(1s);

  auto all = events(*id);
  auto second = std::ranges::find(all, 2, &status::Event::attempt);
  ASSERT_NE(second, all.end());
  EXPECT_EQ(second->step, Step::kChunkingText);
  EXPECT_EQ(second->percent, status::planned_step(Kind::kDocumentUpload, second->step).percent);
  EXPECT_EQ(second->sequence, failed.state.sequence + 1);
  for (std::size_t i = 1; i < all.size(); ++i) EXPECT_EQ(all[i].sequence, all[i - 1].sequence + 1);
  std::vector<Step> steps;
  for (auto at = second; at != all.end(); ++at) steps.push_back(at->step);
  EXPECT_EQ(steps, (std::vector{Step::kChunkingText, Step::kCreatingEmbeddings,
                                Step::kStoringMetadata, Step::kFinished}));
  status::State now = stored(*id).state;
  EXPECT_EQ(now.attempt, 2);
  EXPECT_EQ(now.outcome, Outcome::kCompleted);
  EXPECT_EQ(now.started_at, second->at);
  EXPECT_FALSE(now.error);
}

TEST_F(RetryTest, OnlyWhatFailedAndOnlyOnce) {
  Life life(loop, tables, work());
  auto id = accept(life);
  store::OperationRecord record = stored(*id);
  status::Event first = status::next_attempt(record.state, clock.now());
  record.state.apply(first);
  // Two at once, and one that comes too late.
  broken = false;
  std::vector<std::optional<Result<void>>> outcomes(2);
  TaskGroup group(loop, [](std::exception_ptr) { FAIL(); });
  auto begin = [](Jobs& jobs, store::OperationRecord one, status::Event event,
                  std::optional<Result<void>>& out) -> Task<void> {
    std::vector<status::Event> events;
    events.push_back(std::move(event));
    out = co_await jobs.retry(std::move(one), std::move(events), {});
  };
  for (auto& outcome : outcomes) group.start(begin(life.jobs, record, first, outcome));
  loop.advance(1s);
  EXPECT_TRUE(*outcomes[0]);
  ASSERT_FALSE(*outcomes[1]);
  EXPECT_EQ(outcomes[1]->error().code, ErrorCode::kConflict);
  auto late = outcome_of(life.jobs.retry(record, {}, {}));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::kConflict);
  EXPECT_EQ(stored(*id).state.attempt, 2);
}

TEST_F(RetryTest, TakesBackTheWishToCancelAndCanBeCancelledAgain) {
  Life life(loop, tables, wait_for_stop);
  auto id = accept(life);
  for (int attempt = 1; attempt <= 3; ++attempt) {
    EXPECT_EQ(stored(*id).state.attempt, attempt);
    EXPECT_EQ(stored(*id).state.outcome, Outcome::kProcessing);
    EXPECT_TRUE(cancel(life, *id));
    EXPECT_EQ(error_of(*id), ErrorCode::kCancelled);
    EXPECT_TRUE(retry(life, *id));
    EXPECT_FALSE(stored(*id).cancel_requested);
  }
  end(life);
}

TEST_F(RetryTest, IsRefusedWhereTheQueueIsFull) {
  Life life(loop, tables, work(), true, 1, 0);
  Life other(loop, tables, work());
  auto id = accept(other);
  auto refused = retry(life, *id);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kNotReady);
  EXPECT_TRUE(refused.error().retry_after);
  EXPECT_EQ(stored(*id).state.attempt, 1);
}

TEST_F(RetryTest, SurvivesAFaultAtEveryCommit) {
  for (testing::Fault fault : {testing::Fault::kBeforeCommit, testing::Fault::kAfterCommit}) {
    for (int nth = 1;; ++nth) {
      SCOPED_TRACE(nth);
      testing::FaultStore faulty(tables);
      Life life(loop, faulty, work());
      broken = true;
      auto id = accept(life);
      broken = false;
      int before = faulty.commits();
      faulty.fail_commit(nth, fault);
      bool begun = retry(life, *id).has_value();
      loop.advance(10s);
      if (faulty.commits() - before < nth) break;
      EXPECT_EQ(begun, nth > 1 || fault == testing::Fault::kAfterCommit);
      status::State now = stored(*id).state;
      EXPECT_EQ(now.outcome, begun ? Outcome::kCompleted : Outcome::kFailed);
      EXPECT_EQ(now.attempt, begun ? 2 : 1);
    }
  }
}

}  // namespace
}  // namespace walrus::jobs
