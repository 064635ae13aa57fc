#include "crawl/fingerprint.h"

#include <gtest/gtest.h>

#include <bit>
#include <string>

namespace walrus::crawl {
namespace {

// So many different words, one of them replaced where `changed` says so.
std::string text_of(int words, int changed = -1) {
  std::string text;
  for (int i = 0; i < words; ++i) {
    text += (i == changed ? "changed" : "word" + std::to_string(i * i)) + (i % 7 == 0 ? "\n" : " ");
  }
  return text;
}

int distance(const std::string& a, const std::string& b) {
  return std::popcount(fingerprint_of(a) ^ fingerprint_of(b));
}

TEST(FingerprintTest, NearTextsAreNearAndOthersFar) {
  EXPECT_EQ(distance(text_of(500), text_of(500)), 0);
  EXPECT_LE(distance(text_of(2000), text_of(2000, 700)), 3);
  EXPECT_GT(distance(text_of(300), "x " + text_of(100) + text_of(90, 3)), 3);
  std::string other;
  for (int i = 0; i < 300; ++i) other += "clam" + std::to_string(i) + " ";
  EXPECT_GT(distance(text_of(300), other), 15);
}

TEST(FingerprintTest, WhiteSpaceDoesNotCount) {
  EXPECT_EQ(fingerprint_of(text_of(50)), fingerprint_of("\n\n  " + text_of(50) + "\t"));
}

TEST(FingerprintTest, ShortTextsHaveNone) {
  EXPECT_EQ(fingerprint_of(""), 0u);
  EXPECT_EQ(fingerprint_of(text_of(kLeastWords - 1)), 0u);
  EXPECT_NE(fingerprint_of(text_of(kLeastWords)), 0u);
}

TEST(NearTextsTest, FindsTheFirstWithinThreeBits) {
  NearTexts texts;
  constexpr std::uint64_t kOne = 0x0123456789ABCDEF;
  texts.add(0, 99);
  texts.add(kOne, 1);
  texts.add(kOne ^ 1, 2);
  EXPECT_EQ(texts.find(0), -1);
  EXPECT_EQ(texts.find(kOne), 1);
  EXPECT_EQ(texts.find(kOne ^ 0x0001'0001'0001'0000), 1);
  EXPECT_EQ(texts.find(kOne ^ 0x8000'0000'0000'000F), -1);
  EXPECT_EQ(texts.find(kOne ^ 0x0001'0001'0001'0001), 2) << "four bits from the first";
}

}  // namespace
}  // namespace walrus::crawl
