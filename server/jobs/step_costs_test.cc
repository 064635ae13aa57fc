// What past operations cost survives a restart, a store that is away, and runs that are taken up.
#include "jobs/step_costs.h"

#include <gtest/gtest.h>

#include "store/memory/memory_store.h"
#include "testing/fault_store.h"
#include "testing/manual_loop.h"

namespace walrus::jobs {
namespace {

using testing::ManualClock;
using testing::ManualLoop;

class StepCostsTest : public ::testing::Test {
 protected:
  static status::FinishedWork work(const std::string& step, double seconds) {
    return {.size = 100, .variety = ".txt", .steps = {{step, 100, seconds}}};
  }
  void learn(StepCosts& costs, const std::string& kind, double seconds) {
    testing::run(loop, costs.learn(kind, work("one", seconds)));
  }
  static double known(const StepCosts& costs, const std::string& kind) {
    auto past = costs.of(kind);
    const status::StepCost* cost = past->find(".txt", "one");
    return cost ? cost->seconds_for(100) : 0;
  }

  ManualClock clock;
  ManualLoop loop{clock};
  store::MemoryStore tables{clock};
  testing::FaultStore faulty{tables};
  Log log = Log::none();
};

TEST_F(StepCostsTest, AreKnownAtOnceAndAfterARestart) {
  {
    StepCosts costs(faulty, log);
    testing::run(loop, costs.load());
    EXPECT_EQ(known(costs, "a"), 0);
    learn(costs, "a", 5);
    EXPECT_NEAR(known(costs, "a"), 5, 0.01);
    EXPECT_EQ(known(costs, "b"), 0);
  }
  StepCosts next(faulty, log);
  testing::run(loop, next.load());
  EXPECT_NEAR(known(next, "a"), 5, 0.01);
}

TEST_F(StepCostsTest, StayInMemoryWhileTheStoreIsAway) {
  StepCosts costs(faulty, log);
  faulty.go_away();
  testing::run(loop, costs.load());
  auto learning = [&] { learn(costs, "a", 5); };
  EXPECT_NO_THROW(learning());
  EXPECT_NEAR(known(costs, "a"), 5, 0.01);
  faulty.come_back();
  learn(costs, "a", 5);
  StepCosts next(faulty, log);
  testing::run(loop, next.load());
  EXPECT_NEAR(known(next, "a"), 5, 0.01);
}

TEST_F(StepCostsTest, OfARunAreThoseOfItsBeginning) {
  StepCosts costs(faulty, log);
  learn(costs, "a", 5);
  auto at_first = costs.of("a");
  for (int i = 0; i < 10; ++i) learn(costs, "a", 50);
  EXPECT_NEAR(at_first->find(".txt", "one")->seconds_for(100), 5, 0.01);
  EXPECT_GT(known(costs, "a"), 30);
}

TEST_F(StepCostsTest, AreOfSoManyKindsAtMost) {
  StepCosts costs(faulty, log);
  for (int i = 0; i < 110; ++i) learn(costs, "kind" + std::to_string(i), 5);
  EXPECT_EQ(known(costs, "kind109"), 0);
  EXPECT_NEAR(known(costs, "kind7"), 5, 0.01);
  EXPECT_EQ(testing::run(loop, tables.step_costs())->size(), 200u);
}

// Invariant 12: how many kinds others have is nothing that an estimate tells.
TEST_F(StepCostsTest, OfOneOwnersKindsKeepNoneOfAnothersOut) {
  StepCosts costs(faulty, log, StepCosts::Kinds::kOwners);
  for (int i = 0; i < 110; ++i) learn(costs, "bob/kind" + std::to_string(i), 5);
  learn(costs, "bo/kind", 5);
  learn(costs, "carol/kind", 5);
  EXPECT_NEAR(known(costs, "bo/kind"), 5, 0.01);
  EXPECT_NEAR(known(costs, "carol/kind"), 5, 0.01);
}

TEST_F(StepCostsTest, OfAKindAreOfSoManyStepsAtMost) {
  StepCosts costs(faulty, log);
  for (int i = 0; i < 200; ++i) {
    testing::run(loop, costs.learn("a", work("step" + std::to_string(i), 5)));
  }
  EXPECT_EQ(testing::run(loop, tables.step_costs())->size(), 128u);
  testing::run(loop, costs.learn("a", work("step7", 50)));
  EXPECT_GT(costs.of("a")->find(".txt", "step7")->seconds_for(100), 10) << "what is known goes on";
}

TEST_F(StepCostsTest, OfOwnersKindsKeepNoneOfWalrussOwnOut) {
  StepCosts owners(faulty, log, StepCosts::Kinds::kOwners);
  for (int i = 0; i < 100; ++i) learn(owners, "local/kind" + std::to_string(i), 5);
  StepCosts next(faulty, log);
  testing::run(loop, next.load());
  learn(next, "document_upload", 5);
  EXPECT_NEAR(known(next, "document_upload"), 5, 0.01);
  EXPECT_EQ(known(next, "local/kind7"), 0);
}

}  // namespace
}  // namespace walrus::jobs
