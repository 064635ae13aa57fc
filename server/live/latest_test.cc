#include "live/latest.h"

#include <gtest/gtest.h>

namespace walrus::live {
namespace {

std::shared_ptr<const LatestStatus> status(std::uint64_t sequence, std::string body = "{}") {
  return std::make_shared<const LatestStatus>("local", sequence, false, std::move(body));
}

std::uint64_t sequence_of(const Latest& latest, const std::string& id) {
  auto found = latest.find(id);
  return found ? found->sequence : 0;
}

TEST(LatestTest, GivesTheNewestThatWasPublished) {
  Latest latest;
  EXPECT_EQ(latest.find("a"), nullptr);
  latest.publish("a", status(1));
  latest.publish("a", status(3));
  latest.publish("a", status(2));  // of another thread, overtaken
  EXPECT_EQ(sequence_of(latest, "a"), 3u);
  EXPECT_EQ(latest.find("b"), nullptr);
}

// A sequence is an ETag: what was shown under one stays.
TEST(LatestTest, NeverShowsAnotherStatusUnderTheSameSequence) {
  Latest latest;
  latest.publish("document", status(7, "completed"));
  latest.publish("document", status(7, "processing again"));
  EXPECT_EQ(latest.find("document")->body, "completed");
}

TEST(LatestTest, FillsWhatWasReadUnlessSomethingHappenedMeanwhile) {
  Latest latest;
  std::uint64_t ticket = latest.ticket("a");
  latest.fill("a", ticket, status(4));
  EXPECT_EQ(sequence_of(latest, "a"), 4u);

  ticket = latest.ticket("b");
  latest.publish("b", status(9));
  latest.fill("b", ticket, status(8));
  EXPECT_EQ(sequence_of(latest, "b"), 9u);

  ticket = latest.ticket("c");
  latest.erase("c");  // deleted between the read and now
  latest.fill("c", ticket, status(5));
  EXPECT_EQ(latest.find("c"), nullptr);
}

TEST(LatestTest, ForgetsWhatIsErased) {
  Latest latest;
  latest.publish("a", status(1));
  latest.erase("a");
  EXPECT_EQ(latest.find("a"), nullptr);
  latest.publish("a", status(1));
  EXPECT_NE(latest.find("a"), nullptr);
}

TEST(LatestTest, IsBoundedAndKeepsWhatCameLast) {
  constexpr std::size_t kCapacity = 160;
  constexpr int kPublished = 5'000;
  Latest latest(kCapacity);
  std::size_t kept = 0;
  for (int i = 0; i < kPublished; ++i) {
    std::string id = std::to_string(i);
    latest.publish(id, status(1));
    EXPECT_NE(latest.find(id), nullptr);
  }
  for (int i = 0; i < kPublished; ++i) kept += latest.find(std::to_string(i)) != nullptr;
  EXPECT_LE(kept, kCapacity + 16);  // a stripe rounds up
  EXPECT_GE(kept, kCapacity / 2);
}

// What is full loses nothing when what it holds already only moves on.
TEST(LatestTest, AnUpdateEvictsNothing) {
  Latest latest(1);
  std::vector<std::string> ids;
  for (int i = 0; i < 200; ++i) {
    std::string id = std::to_string(i);
    latest.publish(id, status(1));
    ids.push_back(id);
  }
  std::erase_if(ids, [&](const std::string& id) { return latest.find(id) == nullptr; });
  for (const std::string& id : ids) latest.publish(id, status(2));
  for (const std::string& id : ids) EXPECT_EQ(sequence_of(latest, id), 2u);
}

}  // namespace
}  // namespace walrus::live
