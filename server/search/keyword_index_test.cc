#include "search/keyword_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace walrus::search {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(ChooseTerms, AllOfThemWhereThatIsCheap) {
  EXPECT_THAT(choose_terms(std::vector<std::int64_t>{90, 3, 100, 0}, 100), ElementsAre(3, 1, 0, 2));
  EXPECT_THAT(choose_terms({}, 100), IsEmpty());
}

TEST(ChooseTerms, NotThoseInMostChunksWhenThereAreRarerOnes) {
  std::vector<std::int64_t> counts = {90'000, 500, 60'000, 0, 20'000};
  EXPECT_THAT(choose_terms(counts, 100'000), ElementsAre(3, 1, 4));
}

TEST(ChooseTerms, TheRarestOfThoseInMostChunksWhenThereIsNothingElse) {
  EXPECT_THAT(choose_terms(std::vector<std::int64_t>{90'000, 60'000, 0}, 100'000),
              ElementsAre(2, 1));
}

TEST(ChooseTerms, KeepsTheSumInBounds) {
  std::vector<std::int64_t> counts(20, 10'000);
  EXPECT_THAT(choose_terms(counts, 100'000), SizeIs(4));
}

TEST(ChooseTerms, NeverTooMany) {
  EXPECT_THAT(choose_terms(std::vector<std::int64_t>(1'000, 1), 100'000), SizeIs(kMostTerms));
}

TEST(MatchExpression, QuotesEverything) {
  EXPECT_EQ(
      match_expression(std::vector<std::string>{"a", "OR", "say \"x\"", std::string("n\0m", 3)}),
      "\"a\" OR \"OR\" OR \"say \"\"x\"\"\" OR \"n m\"");
}

TEST(CompressTerms, ComesBack) {
  std::string body;
  for (int i = 0; i < 1'000; ++i) body += "term" + std::to_string(i % 37) + " ";
  for (const ChunkTerms& terms :
       {ChunkTerms{"a title", body}, ChunkTerms{"", "x"}, ChunkTerms{"", ""}}) {
    std::string packed = compress_terms(terms);
    auto unpacked = decompress_terms(std::as_bytes(std::span(packed)));
    ASSERT_TRUE(unpacked);
    EXPECT_EQ(unpacked->title, terms.title);
    EXPECT_EQ(unpacked->body, terms.body);
  }
}

TEST(CompressTerms, DamageIsSeen) {
  std::string packed = compress_terms({"title", "some words of a body"});
  for (std::size_t length = 0; length < packed.size(); ++length) {
    EXPECT_FALSE(decompress_terms(std::as_bytes(std::span(packed.data(), length)))) << length;
  }
  // A size that would take gigabytes is not believed.
  std::string claims = packed;
  for (int i = 4; i < 8; ++i) claims[i] = '\xff';
  EXPECT_FALSE(decompress_terms(std::as_bytes(std::span(claims))));
}

}  // namespace
}  // namespace walrus::search
