#include "app/shutdown.h"

#include <gtest/gtest.h>

#include <thread>

namespace walrus::app {
namespace {

using namespace std::chrono_literals;

TEST(ShutdownTest, WaitsForAPartThatEnds) {
  Shutdown shutdown(1min);
  std::thread part;
  EXPECT_TRUE(shutdown.wait_for([&](Work done) { part = std::thread(std::move(done)); }));
  part.join();
  EXPECT_TRUE(shutdown.wait_for([](Work done) { done(); }));
}

TEST(ShutdownTest, HasOneLimitForAllParts) {
  constexpr auto kLimit = 100ms;
  Shutdown shutdown(kLimit);
  Work late;
  EXPECT_FALSE(shutdown.wait_for([&](Work done) { late = std::move(done); }));
  auto over = std::chrono::steady_clock::now();
  EXPECT_FALSE(shutdown.wait_for([](Work) {}));
  EXPECT_LT(std::chrono::steady_clock::now() - over, kLimit);
  late();
}

}  // namespace
}  // namespace walrus::app
