// Invariants 4 and 6: whatever happens in a run, it has one end; nothing is stuck.
#include "jobs/jobs_for_test.h"

namespace walrus::jobs {
namespace {

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

class CrashTest : public JobsTest {};

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

// Its end is in the store, and its run has not heard so: what the run writes again may not count
// for the next attempt.
TEST_F(JobsTest, ARetryWaitsForTheEndOfTheAttemptBefore) {
  testing::FaultStore faulty(tables);
  bool fails = true;
  auto work = [&fails](Job job) {
    return std::exchange(fails, false) ? end_with(job, ErrorCode::kExtractionFailed) : do_all(job);
  };
  Life life(loop, faulty, work);
  faulty.fail_commit(3, testing::Fault::kAfterCommit);  // accepted, reached a step, ended
  auto id = accept(life);
  ASSERT_TRUE(id);
  ASSERT_EQ(stored(*id).state.outcome, Outcome::kFailed);
  ASSERT_EQ(life.jobs.running(Kind::kDocumentUpload), 1) << "the run does not know of its end";
  EXPECT_TRUE(retry(life, *id));
  loop.advance(5s);
  store::OperationRecord record = stored(*id);
  EXPECT_EQ(record.state.attempt, 2);
  EXPECT_EQ(record.state.outcome, Outcome::kCompleted);
  auto all = events(*id);
  EXPECT_EQ(
      std::ranges::count_if(all, [](auto& event) { return event.outcome != Outcome::kProcessing; }),
      2);
}

}  // namespace
}  // namespace walrus::jobs
