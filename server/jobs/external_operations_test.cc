// Other people's pipelines keep the rules of Walrus's own: forward only, one end, never stuck, and
// what was answered is durable.
#include "jobs/external_operations.h"

#include "jobs/external_life_for_test.h"
#include "testing/store_fixture.h"

namespace walrus::jobs {
namespace {

using namespace std::chrono_literals;
using status::EventType;
using status::Outcome;
using status::Report;
using testing::code_of;
using testing::Fault;

class ExternalOperationsTest : public ::testing::Test {
 protected:
  ~ExternalOperationsTest() override {
    life->shut_down();
    life.reset();
  }
  store::OperationRecord record(const std::string& id) {
    return **testing::run(loop, tables.operation("local", id));
  }
  status::State stored(const std::string& id) { return record(id).state; }
  std::vector<status::Event> events(const std::string& id) {
    return *testing::run(loop, tables.events("local", id, 0, 1000));
  }
  std::string step_of(const std::string& id) {
    status::State state = stored(id);
    return std::string(status::name_of(state.operation, state.step));
  }
  void restart() {
    life->shut_down();
    life = std::make_unique<ExternalLife>(loop, store);
    life->recover();
  }
  void expect_failed(const std::string& id, ErrorCode type) {
    status::State state = stored(id);
    EXPECT_EQ(state.outcome, Outcome::kFailed);
    ASSERT_TRUE(state.error);
    EXPECT_EQ(state.error->type, type);
    auto all = events(id);
    EXPECT_EQ(std::ranges::count_if(
                  all, [](auto& event) { return event.outcome != Outcome::kProcessing; }),
              1);
  }

