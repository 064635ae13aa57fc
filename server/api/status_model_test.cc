// Invariants 1 to 6, 9 and 10 of the status model in drawn worlds: publishers, readers that come,
// stall and go, a store that fails before and after its commits, kills of the server.
// WALRUS_SEED=n replays one seed, WALRUS_SEEDS=n draws as many.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "api/drawn_world_for_test.h"

namespace walrus::api {
namespace {

constexpr unsigned kSeeds = 2'000;

unsigned number_from(const char* name, unsigned otherwise) {
  const char* value = std::getenv(name);
  return value ? static_cast<unsigned>(std::strtoul(value, nullptr, 10)) : otherwise;
}

std::string fault_of(unsigned seed) {
  World world(seed);
  world.go_on(static_cast<int>(60 + seed % 200));
  return world.end();
}

TEST(StatusModel, HoldsInEveryDrawnWorld) {
  unsigned first = number_from("WALRUS_SEED", 1);
  unsigned last = std::getenv("WALRUS_SEED") ? first : number_from("WALRUS_SEEDS", kSeeds);
  for (unsigned seed = first; seed <= last; ++seed) {
    ASSERT_EQ(fault_of(seed), "") << "WALRUS_SEED=" << seed;
  }
}

TEST(StatusModel, TheCheckFindsALogThatSaysDurableTooEarly) {
  int found = 0;
  for (unsigned seed = 1; seed <= 20; ++seed) {
    World world(seed);
    world.plant_lying_log();
    world.go_on(150);
    found += world.end().empty() ? 0 : 1;
  }
  EXPECT_GT(found, 15);
}

Seen event(std::uint64_t id, std::string_view step, int percent,
           std::string_view outcome = "processing") {
  return {id, fmt::format(R"({{"type":"status","attempt":1,"processing_status":"{}",)"
                          R"("processing_step":"{}","progress_percentage":{}}})",
                          outcome, step, percent)};
}

std::string fault_in(std::vector<Seen> history) {
  ReaderCheck check;
  check.connected(0);
  for (const Seen& seen : history) check.take(seen);
  return check.fault();
}

TEST(StatusModel, TheCheckOfAReaderFindsPlantedFaults) {
  Seen begin = event(1, "validating", 10);
  Seen goes_on = event(2, "extracting_text", 30);
  Seen end = event(3, "finished", 100, "completed");
  EXPECT_EQ(fault_in({begin, goes_on, end}), "");
  EXPECT_EQ(fault_in({goes_on, end}), "");  // from a position
  EXPECT_NE(fault_in({begin, begin}), "");  // no care at the seam between replay and live
  EXPECT_NE(fault_in({goes_on, begin}), "");
  EXPECT_NE(fault_in({begin, end}), "");  // a hole
  EXPECT_NE(fault_in({begin, goes_on, end, event(4, "finished", 100, "completed")}), "");
  EXPECT_NE(fault_in({begin, event(2, "validating", 9)}), "");
  EXPECT_NE(fault_in({goes_on, event(3, "validating", 31)}), "");
  EXPECT_NE(fault_in({begin, event(2, "extracting_text", 100)}), "");
  EXPECT_NE(fault_in({begin, event(2, "finished", 99, "completed")}), "");
}

}  // namespace
}  // namespace walrus::api
