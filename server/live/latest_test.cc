#include "live/latest.h"

#include <gtest/gtest.h>

namespace walrus::live {
namespace {

std::shared_ptr<const LatestStatus> status(std::uint64_t sequence, std::string body = "{}") {
  return std::make_shared<const LatestStatus>("local", "o", sequence, std::move(body));
}

std::uint64_t sequence_of(const Latest& latest, const std::string& id) {
  auto found = latest.find(id);
  return found ? found->sequence : 0;
}

// As a reader who finds nothing.
void fill(Latest& latest, const std::string& id, std::uint64_t sequence) {
  latest.fill(id, latest.ticket(id), status(sequence));
}

// As the hub. Whether anybody gets to see it.
bool publish(Latest& latest, const std::string& id, std::uint64_t sequence) {
  if (!latest.changed(id)) return false;
  latest.publish(id, status(sequence));
  return true;
}

TEST(LatestTest, GivesTheNewestOfWhatSomebodyAskedFor) {
  Latest latest;
  EXPECT_FALSE(publish(latest, "a", 1));
  EXPECT_EQ(latest.find("a"), nullptr);
  fill(latest, "a", 1);
  EXPECT_TRUE(publish(latest, "a", 3));
  EXPECT_TRUE(publish(latest, "a", 2));  // of another thread, overtaken
  EXPECT_EQ(sequence_of(latest, "a"), 3u);
  EXPECT_EQ(latest.find("b"), nullptr);
}

// A sequence is an ETag: what was shown under one stays.
TEST(LatestTest, NeverShowsAnotherStatusUnderTheSameSequence) {
  Latest latest;
  latest.fill("document", latest.ticket("document"), status(7, "completed"));
  latest.publish("document", status(7, "processing again"));
  EXPECT_EQ(latest.find("document")->body, "completed");
}

TEST(LatestTest, FillsWhatWasReadUnlessSomethingHappenedMeanwhile) {
  Latest latest;
  std::uint64_t ticket = latest.ticket("a");
  latest.fill("a", ticket, status(4));
  EXPECT_EQ(sequence_of(latest, "a"), 4u);

  ticket = latest.ticket("b");
  publish(latest, "b", 9);
  latest.fill("b", ticket, status(8));
  EXPECT_EQ(latest.find("b"), nullptr);

  ticket = latest.ticket("c");
  latest.erase("c");  // deleted between the read and now
  latest.fill("c", ticket, status(5));
  EXPECT_EQ(latest.find("c"), nullptr);

  // Between what the hub says and what it publishes.
  fill(latest, "d", 1);
  EXPECT_TRUE(latest.changed("d"));
  latest.erase("d");
  latest.publish("d", status(2));
  EXPECT_EQ(latest.find("d"), nullptr);
}

TEST(LatestTest, ForgetsWhatIsErased) {
  Latest latest;
  fill(latest, "a", 1);
  latest.erase("a");
  EXPECT_EQ(latest.find("a"), nullptr);
  fill(latest, "a", 1);
  EXPECT_NE(latest.find("a"), nullptr);
}

TEST(LatestTest, IsBoundedAndKeepsWhatCameLast) {
  constexpr std::size_t kCapacity = 160;
  constexpr int kFilled = 5'000;
  Latest latest(kCapacity);
  std::size_t kept = 0;
  for (int i = 0; i < kFilled; ++i) {
    std::string id = std::to_string(i);
    fill(latest, id, 1);
    EXPECT_NE(latest.find(id), nullptr);
  }
  for (int i = 0; i < kFilled; ++i) kept += latest.find(std::to_string(i)) != nullptr;
  EXPECT_LE(kept, kCapacity + 16);  // a stripe rounds up
  EXPECT_GE(kept, kCapacity / 2);
}

// What is full loses nothing when what it holds already only moves on.
TEST(LatestTest, AnUpdateEvictsNothing) {
  Latest latest(1);
  std::vector<std::string> ids;
  for (int i = 0; i < 200; ++i) {
    std::string id = std::to_string(i);
    fill(latest, id, 1);
    ids.push_back(id);
  }
  std::erase_if(ids, [&](const std::string& id) { return latest.find(id) == nullptr; });
  for (const std::string& id : ids) publish(latest, id, 2);
  for (const std::string& id : ids) EXPECT_EQ(sequence_of(latest, id), 2u);
}

}  // namespace
}  // namespace walrus::live