  testing::ManualClock clock;
  testing::ManualLoop loop{clock};
  store::MemoryStore tables{clock};
  testing::FaultStore store{tables};
  std::unique_ptr<ExternalLife> life = std::make_unique<ExternalLife>(loop, store);
};

TEST_F(ExternalOperationsTest, WaitsAtTheFirstStepUntilTheFirstReport) {
  auto id = life->open(300s, {{"source", "erp"}});
  ASSERT_TRUE(id);
  EXPECT_EQ(step_of(*id), "fetch");
  EXPECT_EQ(stored(*id).sequence, 0u);
  EXPECT_EQ(stored(*id).metadata, (json::object{{"source", "erp"}}));
  auto reported = life->report(*id, Report{});
  ASSERT_TRUE(reported);
  EXPECT_EQ(reported->sequence, 1u);
  EXPECT_FALSE(reported->cancel_requested);
  EXPECT_EQ(stored(*id).percent, 10);
  EXPECT_EQ(stored(*id).message, "Fetching...");
  EXPECT_EQ(life->report(*id, Report{})->sequence, 1u) << "a sign of life alone";
}

TEST_F(ExternalOperationsTest, GoesThroughItsStepsToItsEnd) {
  std::string id = *life->open();
  auto ears = life->listen(id);
  ASSERT_TRUE(life->report(id, {.step = "fetch", .work = Report::Work{1, 2}}));
  EXPECT_EQ(stored(id).percent, 24) << "half way from 10 to 40, rounded down";
  ASSERT_TRUE(life->report(id, {.work = Report::Work{2, 2}}));
  EXPECT_EQ(stored(id).percent, 39) << "never the next step's";
  ASSERT_TRUE(life->report(id, {.work = Report::Work{1, 2}}));
  EXPECT_EQ(stored(id).percent, 39) << "never back";
  ASSERT_TRUE(life->report(id, {.step = "load", .metadata = {{"rows", 7}}}));
  EXPECT_EQ(stored(id).message, "Loading...");
  ASSERT_TRUE(life->report(id, {.work = Report::Work{9, 9}, .message = "Nearly there"}));
  EXPECT_EQ(stored(id).percent, 99) << "100 is the completed one's";
  ASSERT_TRUE(life->report(id, {.metadata = {{"bad", 1}}, .content = "a line", .completed = true}));
  status::State end = stored(id);
  EXPECT_EQ(end.outcome, Outcome::kCompleted);
  EXPECT_EQ(end.percent, 100);
  EXPECT_EQ(end.message, "Completed");
  EXPECT_EQ(end.metadata, (json::object{{"rows", 7}, {"bad", 1}}));
  EXPECT_EQ(life->operations.open_count(), 0);

  auto all = events(id);
  ASSERT_GE(all.size(), 2u);
  EXPECT_EQ(all[all.size() - 2].type, EventType::kChunk);
  EXPECT_EQ(all[all.size() - 2].content, "a line");
  EXPECT_EQ(ears->events.size(), all.size());
}

TEST_F(ExternalOperationsTest, RefusesWhatGoesBackWhole) {
  std::string id = *life->open();
  ASSERT_TRUE(life->report(id, {.step = "clean"}));
  std::vector<Report> reports{{.step = "load", .content = "text"}, {.step = "fetch"}};
  auto refused = life->report(id, std::move(reports));
  EXPECT_EQ(code_of(refused), ErrorCode::kConflict);
  EXPECT_EQ(refused.error().fields.front().pointer, "/1/step");
  EXPECT_EQ(step_of(id), "clean");
  EXPECT_EQ(events(id).size(), 1u);
  EXPECT_EQ(code_of(life->report(id, {.step = "bake"})), ErrorCode::kValidationError);
  EXPECT_TRUE(life->report(id, {.step = "clean"})) << "the same step is no step back";
}

TEST_F(ExternalOperationsTest, RefusesMetadataThatGrowsWithoutEnd) {
  std::string id = *life->open();
  ASSERT_TRUE(life->report(id, {.metadata = {{"a", std::string(3000, 'x')}}}));
  auto refused = life->report(id, {.metadata = {{"b", std::string(3000, 'x')}}});
  EXPECT_EQ(code_of(refused), ErrorCode::kValidationError);
  EXPECT_EQ(refused.error().fields.front().pointer, "/0/metadata");
  EXPECT_TRUE(life->report(id, {.metadata = {{"a", std::string(3100, 'y')}}}));
}

// A snapshot shows it as a whole. After a restart it is still known how much there was.
TEST_F(ExternalOperationsTest, RefusesContentThatGrowsWithoutEnd) {
  std::string id = *life->open();
  for (std::size_t left = status::kContentBytes - 10; left > 0;) {
    std::size_t size = std::min<std::size_t>(left, 64 * 1024);
    ASSERT_TRUE(life->report(id, {.content = std::string(size, 'x')}));
    left -= size;
  }
  restart();
  auto refused = life->report(id, {.content = std::string(11, 'x')});
  EXPECT_EQ(code_of(refused), ErrorCode::kValidationError);
  EXPECT_EQ(refused.error().fields.front().pointer, "/0/content");
  EXPECT_TRUE(life->report(id, {.content = std::string(10, 'x')}));
  EXPECT_TRUE(life->report(id, {.completed = true}));
}

TEST_F(ExternalOperationsTest, TellsWatchersOnceTheStoreHasIt) {
  struct Heard final : live::OwnerListener {
    void on_opened(const status::State& state) override { ids.push_back(state.operation.id); }
    std::vector<std::string> ids;
  };
  auto heard = std::make_shared<Heard>();
  life->hub.owners().add(loop, "local", heard);
  store.fail_commit(1, Fault::kBeforeCommit);
  EXPECT_FALSE(life->open());
  std::string taken = *life->open();
  loop.run_until_idle();
  EXPECT_EQ(heard->ids, std::vector<std::string>{taken});
  store.fail_commit(1, Fault::kAfterCommit);
  EXPECT_FALSE(life->open(1s)) << "the store does not say that it has it";
  loop.run_until_idle();
  EXPECT_EQ(heard->ids.size(), 1u);
  loop.advance(2s);
  EXPECT_EQ(heard->ids.size(), 2u) << "it has been looked for";
  life->hub.owners().remove(loop, "local", heard.get());
}

TEST_F(ExternalOperationsTest, TakesNothingAfterTheEnd) {
  std::string id = *life->open();
  std::vector<Report> both{{.completed = true}, {.message = "more"}};
  EXPECT_EQ(code_of(life->report(id, std::move(both))), ErrorCode::kConflict);
  EXPECT_EQ(stored(id).outcome, Outcome::kProcessing);
  Report::Failure failure{ErrorCode::kInvalidInput, "No such table.", true};
  ASSERT_TRUE(life->report(id, {.step = "load", .failure = failure}));
  expect_failed(id, ErrorCode::kInvalidInput);
  EXPECT_EQ(stored(id).error->message, "No such table.");
  EXPECT_TRUE(stored(id).error->retryable);
  EXPECT_EQ(status::name_of(stored(id).operation, stored(id).error->step), "load");
  EXPECT_EQ(code_of(life->report(id, {.message = "more"})), ErrorCode::kConflict);
  EXPECT_EQ(code_of(life->cancel(id)), ErrorCode::kConflict);
}

TEST_F(ExternalOperationsTest, AnswersOnlyItsOwner) {
  std::string id = *life->open();
  auto others = life->report(id, std::vector<Report>{{.message = "hello"}}, "eve");
  EXPECT_EQ(code_of(others), ErrorCode::kNotFound);
  EXPECT_EQ(code_of(life->report(life->hub.new_operation_id(loop), Report{})),
            ErrorCode::kNotFound);
  EXPECT_EQ(stored(id).sequence, 0u);
}

TEST_F(ExternalOperationsTest, LeavesOperationsOfWalrusAlone) {
  store::WriteBatch batch;
  batch.mutations.push_back(
      store::PutOperation{testing::operation_record("own", "local", clock.now())});
  ASSERT_TRUE(testing::run(loop, tables.commit(std::move(batch))));
  EXPECT_EQ(code_of(life->report("own", Report{})), ErrorCode::kConflict);
  EXPECT_EQ(stored("own").sequence, 3u);
}

TEST_F(ExternalOperationsTest, TakesARepeatOnce) {
  std::string id = *life->open();
  Report line{.id = "r1", .content = "a line"};
  auto first = life->report(id, line);
  ASSERT_TRUE(life->report(id, {.id = "r2", .message = "on"}));
  auto again = life->report(id, line);
  ASSERT_TRUE(again);
  EXPECT_EQ(events(id).size(), 3u);
  restart();
  ASSERT_TRUE(life->report(id, std::vector<Report>{line, {.id = "end", .completed = true}}));
  EXPECT_EQ(events(id).size(), 4u);
  auto after = life->report(id, {.id = "end", .completed = true});
  ASSERT_TRUE(after) << "whoever lost the answer to the end may ask again";
  EXPECT_EQ(after->sequence, stored(id).sequence);
  std::vector<Report> one_new{{.id = "end", .completed = true}, {.id = "new", .message = "x"}};
  EXPECT_EQ(code_of(life->report(id, std::move(one_new))), ErrorCode::kConflict);
}

// --- Silence

TEST_F(ExternalOperationsTest, EndsWhenItsWorkerIsSilent) {
  std::string id = *life->open(60s);
  auto ears = life->listen(id);
  loop.advance(59s);
  ASSERT_TRUE(life->report(id, Report{}));
  loop.advance(59s);
  EXPECT_EQ(stored(id).outcome, Outcome::kProcessing);
  loop.advance(2s);
  expect_failed(id, ErrorCode::kTimeout);
  EXPECT_EQ(ears->events.back().outcome, Outcome::kFailed);
  EXPECT_EQ(code_of(life->report(id, Report{})), ErrorCode::kConflict);
}

TEST_F(ExternalOperationsTest, GivesASilentWorkerItsTimeOnceMoreAfterARestart) {
  std::string id = *life->open(60s);
  ASSERT_TRUE(life->report(id, {.step = "clean"}));
  loop.advance(50s);
  life->shut_down();
  clock.advance(1h);
  life = std::make_unique<ExternalLife>(loop, store);
  life->recover();
  EXPECT_EQ(life->operations.open_count(), 1);
  loop.advance(59s);
  EXPECT_EQ(stored(id).outcome, Outcome::kProcessing);
  auto ears = life->listen(id);
  ASSERT_TRUE(life->report(id, {.step = "load"}));
  loop.run_until_idle();
  EXPECT_EQ(ears->events.size(), 1u);
  loop.advance(61s);
  expect_failed(id, ErrorCode::kTimeout);
}

TEST_F(ExternalOperationsTest, EndsASilentOneOnceTheStoreIsBack) {
  std::string id = *life->open(60s);
  store.go_away();
  loop.advance(90s);
  store.come_back();
  loop.advance(2s);
  expect_failed(id, ErrorCode::kTimeout);
}

// --- Cancel

TEST_F(ExternalOperationsTest, TellsTheWorkerThatItIsToStop) {
  std::string id = *life->open();
  ASSERT_TRUE(life->cancel(id));
  EXPECT_TRUE(record(id).cancel_requested);
  auto reported = life->report(id, {.step = "clean"});
  ASSERT_TRUE(reported);
  EXPECT_TRUE(reported->cancel_requested);
  ASSERT_TRUE(life->report(id, {.content = "the last", .completed = true}));
  expect_failed(id, ErrorCode::kCancelled);
  EXPECT_EQ(events(id)[events(id).size() - 2].content, "the last");
}

TEST_F(ExternalOperationsTest, EndsAsCancelledWhereTheWorkerGoesOn) {
  std::string id = *life->open();
  ASSERT_TRUE(life->cancel(id));
  for (int i = 0; i < 9; ++i) {
    loop.advance(1s);
    ASSERT_TRUE(life->report(id, {.message = "still at it " + std::to_string(i)}));
  }
  loop.advance(1s);
  expect_failed(id, ErrorCode::kCancelled);
}

TEST_F(ExternalOperationsTest, EndsAsCancelledAfterARestart) {
  std::string id = *life->open();
  ASSERT_TRUE(life->cancel(id));
  restart();
  EXPECT_TRUE(life->report(id, Report{})->cancel_requested);
  loop.advance(10s);
  expect_failed(id, ErrorCode::kCancelled);
}

// Nothing here has been told of the wish; the commit of the end finds it.
TEST_F(ExternalOperationsTest, FindsAWishThatIsInTheStoreAlone) {
  for (Report end : {Report{.content = "text", .completed = true},
                     Report{.content = "text", .failure = Report::Failure{.message = "No."}}}) {
    std::string id = *life->open();
    store::WriteBatch wish;
    wish.mutations.push_back(store::RequestCancel{id});
    ASSERT_TRUE(testing::run(loop, tables.commit(std::move(wish))));
    auto reported = life->report(id, end);
    ASSERT_TRUE(reported);
    EXPECT_TRUE(reported->cancel_requested);
    expect_failed(id, ErrorCode::kCancelled);
    EXPECT_EQ(events(id)[1].content, "text");
  }
}

// --- Bounds and faults

TEST_F(ExternalOperationsTest, AreBounded) {
  life->shut_down();
  life = std::make_unique<ExternalLife>(loop, store, ExternalOptions{.most_open = 2});
  std::string first = *life->open();
  ASSERT_TRUE(life->open());
  auto refused = life->open();
  EXPECT_EQ(code_of(refused), ErrorCode::kNotReady);
  EXPECT_TRUE(refused.error().retry_after);
  ASSERT_TRUE(life->report(first, {.completed = true}));
  EXPECT_TRUE(life->open());
}

TEST_F(ExternalOperationsTest, KeepsNothingThatTheStoreDidNotTake) {
  std::string id = *life->open();
  ASSERT_TRUE(life->report(id, Report{}));
  store.fail_commit(1, Fault::kBeforeCommit);
  EXPECT_EQ(code_of(life->report(id, {.step = "clean"})), ErrorCode::kStorageUnavailable);
  auto ears = life->listen(id);
  EXPECT_EQ(ears->events.size(), 1u);
  EXPECT_EQ(life->report(id, {.step = "clean"})->sequence, 2u);
}

TEST_F(ExternalOperationsTest, ShowsWhatTheStoreTookWithoutSayingSo) {
  std::string id = *life->open();
  auto ears = life->listen(id);
  ASSERT_TRUE(life->report(id, Report{}));
  store.fail_commit(1, Fault::kAfterCommit);
  Report line{.id = "r1", .content = "a line"};
  EXPECT_EQ(code_of(life->report(id, line)), ErrorCode::kStorageUnavailable);
  ASSERT_TRUE(life->report(id, line));
  ASSERT_TRUE(life->report(id, {.content = "another"}));
  loop.advance(1s);
  ASSERT_EQ(ears->events.size(), 3u);
  EXPECT_EQ(ears->events[1].content, "a line");
  EXPECT_EQ(ears->events[2].content, "another");

  store.fail_commit(1, Fault::kAfterCommit);
  EXPECT_FALSE(life->report(id, {.id = "end", .completed = true}));
  ASSERT_TRUE(life->report(id, {.id = "end", .completed = true}));
  EXPECT_EQ(ears->events.back().outcome, Outcome::kCompleted);
  EXPECT_EQ(life->operations.open_count(), 0);
}

TEST_F(ExternalOperationsTest, LetsGoOfAnOpeningThatMayNotHaveBeen) {
  store.fail_commit(1, Fault::kBeforeCommit);
  EXPECT_EQ(code_of(life->open(60s)), ErrorCode::kStorageUnavailable);
  store.fail_commit(1, Fault::kAfterCommit);
  EXPECT_EQ(code_of(life->open(60s)), ErrorCode::kStorageUnavailable);
  EXPECT_EQ(life->operations.open_count(), 2);
  loop.advance(61s);
  EXPECT_EQ(life->operations.open_count(), 0);
  EXPECT_TRUE(testing::run(loop, tables.open_operations())->empty());
}

TEST_F(ExternalOperationsTest, ClosesItsTopicsAtShutdown) {
  std::string id = *life->open();
  auto ears = life->listen(id);
  restart();
  EXPECT_TRUE(ears->closed);
  EXPECT_TRUE(life->report(id, Report{}));
}

}  // namespace
}  // namespace walrus::jobs
