// The floor under main-content extraction: labelled pages of many kinds, measured as the article
// extraction benchmark does, by the overlap of their sequences of four words.
#include <gtest/gtest.h>
#include <unicode/uchar.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "base/utf8.h"
#include "extract/readers/read_for_test.h"

namespace walrus::extract {
namespace {

constexpr double kLeastMean = 0.97;
constexpr double kLeastOfAPage = 0.85;
constexpr std::size_t kFewestPages = 50;

// Runs of letters, digits and underscores.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words(1);
  for (std::size_t at = 0; at < text.size();) {
    char32_t c = next_code_point(text, at);
    bool belongs = u_isalnum(static_cast<UChar32>(c)) || c == U'_';
    if (belongs) append_code_point(words.back(), c);
    if (!belongs && !words.back().empty()) words.emplace_back();
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

using Shingles = std::map<std::vector<std::string>, std::size_t>;

Shingles shingles_of(std::string_view text) {
  constexpr std::size_t kLength = 4;
  std::vector<std::string> words = words_of(text);
  Shingles shingles;
  for (std::size_t i = 0; i + kLength <= std::max(words.size(), kLength); ++i) {
    std::size_t end = std::min(i + kLength, words.size());
    if (i < end) ++shingles[{words.begin() + i, words.begin() + end}];
  }
  return shingles;
}

struct Score {
  double precision = 0;
  double recall = 0;
  double f1() const {
    return precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
  }
};

std::size_t count(const Shingles& shingles) {
  std::size_t all = 0;
  for (const auto& [shingle, times] : shingles) all += times;
  return all;
}

Score score_of(std::string_view expected, std::string_view found) {
  Shingles wanted = shingles_of(expected);
  Shingles given = shingles_of(found);
  std::size_t common = 0;
  for (const auto& [shingle, times] : wanted) {
    auto match = given.find(shingle);
    if (match != given.end()) common += std::min(times, match->second);
  }
  auto share = [&](std::size_t whole) {
    return whole == 0 ? 0.0 : static_cast<double>(common) / static_cast<double>(whole);
  };
  return {share(count(given)), share(count(wanted))};
}

TEST(HtmlPagesScore, CountsSequencesOfFourWordsOnBothSides) {
  Score same = score_of("one two three four five", "One: two");
  EXPECT_EQ(same.f1(), 0);
  Score half = score_of("a b c d e f g", "a, b - c d e; x y z");
  EXPECT_DOUBLE_EQ(half.precision, 2.0 / 5);
  EXPECT_DOUBLE_EQ(half.recall, 2.0 / 4);
  EXPECT_DOUBLE_EQ(score_of("so short", "so short").f1(), 1);
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::filesystem::path> pages() {
  const char* source = std::getenv("WALRUS_SOURCE_DIR");
  std::filesystem::path folder =
      std::filesystem::path(source == nullptr ? "." : source) / "server/extract/testdata/pages";
  std::vector<std::filesystem::path> found;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".html") found.push_back(entry.path());
  }
  std::ranges::sort(found);
  return found;
}

TEST(HtmlPages, TheMainTextIsFoundOnPagesOfManyKinds) {
  double precision = 0;
  double recall = 0;
  std::vector<std::filesystem::path> all = pages();
  ASSERT_GE(all.size(), kFewestPages);
  for (std::filesystem::path page : all) {
    auto document = try_read(Format::kHtml, read_file(page));
    ASSERT_TRUE(document) << page;
    Score score = score_of(read_file(page.replace_extension(".txt")), document->text);
    std::printf("%-36s %.3f  precision %.3f  recall %.3f\n", page.stem().c_str(), score.f1(),
                score.precision, score.recall);
    EXPECT_GE(score.f1(), kLeastOfAPage) << page;
    precision += score.precision;
    recall += score.recall;
  }
  Score mean{precision / static_cast<double>(all.size()), recall / static_cast<double>(all.size())};
  std::printf("%-36s %.3f  precision %.3f  recall %.3f\n", "all", mean.f1(), mean.precision,
              mean.recall);
  EXPECT_GE(mean.f1(), kLeastMean);
}

}  // namespace
}  // namespace walrus::extract
