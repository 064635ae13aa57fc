#include "base/task.h"

#include <gtest/gtest.h>

#include "base/task_group.h"
#include "base/worker_pool.h"
#include "testing/manual_loop.h"

namespace walrus {
namespace {

using testing::ManualClock;
using testing::ManualLoop;

Task<int> add(int a, int b) {
  co_return a + b;
}

Task<int> add_three(int a, int b, int c) {
  int ab = co_await add(a, b);
  co_return co_await add(ab, c);
}

TEST(TaskTest, ReturnsThroughNestedCalls) {
  ManualClock clock;
  ManualLoop loop(clock);
  EXPECT_EQ(testing::run(loop, add_three(1, 2, 3)), 6);
}

Task<int> throwing() {
  co_await home_loop();
  throw std::runtime_error("bug");
}

TEST(TaskTest, CarriesExceptionsToTheAwaiter) {
  ManualClock clock;
  ManualLoop loop(clock);
  EXPECT_THROW(testing::run(loop, throwing()), std::runtime_error);
}

Task<Duration> slept(Duration length) {
  Loop& loop = co_await home_loop();
  Duration before = loop.clock().monotonic();
  co_await sleep_for(length);
  co_return loop.clock().monotonic() - before;
}

TEST(TaskTest, SleepsOnTheLoopsClock) {
  ManualClock clock;
  ManualLoop loop(clock);
  TaskGroup group(loop, [](std::exception_ptr) { FAIL(); });
  Duration took{0};
  auto wrap = [](Duration& out) -> Task<void> { out = co_await slept(std::chrono::seconds(3)); };
  group.start(wrap(took));
  loop.advance(std::chrono::milliseconds(2999));
  EXPECT_EQ(group.running(), 1u);
  loop.advance(std::chrono::milliseconds(1));
  EXPECT_EQ(group.running(), 0u);
  EXPECT_EQ(took, std::chrono::seconds(3));
}

TEST(TaskTest, OffloadResumesAtHome) {
  ManualClock clock;
  ManualLoop loop(clock);
  WorkerPool pool(2, "test");
  auto body = [](WorkerPool& workers) -> Task<bool> {
    auto home = std::this_thread::get_id();
    auto where = co_await offload(workers, [] { return std::this_thread::get_id(); });
    co_return where != home&& std::this_thread::get_id() == home;
  };
  EXPECT_TRUE(testing::run(loop, body(pool)));
}

TEST(TaskTest, OffloadCarriesExceptions) {
  ManualClock clock;
  ManualLoop loop(clock);
  WorkerPool pool(1, "test");
  auto body = [](WorkerPool& workers) -> Task<int> {
    co_return co_await offload(workers, []() -> int { throw std::runtime_error("bug"); });
  };
  EXPECT_THROW(testing::run(loop, body(pool)), std::runtime_error);
}

TEST(TaskGroupTest, TellsWhenIdle) {
  ManualClock clock;
  ManualLoop loop(clock);
  TaskGroup group(loop, [](std::exception_ptr) { FAIL(); });
  auto sleeper = []() -> Task<void> { co_await sleep_for(std::chrono::seconds(1)); };
  group.start(sleeper());
  bool idle = false;
  group.when_idle([&] { idle = true; });
  loop.run_until_idle();
  EXPECT_FALSE(idle);
  loop.advance(std::chrono::seconds(1));
  EXPECT_TRUE(idle);
}

}  // namespace
}  // namespace walrus
