#include "crawl/wildcard.h"

#include <gtest/gtest.h>

#include <string>

namespace walrus::crawl {
namespace {

TEST(Wildcard, MatchesTheWhole) {
  for (auto [text, pattern] : {std::pair{"/a/b.pdf", "*.pdf"},
                               {"/a/b", "/a/*"},
                               {"/a/", "/a/*"},
                               {"/a/b/c/d", "/a/*/d"},
                               {"aXbXb", "a*b"},
                               {"", "*"},
                               {"", ""},
                               {"abc", "***abc**"},
                               {"a?b", "a?*"},
                               {"abcabd", "*ab*d"}}) {
    EXPECT_TRUE(matches_whole(text, pattern)) << text << " " << pattern;
  }
  for (auto [text, pattern] : {std::pair{"/a/b.pdfx", "*.pdf"},
                               {"/a", "/a/*"},
                               {"ab", "ab*b"},
                               {"/a/b", "/A/*"},
                               {"axb", "a?b"},
                               {"aba", "ab*ba"},
                               {"a", ""}}) {
    EXPECT_FALSE(matches_whole(text, pattern)) << text << " " << pattern;
  }
}

TEST(Wildcard, MatchesABeginning) {
  EXPECT_TRUE(matches_beginning("/fish/salmon", "/fish"));
  EXPECT_TRUE(matches_beginning("/a/b.php?c", "/*.php"));
  EXPECT_TRUE(matches_beginning("/a", ""));
  EXPECT_TRUE(matches_beginning("/a", "/a*"));
  EXPECT_FALSE(matches_beginning("/Fish", "/fish"));
  EXPECT_FALSE(matches_beginning("/a.ph", "/*.php"));
  EXPECT_FALSE(matches_beginning("/ab", "/ab*b"));
}

TEST(Wildcard, ManyStarsTakeLinearTime) {
  std::string pattern;
  for (int i = 0; i < 100'000; ++i) pattern += "*a";
  EXPECT_FALSE(matches_whole(std::string(200'000, 'a') + "b", pattern));
}

}  // namespace
}  // namespace walrus::crawl
