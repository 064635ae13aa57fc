// What is learnt of a step's cost.
#include "status/step_cost.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace walrus::status {
namespace {

TEST(StepCost, TellsFixedSecondsFromThoseOfEachUnit) {
  StepCost cost;
  for (double units : {10, 1000, 30, 4000, 100, 2000, 20, 500}) {
    cost.learn(units, 100, 0.05 + units * 0.02);
  }
  EXPECT_NEAR(cost.seconds_for(1), 0.07, 0.05);
  EXPECT_NEAR(cost.seconds_for(10'000), 200, 5);
}

TEST(StepCost, OneSlowOrTinyOperationDoesNotSpoilTheRest) {
  StepCost slow;
  for (double seconds : {10.0, 10.5, 9.5, 600.0}) slow.learn(500, 1, seconds);
  EXPECT_LT(slow.seconds_for(500), 20);
  slow.learn(500, 1, 10);
  EXPECT_LT(slow.seconds_for(500), 15);
  // Of a tiny file, all is start.
  StepCost tiny;
  tiny.learn(2'624, 1, 0.04);
  tiny.learn(265'875, 1, 0.05);
  EXPECT_LT(tiny.seconds_for(50e6), 20);
  EXPECT_GT(tiny.seconds_for(50e6), 0.05);
}

TEST(StepCost, FollowsAStepThatBecameSlowerOrFasterForGood) {
  StepCost cost;
  for (int i = 0; i < 20; ++i) cost.learn(500, 1, 5);
  for (int i = 0; i < 5; ++i) cost.learn(500, 1, 50);
  EXPECT_GT(cost.seconds_for(500), 33);
  for (int i = 0; i < 5; ++i) cost.learn(500, 1, 5);
  EXPECT_LT(cost.seconds_for(500), 7.5);
}

TEST(StepCost, IsNeverNegativeWhateverItLearnt) {
  for (unsigned seed = 1; seed <= 500; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    auto draw = [&] { return std::exp(std::uniform_real_distribution(-7.0, 12.0)(random)); };
    StepCost cost;
    for (unsigned i = 0; i <= random() % 12; ++i) cost.learn(draw(), draw(), draw());
    for (double units : {1e-3, 1.0, 1e3, 1e9}) {
      double seconds = cost.seconds_for(units);
      ASSERT_TRUE(std::isfinite(seconds) && seconds >= 0) << seconds;
    }
  }
}

TEST(PastCosts, OfTheVarietyComeBeforeThoseOfAll) {
  PastCosts past;
  past.learn({.size = 100, .variety = ".txt", .steps = {{"extracting", 100, 1}}});
  EXPECT_NEAR(past.find(".pdf", "extracting")->seconds_for(100), 1, 0.01);
  past.learn({.size = 100, .variety = ".pdf", .steps = {{"extracting", 100, 50}}});
  EXPECT_NEAR(past.find(".txt", "extracting")->seconds_for(100), 1, 0.01);
  EXPECT_NEAR(past.find(".pdf", "extracting")->seconds_for(100), 50, 0.01);
  EXPECT_EQ(past.find(".pdf", "embedding"), nullptr);
}

}  // namespace
}  // namespace walrus::status
