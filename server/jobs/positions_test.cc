// The place in the queue: fair, true, durable before it is shown, and gone with the start.
#include "jobs/positions.h"

#include "jobs/jobs_for_test.h"

namespace walrus::jobs {
namespace {

Task<Result<void>> take_two_seconds(Job job) {
  (void)co_await job.tracker->reach(Step::kValidating);
  co_await sleep_for(2s);
  if (job.stop.stop_requested()) co_return fail(ErrorCode::kCancelled, "stopped");
  co_return co_await do_all(job);
}

std::int64_t position_in(const json::object& metadata) {
  return find_integer(metadata, status::kQueuePosition).value_or(0);
}

class PositionsTest : public JobsTest {
 protected:
  std::string accept(Life& life, const std::string& owner = "local", std::string document_id = {}) {
    store::OperationRecord record =
        new_record(life.hub.new_operation_id(loop), Kind::kDocumentUpload);
    record.state.operation.owner = owner;
    record.state.operation.document_id = std::move(document_id);
    std::string id = record.state.operation.id;
    EXPECT_TRUE(outcome_of(life.jobs.accept(std::move(record), {}, {})));
    owners[id] = owner;
    return id;
  }
  std::vector<std::string> accept_many(Life& life, int count) {
    std::vector<std::string> ids;
    for (int i = 0; i < count; ++i) ids.push_back(accept(life));
    return ids;
  }
  status::State state(const std::string& id) {
    return (**testing::run(loop, tables.operation(owners[id], id))).state;
  }
  std::int64_t position(const std::string& id) { return position_in(state(id).metadata); }
  std::vector<status::Event> log(const std::string& id) {
    return *testing::run(loop, tables.events(owners[id], id, 0, 1000));
  }
  // No sequence twice, positions that fall, none of them after the first step, and one end.
  void expect_true_log(const std::string& id, std::size_t events_at_work) {
    SCOPED_TRACE(id);
    auto all = log(id);
    std::int64_t last = 1'000'000;
    std::size_t at_work = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
      EXPECT_EQ(all[i].sequence, i + 1);
      std::int64_t shown = position_in(all[i].metadata);
      if (shown == 0) {
        ++at_work;
        continue;
      }
      EXPECT_EQ(at_work, 0u);
      EXPECT_LT(shown, last);
      EXPECT_EQ(all[i].percent, 0);
      EXPECT_EQ(all[i].message, "");
      last = shown;
    }
    EXPECT_EQ(at_work, events_at_work);
    EXPECT_EQ(position(id), 0);
    EXPECT_NE(state(id).outcome, Outcome::kProcessing);
    EXPECT_EQ(state(id).sequence, all.size());
  }

