// Operations of other people's pipelines have a remaining time, from what their workers report.
#include <cmath>
#include <numeric>

#include "jobs/external_life_for_test.h"
#include "testing/store_fixture.h"

namespace walrus::jobs {
namespace {

using namespace std::chrono_literals;
using status::Outcome;
using status::Report;

struct StepWork {
  std::string name;
  std::uint64_t items;  // each takes `each`; 0: it is not counted, and takes `each` as a whole
  Duration each;
};
using Works = std::vector<StepWork>;

// 10 s, 20 s and 10 s.
const Works kEven{{"fetch", 20, 500ms}, {"clean", 10, 2s}, {"load", 40, 250ms}};
const Works kUncounted{{"fetch", 0, 10s}, {"clean", 0, 20s}, {"load", 0, 10s}};

Works slower(Works works, int times) {
  for (StepWork& work : works) work.each *= times;
  return works;
}

class ExternalTimeTest : public ::testing::Test {
 protected:
  struct Told {
    Duration at;
    std::optional<double> left;
  };

  ~ExternalTimeTest() override {
    life->shut_down();
    life.reset();
  }
  void restart() {
    life->shut_down();
    life = std::make_unique<ExternalLife>(loop, store);
    life->recover();
  }
  std::string open(const std::string& owner = "local") { return *life->open(3600s, {}, owner); }
  std::optional<double> left(const std::string& id, const std::string& owner = "local") {
    auto record = testing::run(loop, tables.operation(owner, id));
    return (*record)->state.eta_seconds;
  }
  void tell(const std::string& id, const std::string& owner, Report report) {
    ASSERT_TRUE(life->report(id, std::vector<Report>{std::move(report)}, owner));
    told.push_back({clock.monotonic(), left(id, owner)});
  }
  // Does the work as a worker that tells each item when it is done.
  void work(const std::string& id, const StepWork& step, const std::string& owner = "local") {
    tell(id, owner, {.step = step.name});
    if (step.items == 0) loop.advance(step.each);
    for (std::uint64_t done = 1; done <= step.items; ++done) {
      loop.advance(step.each);
      tell(id, owner, {.step = step.name, .work = Report::Work{done, step.items}});
    }
  }
  void complete(const std::string& id, const std::string& owner = "local") {
    tell(id, owner, {.completed = true});
    loop.run_until_idle();
    EXPECT_FALSE(left(id, owner)) << "nothing is left of what has ended";
  }
  void go_through(const Works& works, const std::string& owner = "local") {
    told.clear();
    std::string id = open(owner);
    for (const StepWork& step : works) work(id, step, owner);
    complete(id, owner);
  }
  // How far what was told after a quarter of the time is from the truth, as a share of it.
  double error_after_a_quarter() const {
    Duration end = told.back().at;
    Duration quarter = told.front().at + (end - told.front().at) / 4;
    auto first = std::ranges::lower_bound(told, quarter, {}, &Told::at);
    if (!first->left) return INFINITY;
    double truth = std::chrono::duration<double>(end - first->at).count();
    return std::abs(*first->left - truth) / truth;
  }
  void expect_sane() const {
    Duration end = told.back().at;
    for (const Told& each : told) {
      if (!each.left) continue;
      EXPECT_GE(*each.left, 0);
      EXPECT_LT(*each.left, 5 + 4 * std::chrono::duration<double>(end - each.at).count());
    }
  }

