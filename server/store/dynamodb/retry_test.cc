#include "store/dynamodb/retry.h"

#include <gtest/gtest.h>

namespace walrus::store::dynamodb {
namespace {

using namespace std::chrono_literals;

TEST(Retry, PausesAreDrawnUpToTwiceTheLastOne) {
  EXPECT_EQ(pause_after(1, 0.0), 0ms);
  EXPECT_EQ(pause_after(1, 0.5), 12500us);
  EXPECT_EQ(pause_after(2, 0.5), 25ms);
  EXPECT_EQ(pause_after(3, 0.5), 50ms);
  EXPECT_EQ(pause_after(7, 0.5), 800ms);
  for (int failures : {8, 9, 100, 1'000'000}) EXPECT_EQ(pause_after(failures, 0.5), 1s);
  bool differ = false;
  for (int i = 0; i < 100; ++i) {
    Duration pause = pause_after(6);
    EXPECT_GE(pause, 0ms);
    EXPECT_LT(pause, 800ms);
    differ = differ || pause != pause_after(6);
  }
  EXPECT_TRUE(differ);
}

TEST(Retry, TheBudgetEndsAndComesBackWithSuccess) {
  RetryBudget budget;
  int taken = 0;
  while (budget.take()) ++taken;
  EXPECT_EQ(taken, 100);
  for (int i = 0; i < 4; ++i) budget.succeeded();
  EXPECT_FALSE(budget.take());
  budget.succeeded();
  EXPECT_TRUE(budget.take());
  EXPECT_FALSE(budget.take());
}

TEST(Retry, TheBudgetIsNeverMoreThanFull) {
  RetryBudget budget;
  for (int i = 0; i < 10'000; ++i) budget.succeeded();
  int taken = 0;
  while (budget.take()) ++taken;
  EXPECT_EQ(taken, 100);
}

}  // namespace
}  // namespace walrus::store::dynamodb