  std::map<std::string, std::string> owners;
  testing::FaultStore faulty{tables};
};

TEST_F(PositionsTest, OwnersTakeTurns) {
  std::vector<std::string> started;
  auto work = [&started](Job job) -> Task<Result<void>> {
    started.push_back(job.record->state.operation.id);
    return take_two_seconds(job);
  };
  Life life(loop, tables, work, true, 1, 100);
  std::string running = accept(life);
  std::vector<std::string> many;
  for (int i = 0; i < 3; ++i) many.push_back(accept(life, "many"));
  std::string one = accept(life, "one");
  EXPECT_EQ(position(one), 1) << "of its owner's";
  EXPECT_EQ(position(many[2]), 3);
  loop.advance(20s);
  EXPECT_EQ(started, (std::vector<std::string>{running, many[0], one, many[1], many[2]}));
}

TEST_F(PositionsTest, TheFirstStatusHasIt) {
  Life life(loop, tables, wait_for_stop, true, 1, 100);
  auto ids = accept_many(life, 3);
  EXPECT_EQ(position(ids[0]), 0);
  EXPECT_EQ(position(ids[1]), 1);
  EXPECT_EQ(position(ids[2]), 2);
  EXPECT_TRUE(log(ids[2]).empty());
  end(life);
}

TEST_F(PositionsTest, ItFallsUntilTheStart) {
  Life life(loop, tables, take_two_seconds, true, 1, 100);
  auto ids = accept_many(life, 6);
  loop.advance(3s);
  for (int i = 2; i < 6; ++i) EXPECT_EQ(position(ids[i]), i - 1);
  loop.advance(20s);
  for (const std::string& id : ids) expect_true_log(id, 6);
  EXPECT_EQ(log(ids[5]).size(), 6u + 4);
}

TEST_F(PositionsTest, ManyThatWaitAreNotToldOfEveryMove) {
  Life life(loop, faulty, wait_for_stop, true, 1, 100);
  auto ids = accept_many(life, 40);
  loop.advance(2s);
  int before = faulty.commits();
  EXPECT_TRUE(cancel(life, ids[0]));
  loop.advance(3s);
  // The wish, the end, the next one's step, and one for all the positions.
  EXPECT_EQ(faulty.commits() - before, 4);
  int told = 0;
  for (const std::string& id : ids) told += position(id) > 0 && !log(id).empty();
  EXPECT_EQ(told, 10);
  // Soon enough for nobody to be wrong by more than a fifth.
  for (int i = 1; i < 8; ++i) EXPECT_TRUE(cancel(life, ids[i]));
  loop.advance(2s);
  for (int i = 9; i < 40; ++i) EXPECT_LE(std::abs(position(ids[i]) - (i - 8)) * 5, i - 8);
  end(life);
}

TEST_F(PositionsTest, NobodyIsToldTwiceInASecond) {
  Life life(loop, tables, wait_for_stop, true, 1, 100);
  auto ids = accept_many(life, 12);
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(cancel(life, ids[i]));
    loop.advance(150ms);
  }
  auto all = log(ids[11]);
  EXPECT_GE(all.size(), 2u);
  for (std::size_t i = 1; i < all.size(); ++i) EXPECT_GE(all[i].at - all[i - 1].at, 1s);
  loop.advance(1s);
  EXPECT_EQ(position(ids[11]), 1);
  end(life);
}

TEST_F(PositionsTest, WhatWaitsAfterARestartHasItAgain) {
  std::vector<std::string> ids;
  {
    Life life(loop, tables, wait_for_stop, true, 1, 100);
    ids = accept_many(life, 5);
    end(life);
  }
  Life next(loop, tables, take_two_seconds, true, 1, 100);
  recover(next);
  loop.advance(1500ms);
  std::vector<std::int64_t> positions;
  for (const std::string& id : ids) positions.push_back(position(id));
  std::ranges::sort(positions);
  EXPECT_EQ(positions, (std::vector<std::int64_t>{0, 1, 2, 3, 4}));
  loop.advance(30s);
  // The first had begun, and keeps its step while it waits again.
  for (std::size_t i = 1; i < ids.size(); ++i) expect_true_log(ids[i], 6);
  EXPECT_EQ(state(ids[0]).outcome, Outcome::kCompleted);
  EXPECT_EQ(state(ids[0]).sequence, log(ids[0]).size());
}

// What failed in a later step waits there for its next attempt.
TEST_F(PositionsTest, ARetryThatWaitsHasItUntilItsWorkGoesOn) {
  bool fails = true;
  auto work = [&fails](Job job) {
    return std::exchange(fails, false) ? end_with(job, ErrorCode::kExtractionFailed)
                                       : take_two_seconds(job);
  };
  Life life(loop, tables, work, true, 1, 100);
  std::string id = accept(life);
  loop.advance(1s);
  std::string running = accept(life);
  EXPECT_TRUE(retry(life, id));
  EXPECT_EQ(position(id), 1);
  EXPECT_EQ(position_in(log(id).back().metadata), 1);
  loop.advance(2500ms);
  EXPECT_EQ(position(id), 0);
  loop.advance(10s);
  EXPECT_EQ(state(id).outcome, Outcome::kCompleted);
}

// --- A store that fails, or takes its time

TEST_F(PositionsTest, AFaultAtEveryCommitLosesAndDoublesNothing) {
  for (testing::Fault fault : {testing::Fault::kBeforeCommit, testing::Fault::kAfterCommit}) {
    for (int nth = 1;; ++nth) {
      SCOPED_TRACE(nth);
      testing::FaultStore failing(tables);
      Life life(loop, failing, take_two_seconds, true, 1, 100);
      auto ids = accept_many(life, 4);
      int before = failing.commits();
      failing.fail_commit(nth, fault);
      loop.advance(30s);
      for (const std::string& id : ids) expect_true_log(id, 6);
      if (failing.commits() - before < nth) break;
    }
  }
}

