#include "base/stoppable_wait.h"

#include <gtest/gtest.h>

#include <thread>

#include "testing/manual_loop.h"

namespace walrus {
namespace {

using namespace std::chrono_literals;

class StoppableWaitTest : public ::testing::Test {
 protected:
  void start() {
    auto wait = [](std::stop_token token, std::optional<bool>& out) -> Task<void> {
      out = co_await sleep_unless_stopped(2s, std::move(token));
    };
    group_.start(wait(stop_.get_token(), slept_));
  }

  testing::ManualClock clock_;
  testing::ManualLoop loop_{clock_};
  TaskGroup group_{loop_, [](std::exception_ptr) { FAIL(); }};
  std::stop_source stop_;
  std::optional<bool> slept_;
};

TEST_F(StoppableWaitTest, SleepsItsTime) {
  start();
  loop_.advance(2s - 1us);
  EXPECT_FALSE(slept_);
  loop_.advance(1us);
  EXPECT_EQ(slept_, true);
  stop_.request_stop();
  loop_.run_until_idle();
}

TEST_F(StoppableWaitTest, EndsWithAStop) {
  start();
  loop_.advance(1s);
  std::thread([this] { stop_.request_stop(); }).join();
  loop_.run_until_idle();
  EXPECT_EQ(slept_, false);
  EXPECT_EQ(loop_.timers(), 0U);
}

TEST_F(StoppableWaitTest, EndsAtOnceWhenAlreadyStopped) {
  stop_.request_stop();
  start();
  loop_.run_until_idle();
  EXPECT_EQ(slept_, false);
  EXPECT_EQ(loop_.timers(), 0U);
}

TEST_F(StoppableWaitTest, AYieldLetsOtherWorkRun) {
  std::string order;
  auto yielding = [](std::string& out) -> Task<void> {
    out += "a";
    co_await yield_to_loop();
    out += "c";
  };
  group_.start(yielding(order));
  loop_.post([&] { order += "d"; });
  order += "b";
  loop_.run_until_idle();
  EXPECT_EQ(order, "abcd");
}

}  // namespace
}  // namespace walrus
