#include "llm/circuit_breaker.h"

#include <gtest/gtest.h>

#include "testing/manual_loop.h"

namespace walrus::llm {
namespace {

using namespace std::chrono_literals;

TEST(CircuitBreaker, OpensForFiveSecondsAndThenLetsOneThrough) {
  testing::ManualClock clock;
  CircuitBreaker breaker(clock);
  EXPECT_TRUE(breaker.enter());
  EXPECT_TRUE(breaker.enter());  // closed: as many as come
  breaker.failed();
  EXPECT_FALSE(breaker.closed());
  clock.advance(5s - 1us);
  EXPECT_FALSE(breaker.enter());
  clock.advance(1us);
  EXPECT_TRUE(breaker.closed());
  EXPECT_TRUE(breaker.enter());
  EXPECT_FALSE(breaker.closed());
  EXPECT_FALSE(breaker.enter());  // the probe is under way
}

TEST(CircuitBreaker, TheProbeDecides) {
  testing::ManualClock clock;
  CircuitBreaker breaker(clock);
  breaker.failed();
  clock.advance(5s);
  ASSERT_TRUE(breaker.enter());
  breaker.failed();
  EXPECT_FALSE(breaker.enter());
  clock.advance(5s);
  ASSERT_TRUE(breaker.enter());
  breaker.succeeded();
  EXPECT_TRUE(breaker.enter());
  EXPECT_TRUE(breaker.enter());
}

TEST(CircuitBreaker, AnUndecidedProbeMakesRoomForTheNext) {
  testing::ManualClock clock;
  CircuitBreaker breaker(clock);
  breaker.failed();
  clock.advance(5s);
  ASSERT_TRUE(breaker.enter());
  breaker.undecided();
  EXPECT_TRUE(breaker.enter());
  EXPECT_FALSE(breaker.enter());
}

}  // namespace
}  // namespace walrus::llm
