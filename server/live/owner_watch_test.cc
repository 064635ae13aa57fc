// Whoever watches an owner hears of each of his operations once, on the own loop.
#include "live/owner_watch.h"

#include <gtest/gtest.h>

#include "testing/manual_loop.h"

namespace walrus::live {
namespace {

struct Heard final : OwnerListener {
  void on_opened(const status::State& state) override { ids.push_back(state.operation.id); }
  std::vector<std::string> ids;
};

status::State operation(std::string id, std::string owner) {
  status::State state;
  state.operation = {.id = std::move(id), .owner = std::move(owner)};
  return state;
}

TEST(OwnerWatchTest, TellsTheOwnersOwnOnEachLoopUntilTheyLeave) {
  testing::ManualClock clock;
  testing::ManualLoop one{clock};
  testing::ManualLoop two{clock};
  OwnerWatch watch({&one, &two});
  auto here = std::make_shared<Heard>();
  auto there = std::make_shared<Heard>();
  watch.opened(operation("before", "bob"));
  watch.add(one, "bob", here);
  watch.add(two, "bob", there);
  watch.opened(operation("a", "bob"));
  watch.opened(operation("b", "eve"));
  EXPECT_TRUE(here->ids.empty());  // never inside the call
  one.run_until_idle();
  two.run_until_idle();
  EXPECT_EQ(here->ids, std::vector<std::string>{"a"});
  EXPECT_EQ(there->ids, here->ids);
  watch.remove(two, "bob", there.get());
  watch.remove(two, "bob", there.get());  // again: nothing happens
  watch.opened(operation("c", "bob"));
  one.run_until_idle();
  two.run_until_idle();
  EXPECT_EQ(here->ids, (std::vector<std::string>{"a", "c"}));
  EXPECT_EQ(there->ids.size(), 1u);
  watch.remove(one, "bob", here.get());
  EXPECT_EQ(here.use_count(), 1);
}

}  // namespace
}  // namespace walrus::live
