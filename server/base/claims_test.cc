#include "base/claims.h"

#include <gtest/gtest.h>

#include "testing/manual_loop.h"

namespace walrus {
namespace {

using std::chrono::seconds;
using testing::ManualClock;
using testing::ManualLoop;

class ClaimsTest : public ::testing::Test {
 protected:
  // Waits ten seconds at most; `out` has the claim, or null, once it is known.
  void want(const ClaimedThing& wanted_thing, std::optional<Claims::Claim>& out) {
    auto keep = [](Claims& from, ClaimedThing wanted,
                   std::optional<Claims::Claim>& kept) -> Task<void> {
      kept = co_await from.take_when_free(std::move(wanted), seconds(10));
    };
    tasks.start(keep(claims, wanted_thing, out));
    loop.run_until_idle();
  }

  ManualClock clock;
  ManualLoop loop{clock};
  Claims claims;
  TaskGroup tasks{loop, [](std::exception_ptr) { FAIL(); }};
  const ClaimedThing thing{"local", "a"};
};

TEST_F(ClaimsTest, AThingIsOnesUntilItIsGivenBack) {
  Claims::Claim first = claims.take(thing);
  ASSERT_TRUE(first);
  EXPECT_FALSE(claims.take(thing));
  first.reset();
  EXPECT_TRUE(claims.take(thing));
}

TEST_F(ClaimsTest, AnotherThingAndAnotherOwnersAreFree) {
  Claims::Claim first = claims.take(thing);
  EXPECT_TRUE(claims.take({"local", "b"}));
  EXPECT_TRUE(claims.take({"eve", "a"}));
  EXPECT_TRUE(claims.take({"eve a", ""})) << "owner and id are not run together";
}

TEST_F(ClaimsTest, ThoseWhoWaitGetItInTheOrderOfAsking) {
  Claims::Claim first = claims.take(thing);
  std::optional<Claims::Claim> second;
  std::optional<Claims::Claim> third;
  want(thing, second);
  want(thing, third);
  loop.advance(seconds(9));
  EXPECT_FALSE(second);
  first.reset();
  loop.run_until_idle();
  ASSERT_TRUE(second && *second);
  EXPECT_FALSE(third);
  EXPECT_FALSE(claims.take(thing)) << "nobody comes between";
  second->reset();
  loop.run_until_idle();
  EXPECT_TRUE(third && *third);
  EXPECT_EQ(loop.timers(), 0u);
}

TEST_F(ClaimsTest, WhoHasWaitedLongEnoughGetsNoneAndIsPassedOver) {
  Claims::Claim first = claims.take(thing);
  std::optional<Claims::Claim> second;
  want(thing, second);
  loop.advance(seconds(5));
  std::optional<Claims::Claim> third;
  want(thing, third);
  loop.advance(seconds(5));
  ASSERT_TRUE(second);
  EXPECT_FALSE(*second);
  first.reset();
  loop.run_until_idle();
  EXPECT_TRUE(third && *third);
}

}  // namespace
}  // namespace walrus
