#include "llm/text_merger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <vector>

#include "base/utf8.h"
#include "testing/manual_loop.h"

namespace walrus::llm {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

class TextMergerTest : public ::testing::Test {
 protected:
  testing::ManualClock clock_;
  testing::ManualLoop loop_{clock_};
  std::vector<std::string> sent_;
  std::unique_ptr<TextMerger> merger_ = std::make_unique<TextMerger>(
      loop_, [this](std::string text) { sent_.push_back(std::move(text)); });
};

TEST_F(TextMergerTest, NeverHoldsTheFirstBack) {
  merger_->add("first");
  EXPECT_THAT(sent_, ElementsAre("first"));
}

TEST_F(TextMergerTest, JoinsWhatComesWithinTheInterval) {
  merger_->add("a");
  merger_->add("b");
  loop_.advance(4ms);
  merger_->add("c");
  EXPECT_THAT(sent_, ElementsAre("a"));
  loop_.advance(5ms);
  EXPECT_THAT(sent_, ElementsAre("a"));
  loop_.advance(1ms);
  EXPECT_THAT(sent_, ElementsAre("a", "bc"));
  merger_->add("d");
  EXPECT_THAT(sent_, ElementsAre("a", "bc"));
  loop_.advance(10ms);
  EXPECT_THAT(sent_, ElementsAre("a", "bc", "d"));
}

TEST_F(TextMergerTest, PassesSlowPiecesAtOnce) {
  for (const char* piece : {"a", "b", "c"}) {
    merger_->add(piece);
    EXPECT_EQ(sent_.back(), piece);
    loop_.advance(10ms);
  }
  EXPECT_EQ(loop_.timers(), 0U);
}

TEST_F(TextMergerTest, FlushesAtTheEndAndSendsNothingLater) {
  merger_->add("a");
  merger_->add("b");
  merger_->flush();
  EXPECT_THAT(sent_, ElementsAre("a", "b"));
  merger_->flush();
  loop_.advance(1s);
  EXPECT_THAT(sent_, ElementsAre("a", "b"));
  EXPECT_EQ(loop_.timers(), 0U);
}

TEST_F(TextMergerTest, HoldsHalfACodePoint) {
  merger_->add("\xE2\x82");
  EXPECT_TRUE(sent_.empty());
  merger_->add("\xAC!");
  EXPECT_THAT(sent_, ElementsAre("\xE2\x82\xAC!"));
  loop_.advance(10ms);
  merger_->add("x\xF0\x9F");
  EXPECT_EQ(sent_.back(), "x");
  merger_->flush();
  EXPECT_EQ(sent_.back(), "\xEF\xBF\xBD");
}

TEST_F(TextMergerTest, ReplacesWhatIsNoUtf8) {
  merger_->add(
      "a\xFF"
      "b\x80");
  EXPECT_THAT(sent_, ElementsAre("a\xEF\xBF\xBD"
                                 "b\xEF\xBF\xBD"));
}

TEST_F(TextMergerTest, SendsNothingOnceDestroyed) {
  merger_->add("a");
  merger_->add("b");
  merger_.reset();
  loop_.advance(1s);
  EXPECT_THAT(sent_, ElementsAre("a"));
}

TEST_F(TextMergerTest, LosesNothingHoweverThePiecesFall) {
  unsigned seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 200; ++round) {
    sent_.clear();
    TextMerger merger(loop_, [this](std::string text) {
      ASSERT_FALSE(text.empty());
      ASSERT_TRUE(is_valid_utf8(text));
      sent_.push_back(std::move(text));
    });
    std::string all;
    for (int i = 0; i < 60; ++i) append_code_point(all, U"aé€😀\n"[random() % 5]);
    Duration began = clock_.monotonic();
    for (std::size_t at = 0; at < all.size();) {
      std::size_t size = 1 + random() % 7;
      merger.add(std::string_view(all).substr(at, size));
      at += size;
      loop_.advance(std::chrono::milliseconds(random() % 6));
    }
    merger.flush();
    std::string joined;
    for (const std::string& text : sent_) joined += text;
    ASSERT_EQ(joined, all);
    // One at the start, one an interval, one at the end.
    ASSERT_LE(sent_.size(), 2 + static_cast<std::size_t>((clock_.monotonic() - began) / 10ms));
  }
}

}  // namespace
}  // namespace walrus::llm