TEST_F(PositionsTest, AStoreThatIsAwayIsOutlived) {
  Life life(loop, faulty, take_two_seconds, true, 1, 100);
  auto ids = accept_many(life, 4);
  loop.advance(1s);
  faulty.go_away();
  loop.advance(20s);
  EXPECT_EQ(position(ids[3]), 3);
  faulty.come_back();
  loop.advance(30s);
  for (const std::string& id : ids) expect_true_log(id, 6);
}

TEST_F(PositionsTest, OneThatIsBeingToldStartsOnlyAfterwards) {
  Life life(loop, faulty, wait_for_stop, true, 2, 100);
  auto ids = accept_many(life, 4);
  loop.advance(2500ms);
  faulty.answer_late(800ms);
  EXPECT_TRUE(outcome_of(life.jobs.request_cancel(ids[2])));  // the last one is told
  faulty.answer_late(0ms);
  EXPECT_TRUE(cancel(life, ids[0]));
  EXPECT_TRUE(cancel(life, ids[1]));  // and has its turn
  EXPECT_EQ(log(ids[3]).size(), 1u);
  loop.advance(1s);
  EXPECT_EQ(log(ids[3]).size(), 2u);
  EXPECT_EQ(position(ids[3]), 0);
  EXPECT_TRUE(cancel(life, ids[3]));
  expect_true_log(ids[3], 2);
}

TEST_F(PositionsTest, CancelWhileItIsBeingTold) {
  Life life(loop, faulty, wait_for_stop, true, 1, 100);
  auto ids = accept_many(life, 3);
  loop.advance(2500ms);
  faulty.answer_late(800ms);
  EXPECT_TRUE(outcome_of(life.jobs.request_cancel(ids[1])));  // the last one is told
  faulty.answer_late(0ms);
  EXPECT_EQ(position(ids[2]), 1);
  EXPECT_TRUE(cancel(life, ids[2]));
  expect_true_log(ids[2], 1);
  EXPECT_EQ(log(ids[2]).size(), 2u);
  EXPECT_EQ(state(ids[2]).error->type, ErrorCode::kCancelled);
  end(life);
}

TEST_F(PositionsTest, ShutdownWhileItIsNotKnownWhetherItIsDurable) {
  std::vector<std::string> ids;
  {
    Life life(loop, faulty, wait_for_stop, true, 1, 100);
    ids = accept_many(life, 4);
    loop.advance(2s);
    EXPECT_TRUE(cancel(life, ids[0]));
    loop.advance(900ms);
    EXPECT_TRUE(outcome_of(life.jobs.request_cancel(ids[2])));
    faulty.go_away();
    loop.advance(1s);
    bool stopped = false;
    life.jobs.shut_down(1s, [&] { stopped = true; });
    loop.advance(5s);
    EXPECT_TRUE(stopped);
  }
  faulty.come_back();
  Life next(loop, faulty, do_all, true, 1, 100);
  recover(next);
  loop.advance(10s);
  for (const std::string& id : ids) EXPECT_NE(state(id).outcome, Outcome::kProcessing);
  expect_true_log(ids[3], 6);
}

TEST_F(PositionsTest, OneThatIsGoneKeepsNobodyFromBeingTold) {
  Life life(loop, tables, wait_for_stop, true, 1, 100);
  std::string running = accept(life);
  std::string first = accept(life);
  std::string gone = accept(life, "local", "d");
  std::string other = accept(life);
  std::string third = accept(life);
  store::WriteBatch deletion;
  store::DocumentRecord document;
  document.id = "d";
  document.owner = "local";
  document.operation_id = gone;
  deletion.mutations.push_back(store::PutDocument{document});
  deletion.mutations.push_back(store::DeleteDocument{"local", "d"});
  ASSERT_TRUE(testing::run(loop, tables.commit(std::move(deletion))));
  ASSERT_FALSE(testing::run(loop, tables.operation("local", gone))->has_value());
  EXPECT_TRUE(cancel(life, first));
  loop.advance(3s);
  EXPECT_EQ(position(other), 2);
  EXPECT_EQ(position(third), 3);
  end(life);
}

}  // namespace
}  // namespace walrus::jobs
