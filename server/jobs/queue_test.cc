#include "jobs/queue.h"

#include <gtest/gtest.h>

#include <random>

namespace walrus::jobs {
namespace {

class QueueTest : public ::testing::Test {
 protected:
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
  using Ids = std::vector<std::string>;
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
  EXPECT_EQ(queue.order(), (Ids{"x1", "y1", "z1", "x2", "z2", "x3", "x4"}));
  EXPECT_EQ(pop_all(), (Ids{"x1", "y1", "z1", "x2", "z2", "x3", "x4"}));
}

TEST_F(QueueTest, WhoComesLaterWaitsNoLongerThanATurnOfEach) {
  for (int i = 0; i < 100; ++i) push("x", "x" + std::to_string(i));
  queue.pop();
  push("y", "y");
  EXPECT_EQ(queue.order()[1], "y");
}

TEST_F(QueueTest, OneIsTakenOutWhereverItStands) {
  for (const char* id : {"x1", "x2"}) push("x", id);
  push("y", "y1");
  EXPECT_EQ(queue.find("x2")->record.state.operation.id, "x2");
  EXPECT_EQ(queue.take("y1")->record.state.operation.owner, "y");
  EXPECT_FALSE(queue.take("y1"));
  EXPECT_EQ(queue.find("y1"), nullptr);
  EXPECT_TRUE(queue.take("x1"));
  EXPECT_EQ(pop_all(), Ids{"x2"});
}

// However it is used, what order() says is what comes.
TEST_F(QueueTest, TheOrderIsTheTruth) {
  unsigned seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 2'000; ++i) {
    unsigned what = random() % 5;
    if (what < 3) {
      push(std::string(1, static_cast<char>('a' + random() % 4)), std::to_string(i));
    } else if (what == 3) {
      Ids order = queue.order();
      auto next = queue.pop();
      ASSERT_EQ(next.has_value(), !order.empty());
      if (next) ASSERT_EQ(next->record.state.operation.id, order.front());
    } else if (!queue.empty()) {
      ASSERT_TRUE(queue.take(queue.order()[random() % queue.size()]));
    }
    ASSERT_EQ(queue.order().size(), queue.size());
  }
  Ids order = queue.order();
  EXPECT_EQ(pop_all(), order);
}

}  // namespace
}  // namespace walrus::jobs
