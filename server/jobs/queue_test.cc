#include "jobs/queue.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace walrus::jobs {
namespace {

class QueueTest : public ::testing::Test {
 protected:
  using Ids = std::vector<std::string>;
  void push(const std::string& owner, const std::string& id) {
    Waiting waiting;
    waiting.record.state.operation.owner = owner;
    waiting.record.state.operation.id = id;
    queue.push(std::move(waiting));
  }
  std::vector<std::string> pop_all() {
    std::vector<std::string> ids;
    while (auto next = queue.pop()) ids.push_back(next->record.state.operation.id);
    return ids;
  }
  Ids order() {
    Ids ids;
    std::map<std::string, int> seen;  // by owner
    queue.visit([&](int position, const Waiting& waiting) {
      ids.push_back(waiting.record.state.operation.id);
      EXPECT_EQ(position, ++seen[waiting.record.state.operation.owner]);
      return true;
    });
    return ids;
  }
  int position_of(const std::string& id) {
    int found = 0;
    queue.visit([&](int position, const Waiting& waiting) {
      if (waiting.record.state.operation.id == id) found = position;
      return true;
    });
    return found;
  }
  Queue queue;
};

TEST_F(QueueTest, OneOwnerIsServedInOrder) {
  for (const char* id : {"a", "b", "c"}) push("x", id);
  EXPECT_EQ(queue.size(), 3u);
  EXPECT_EQ(pop_all(), (Ids{"a", "b", "c"}));
  EXPECT_TRUE(queue.empty());
}

TEST_F(QueueTest, OwnersTakeTurns) {
  for (const char* id : {"x1", "x2", "x3", "x4"}) push("x", id);
  push("y", "y1");
  push("z", "z1");
  push("z", "z2");
  EXPECT_EQ(order(), (Ids{"x1", "y1", "z1", "x2", "z2", "x3", "x4"}));
  EXPECT_EQ(pop_all(), (Ids{"x1", "y1", "z1", "x2", "z2", "x3", "x4"}));
}

TEST_F(QueueTest, WhoComesLaterWaitsNoLongerThanATurnOfEach) {
  for (int i = 0; i < 100; ++i) push("x", "x" + std::to_string(i));
  queue.pop();
  push("y", "y");
  EXPECT_EQ(order()[1], "y");
}

TEST_F(QueueTest, OneIsTakenOutWhereverItStands) {
  for (const char* id : {"x1", "x2"}) push("x", id);
  push("y", "y1");
  EXPECT_EQ(queue.take("y1")->record.state.operation.owner, "y");
  EXPECT_FALSE(queue.take("y1"));
  EXPECT_TRUE(queue.take("x1"));
  EXPECT_EQ(pop_all(), Ids{"x2"});
}

TEST_F(QueueTest, AVisitEndsWhenItsVisitorHasSeenEnough) {
  for (const char* id : {"x1", "x2", "x3"}) push("x", id);
  int seen = 0;
  queue.visit([&](int, const Waiting&) { return ++seen < 2; });
  EXPECT_EQ(seen, 2);
}

// Invariant 12: what others have waiting moves nobody's position.
TEST_F(QueueTest, APositionTellsNothingOfOthers) {
  push("x", "x1");
  push("x", "x2");
  for (int i = 0; i < 10; ++i) push("y", "y" + std::to_string(i));
  EXPECT_EQ(queue.position_of_next("x"), 3);
  EXPECT_EQ(queue.position_of_next("z"), 1);
  EXPECT_EQ(position_of("x2"), 2);
}

// However it is used, what a visit sees is what comes.
TEST_F(QueueTest, TheOrderIsTheTruth) {
  unsigned seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 2'000; ++i) {
    unsigned what = random() % 5;
    if (what < 3) {
      std::string owner(1, static_cast<char>('a' + random() % 4));
      int expected = queue.position_of_next(owner);
      push(owner, std::to_string(i));
      ASSERT_EQ(position_of(std::to_string(i)), expected);
    } else if (what == 3) {
      Ids ids = order();
      auto next = queue.pop();
      ASSERT_EQ(next.has_value(), !ids.empty());
      if (next) ASSERT_EQ(next->record.state.operation.id, ids.front());
    } else if (!queue.empty()) {
      ASSERT_TRUE(queue.take(order()[random() % queue.size()]));
    }
    ASSERT_EQ(order().size(), queue.size());
  }
  Ids ids = order();
  EXPECT_EQ(pop_all(), ids);
}

}  // namespace
}  // namespace walrus::jobs
