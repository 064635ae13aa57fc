#include "webhooks/slots.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "base/task_group.h"
#include "testing/manual_loop.h"

namespace walrus::webhooks {
namespace {

class SlotsTest : public ::testing::Test {
 protected:
  void ask(Slots& slots, std::string owner) {
    tasks.start(hold(slots, std::move(owner)));
    loop.run_until_idle();
  }
  void give(Slots& slots, const std::string& owner) {
    slots.give(owner);
    loop.run_until_idle();
  }
  Task<void> hold(Slots& slots, std::string owner) {
    co_await slots.take(owner);
    took.push_back(owner);
  }

  testing::ManualClock clock;
  testing::ManualLoop loop{clock};
  TaskGroup tasks{loop, [](std::exception_ptr) { ADD_FAILURE(); }};
  std::vector<std::string> took;  // in order
};

using ::testing::ElementsAre;

TEST_F(SlotsTest, NoOwnerGetsMoreThanItsShare) {
  Slots slots(4, 2);
  for (const char* owner : {"bob", "bob", "bob", "bob", "alice"}) ask(slots, owner);
  EXPECT_THAT(took, ElementsAre("bob", "bob", "alice"));
  give(slots, "alice");
  EXPECT_THAT(took, ElementsAre("bob", "bob", "alice"));
  give(slots, "bob");
  give(slots, "bob");
  EXPECT_THAT(took, ElementsAre("bob", "bob", "alice", "bob", "bob"));
}

TEST_F(SlotsTest, FirstComeFirstServedOfAllThereAre) {
  Slots slots(2, 2);
  for (const char* owner : {"bob", "bob", "carol", "alice"}) ask(slots, owner);
  EXPECT_THAT(took, ElementsAre("bob", "bob"));
  give(slots, "bob");
  give(slots, "bob");
  EXPECT_THAT(took, ElementsAre("bob", "bob", "carol", "alice"));
}

// Whatever comes and goes: the bounds hold, and nobody waits who could have one.
TEST_F(SlotsTest, HoldsItsBoundsAndLeavesNoneIdle) {
  unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  Slots slots(5, 2);
  std::map<std::string, int> asked;
  std::map<std::string, int> held;
  std::size_t seen = 0;
  for (int step = 0; step < 2000; ++step) {
    std::string owner(1, static_cast<char>('a' + random() % 4));
    if (random() % 2 == 0 && asked[owner] < 6) {
      ++asked[owner];
      ask(slots, owner);
    } else if (held[owner] > 0) {
      --held[owner];
      give(slots, owner);
    }
    for (; seen < took.size(); ++seen) {
      --asked[took[seen]];
      ++held[took[seen]];
    }
    int total = 0;
    for (const auto& [name, count] : held) {
      total += count;
      ASSERT_LE(count, 2) << name;
    }
    ASSERT_LE(total, 5);
    for (const auto& [name, count] : asked) {
      ASSERT_TRUE(count == 0 || held[name] == 2 || total == 5) << name;
    }
  }
  while (tasks.running() > 0) {
    auto holder = std::ranges::find_if(held, [](const auto& entry) { return entry.second > 0; });
    ASSERT_NE(holder, held.end());
    --holder->second;
    give(slots, holder->first);
    for (; seen < took.size(); ++seen) ++held[took[seen]];
  }
}

}  // namespace
}  // namespace walrus::webhooks
