#include "base/event_loop.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>
#include <vector>

namespace walrus {
namespace {

using namespace std::chrono_literals;

TEST(EventLoopTest, ATimerThatHadExpiredWhenItWasCancelledDoesNotFire) {
  SystemClock clock;
  EventLoop loop(clock);
  bool fired = false;
  TimerId second = 0;
  loop.post([&] {
    loop.after(1us, [&] {
      loop.cancel(second);
      loop.post([&] { loop.stop(); });
    });
    second = loop.after(1us, [&] { fired = true; });
    // Both expire before the loop looks at them, so both are ready when the first one runs.
    Duration until = clock.monotonic() + 1ms;
    while (clock.monotonic() < until) {
    }
  });
  loop.run();
  EXPECT_FALSE(fired);
}

TEST(EventLoopTest, RunsWhatOtherThreadsPostInOrder) {
  SystemClock clock;
  EventLoop loop(clock);
  std::vector<int> order;
  std::thread other([&] {
    for (int i = 0; i < 100; ++i) loop.post([&order, i] { order.push_back(i); });
    loop.post([&] { loop.stop(); });
  });
  loop.run();
  other.join();
  ASSERT_EQ(order.size(), 100u);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

}  // namespace
}  // namespace walrus