  testing::ManualClock clock;
  testing::ManualLoop loop{clock};
  store::MemoryStore tables{clock};
  testing::FaultStore store{tables};
  std::unique_ptr<ExternalLife> life = std::make_unique<ExternalLife>(loop, store);
  std::vector<Told> told;
};

TEST_F(ExternalTimeTest, IsSaneInTheSecondOfAKindAfterAQuarter) {
  go_through(kEven);
  expect_sane();
  go_through(kEven);
  expect_sane();
  ASSERT_TRUE(told.front().left) << "from its first report on";
  EXPECT_NEAR(*told.front().left, 40, 2);
  EXPECT_LT(error_after_a_quarter(), 0.1);
  go_through(slower(kEven, 2));
  expect_sane();
  EXPECT_LT(error_after_a_quarter(), 0.4) << "a machine that is half as fast today";
}

TEST_F(ExternalTimeTest, NeedsNoCounts) {
  go_through(kUncounted);
  EXPECT_TRUE(std::ranges::none_of(told, [](auto& each) { return each.left.has_value(); }));
  go_through(kUncounted);
  expect_sane();
  EXPECT_NEAR(told[0].left.value_or(0), 40, 1);
  EXPECT_NEAR(told[1].left.value_or(0), 30, 1);
  EXPECT_NEAR(told[2].left.value_or(0), 10, 1);
}

TEST_F(ExternalTimeTest, IsWhatWasLearntAlsoAfterARestart) {
  go_through(kEven);
  restart();
  go_through(kEven);
  EXPECT_LT(error_after_a_quarter(), 0.1);
}

// The plan says 10, 40 and 80 percent: fetching is a third of the work, and loading a fifth.
TEST_F(ExternalTimeTest, OfTheFirstOfItsKindGoesByThePlan) {
  std::string id = open();
  tell(id, "local", {.step = "fetch", .work = Report::Work{0, 100}});
  loop.advance(3s);
  tell(id, "local", {.work = Report::Work{10, 100}});
  EXPECT_FALSE(told.back().left) << "too little to tell from";
  loop.advance(12s);
  tell(id, "local", {.work = Report::Work{50, 100}});
  EXPECT_NEAR(told.back().left.value_or(0), 15 + 40 + 20, 1);
}

TEST_F(ExternalTimeTest, OfOneOwnerTellsNothingOfAnothersOperations) {
  for (int i = 0; i < 3; ++i) go_through(kUncounted, "eve");
  go_through(kUncounted, "local");
  EXPECT_TRUE(std::ranges::none_of(told, [](auto& each) { return each.left.has_value(); }));
  restart();
  go_through(slower(kUncounted, 3), "local");
  EXPECT_NEAR(told.front().left.value_or(0), 40, 1) << "from its own past";
  go_through(kUncounted, "eve");
  EXPECT_NEAR(told.front().left.value_or(0), 40, 1);
}

TEST_F(ExternalTimeTest, LearnsFromWhatCompletedAlone) {
  std::string id = open();
  for (const StepWork& step : kUncounted) work(id, step);
  tell(id, "local", {.failure = Report::Failure{.message = "No."}});
  EXPECT_FALSE(told.back().left);
  go_through(kUncounted);
  EXPECT_FALSE(told.front().left);
}

// A worker that tells everything at once tells no time.
TEST_F(ExternalTimeTest, LearnsNothingFromStepsOfOneRequest) {
  std::string id = open();
  loop.advance(10s);
  std::vector<Report> all;
  for (const StepWork& step : kEven) {
    all.push_back({.step = step.name});
    all.push_back({.work = Report::Work{1, 2}});
    all.push_back({.work = Report::Work{2, 2}});
  }
  all.push_back({.completed = true});
  ASSERT_TRUE(life->report(id, std::move(all)));
  loop.run_until_idle();
  go_through(kUncounted);
  EXPECT_FALSE(told.front().left);
}

// Each report says the step, and comes when an item is done: also the first of each step.
TEST_F(ExternalTimeTest, CountsWorkThatComesWithItsStepFromTheReportBefore) {
  for (int i = 0; i < 2; ++i) {
    told.clear();
    std::string id = open();
    for (const StepWork& step : kEven) {
      for (std::uint64_t done = 1; done <= step.items; ++done) {
        loop.advance(step.each);
        tell(id, "local", {.step = step.name, .work = Report::Work{done, step.items}});
      }
    }
    complete(id);
    expect_sane();
  }
  EXPECT_LT(error_after_a_quarter(), 0.1);
}

TEST_F(ExternalTimeTest, OfOneThatIsTakenUpGoesByItsRateAndTeachesNothingOfItsStep) {
  go_through(kEven);
  std::string id = open();
  work(id, kEven[0]);
  tell(id, "local", {.step = "clean", .work = Report::Work{0, 10}});
  loop.advance(10s);
  tell(id, "local", {.work = Report::Work{5, 10}});
  restart();
  clock.advance(1h);
  tell(id, "local", {.work = Report::Work{6, 10}});
  loop.advance(2s);
  tell(id, "local", {.work = Report::Work{7, 10}});
  EXPECT_NEAR(told.back().left.value_or(0), 6 + 10, 3);
  work(id, kEven[2]);
  complete(id);
  go_through(kEven);
  EXPECT_NEAR(told.front().left.value_or(0), 40, 2) << "an hour's pause is no cost";
}

TEST_F(ExternalTimeTest, CountsNothingThatTheStoreDidNotTake) {
  go_through(kEven);
  told.clear();
  std::string id = open();
  work(id, kEven[0]);
  for (auto fault : {testing::Fault::kBeforeCommit, testing::Fault::kAfterCommit}) {
    Report next{.id = std::to_string(static_cast<int>(fault)), .step = "clean", .content = "text"};
    store.fail_commit(1, fault);
    EXPECT_FALSE(life->report(id, next));
    ASSERT_TRUE(life->report(id, next));
  }
  work(id, kEven[1]);
  work(id, kEven[2]);
  complete(id);
  expect_sane();
  EXPECT_LT(error_after_a_quarter(), 0.15);
}

}  // namespace
}  // namespace walrus::jobs
