#include "text/tokens.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>

#include "base/json.h"
#include "base/utf8.h"
#include "text/byte_pairs.h"
#include "text/pretokenize.h"

namespace walrus::text {
namespace {

const TokenCounter& counter() {
  static const TokenCounter made;
  return made;
}

std::string golden_file() {
  const char* source = std::getenv("WALRUS_SOURCE_DIR");
  std::ifstream file(std::string(source ? source : ".") +
                     "/server/text/testdata/cl100k_golden.json");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(TokenCounterTest, AgreesWithTheReference) {
  Result<json::value> golden = parse_json(golden_file());
  ASSERT_TRUE(golden) << golden.error().message;
  ASSERT_GT(golden->as_array().size(), 400u);
  for (const json::value& item : golden->as_array()) {
    std::string_view text = view(item.as_object().at("text").as_string());
    std::vector<std::uint32_t> expected;
    for (const json::value& token : item.as_object().at("tokens").as_array()) {
      expected.push_back(static_cast<std::uint32_t>(token.as_int64()));
    }
    EXPECT_EQ(counter().encode(text), expected) << "'" << text << "'";
    EXPECT_EQ(counter().count(text), expected.size());
  }
}

TEST(TokenCounterTest, WhiteSpaceIsUnicodes) {
  // JavaScript disagrees, so these are not among the reference's texts.
  EXPECT_EQ(piece_end("\u0085\u0085x", 0), 2u) << "the last space goes with the word";
  EXPECT_EQ(piece_end("\uFEFF!", 0), 4u) << "U+FEFF is no space";
}

TEST(TokenCounterTest, PiecesTileAnyText) {
  unsigned seed = std::random_device{}();
  SCOPED_TRACE(::testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  const char32_t characters[] = {' ', '\n', '\r', '\t',   'a',   'S',    '\'',
                                 '1', '!',  0xA0, 0x4E00, 0x661, 0x1F600};
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (int i = random() % 30; i > 0; --i) append_code_point(text, characters[random() % 13]);
    for (std::size_t at = 0; at < text.size();) {
      std::size_t end = piece_end(text, at);
      ASSERT_GT(end, at);
      ASSERT_LE(end, text.size());
      ASSERT_TRUE(is_code_point_start(text, end));
      at = end;
    }
  }
}

// The textbook's algorithm, quadratic: looks for the lowest rank again after each merge.
std::vector<std::uint32_t> merge_slowly(const Vocabulary& vocabulary, std::string_view piece) {
  std::vector<std::string> parts;
  for (char c : piece) parts.emplace_back(1, c);
  while (true) {
    std::uint32_t best = Vocabulary::kNone;
    std::size_t where = 0;
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
      std::uint32_t rank = vocabulary.rank(parts[i] + parts[i + 1]);
      if (rank < best) best = rank, where = i;
    }
    if (best == Vocabulary::kNone) break;
    parts[where] += parts[where + 1];
    parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(where) + 1);
  }
  std::vector<std::uint32_t> ranks;
  ranks.reserve(parts.size());
  for (const std::string& part : parts) ranks.push_back(vocabulary.rank(part));
  return ranks;
}

TEST(PieceEncoderTest, MergesAsTheTextbookDoes) {
  Vocabulary vocabulary(
      "YQ== 0\nYg== 1\nYw== 2\nYWI= 3\nYWE= 4\nYmM= 5\nYWJj 6\nYWFhYQ== 7\nYWFh 8\n");
  ASSERT_EQ(vocabulary.size(), 9u);
  EXPECT_EQ(vocabulary.bytes(6), "abc");
  EXPECT_EQ(vocabulary.rank("abcd"), Vocabulary::kNone);
  unsigned seed = std::random_device{}();
  SCOPED_TRACE(::testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  PieceEncoder encoder(vocabulary);
  for (int round = 0; round < 5000; ++round) {
    std::string piece;
    for (int i = random() % 40; i >= 0; --i) piece.push_back("abc"[random() % 3]);
    if (vocabulary.rank(piece) != Vocabulary::kNone) continue;
    ASSERT_EQ(encoder.encode(piece), merge_slowly(vocabulary, piece)) << piece;
  }
}

double seconds_to_count(const std::string& text) {
  auto start = std::chrono::steady_clock::now();
  EXPECT_GT(counter().count(text), 0u);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// Quadratic code would need minutes for these.
TEST(TokenCounterTest, HostileTextIsCountedInTime) {
  std::string emoji;
  while (emoji.size() < 1 << 20) emoji += "\U0001F9AD";
  std::string ab;
  while (ab.size() < 1 << 20) ab += "ab";
  for (const std::string& text :
       {std::string(1 << 20, 'a'), std::string(1 << 20, ' '), std::string(1 << 20, '\n'),
        std::string(1 << 20, '='), std::string(1 << 20, '7'), std::string(1 << 20, '\''), emoji,
        ab}) {
    EXPECT_LT(seconds_to_count(text), 20) << text.substr(0, 4);
  }
}

TEST(TokenCounterTest, CountsBrokenUtf8WithoutFalling) {
  for (std::string text : {"\xFF", "\xE2\x82", "a\xF0", "\xC3\xC3\xC3", "\x80\x80 x"}) {
    EXPECT_GT(counter().count(text), 0u);
  }
}

TEST(TokenCounterTest, SpeedOnEnglish) {
  std::string text;
  while (text.size() < 4 << 20) {
    text +=
        "The total number of tokens, counted exactly, tells what an answer costs; it's shown "
        "live. ";
    text += std::to_string(text.size() * 2654435761u % 100000);
  }
  double seconds = seconds_to_count(text);
  RecordProperty("megabytes_per_second", static_cast<int>(text.size() / seconds / 1e6));
  EXPECT_GT(text.size() / seconds / 1e6, 0.1);
}

}  // namespace
}  // namespace walrus::text
