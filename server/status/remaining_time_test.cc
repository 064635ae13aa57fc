// What the remaining time promises, one by one.
#include "status/remaining_time.h"

#include <gtest/gtest.h>

#include <random>

namespace walrus::status {
namespace {

using namespace std::chrono_literals;

constexpr int kEnd = 3;

std::shared_ptr<PastCosts> past_of(std::vector<double> seconds_per_unit) {
  auto past = std::make_shared<PastCosts>();
  FinishedWork work{.size = 100, .variety = ".txt", .steps = {}};
  for (std::size_t i = 0; i < seconds_per_unit.size(); ++i) {
    work.steps.push_back({std::to_string(i), 100, 100 * seconds_per_unit[i]});
  }
  past->learn(work);
  return past;
}

RemainingTime of_four_steps(std::shared_ptr<const PastCosts> past) {
  RemainingTime remaining({"0", "1", "2", "end"}, std::move(past));
  remaining.describe(100, ".txt");
  return remaining;
}

TEST(RemainingTime, IsNothingUntilEveryStepThatIsLeftCanBeForeseen) {
  RemainingTime first = of_four_steps(nullptr);
  EXPECT_FALSE(first.estimate(0s));
  first.reach(0, 0s, false);
  first.count(5s, 50, 100);
  EXPECT_FALSE(first.estimate(5s)) << "what comes after this step is not known";
  first.reach(1, 10s, false);
  first.expect(2, 0);
  first.count(15s, 1, 2);
  EXPECT_NEAR(first.estimate(15s).value_or(0), 5, 0.1) << "nothing is to be done after it";
}

TEST(RemainingTime, AddsWhatLaterStepsCostAtTheWorkTheyWillHave) {
  RemainingTime remaining = of_four_steps(past_of({0.1, 0.2, 0.3}));
  remaining.reach(0, 0s, false);
  EXPECT_NEAR(*remaining.estimate(0s), 10 + 20 + 30, 0.1);
  RemainingTime larger = of_four_steps(past_of({0.1, 0.2, 0.3}));
  larger.describe(200, ".txt");
  larger.expect(2, 10);
  larger.reach(0, 0s, false);
  EXPECT_NEAR(*larger.estimate(0s), 20 + 40 + 3, 0.1);
}

TEST(RemainingTime, CountsDownAndNeverBelowNothing) {
  RemainingTime remaining = of_four_steps(past_of({0.1, 0.1, 0.1}));
  remaining.reach(0, 0s, false);
  remaining.reach(1, 10s, false);
  remaining.reach(2, 20s, false);
  double before = *remaining.estimate(20s);
  EXPECT_NEAR(before, 10, 0.1);
  for (int second = 21; second < 60; ++second) {
    double now = *remaining.estimate(std::chrono::seconds(second));
    EXPECT_GE(now, 0);
    EXPECT_LE(now, 10);
    if (second < 29) EXPECT_NEAR(before - now, 1, 0.2);
    before = now;
  }
}

TEST(RemainingTime, RisesAQuarterAndHalfASecondAtMost) {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    RemainingTime remaining = of_four_steps(past_of({0.1, 0.2, 0.3}));
    Duration now{0};
    std::optional<double> before;
    for (int step = 0; step < kEnd; ++step) {
      remaining.reach(step, now, random() % 4 == 0);
      for (unsigned done = 0; done < 20; ++done) {
        Duration passed = std::chrono::milliseconds(random() % (random() % 10 == 0 ? 30'000 : 500));
        now += passed;
        if (random() % 8 == 0) remaining.expect(2, random() % 100'000);
        remaining.count(now, random() % 2 ? done : random() % 20, random() % 5 ? 20 : 0);
        std::optional<double> left = remaining.estimate(now);
        ASSERT_TRUE(left);
        ASSERT_GE(*left, 0);
        ASSERT_LE(*left, RemainingTime::kLongest);
        if (before) {
          double counted_down =
              std::max(0.0, *before - std::chrono::duration<double>(passed).count());
          ASSERT_LE(*left, counted_down * 1.25 + 0.5 + 1e-9);
        }
        before = left;
      }
    }
  }
}

TEST(RemainingTime, IsBoundedWhateverThePastSays) {
  RemainingTime remaining = of_four_steps(past_of({1e9, 1e12, 1e9}));
  remaining.reach(0, 0s, false);
  EXPECT_EQ(remaining.estimate(0s), RemainingTime::kLongest);
}

// A step that an earlier run began does not look as fast as if this run had done all of it.
TEST(RemainingTime, OfAStepTakenUpAgainRestsOnWhatThisRunDid) {
  RemainingTime remaining = of_four_steps(nullptr);
  remaining.expect(2, 0);
  remaining.reach(1, 0s, true);
  remaining.count(0s, 50, 100);
  EXPECT_FALSE(remaining.estimate(1s));
  remaining.count(10s, 60, 100);
  EXPECT_NEAR(remaining.estimate(10s).value_or(0), 40, 0.1);
}

TEST(RemainingTime, TeachesOnlyStepsThatThisRunDidWhole) {
  RemainingTime remaining = of_four_steps(nullptr);
  remaining.reach(0, 0s, true);
  remaining.reach(1, 5s, false);
  remaining.expect(1, 7);
  remaining.reach(2, 8s, false);
  remaining.expect(2, 0);
  FinishedWork work = remaining.finished(10s);
  PastCosts past;
  auto changed = past.learn(work);
  EXPECT_EQ(changed, (std::vector<PastCosts::Key>{{"", "1"}, {".txt", "1"}}));
  EXPECT_NEAR(past.find("", "1")->seconds_for(7), 3, 0.01);
}

}  // namespace
}  // namespace walrus::status
