#include "crawl/robots_directives.h"

#include <gtest/gtest.h>

#include <vector>

namespace walrus::crawl {
namespace {

RobotsDirectives of(std::vector<std::string> values) {
  return directives_from(values, "WalrusBot/0.1");
}

constexpr RobotsDirectives kNothing{};
constexpr RobotsDirectives kNoindex{.noindex = true};
constexpr RobotsDirectives kNofollow{.nofollow = true};
constexpr RobotsDirectives kBoth{.noindex = true, .nofollow = true};

TEST(RobotsDirectives, AreReadInAnyCaseAndOrder) {
  EXPECT_EQ(of({}), kNothing);
  EXPECT_EQ(of({"noindex"}), kNoindex);
  EXPECT_EQ(of({" NoFollow "}), kNofollow);
  EXPECT_EQ(of({"nofollow,\tNOINDEX"}), kBoth);
  EXPECT_EQ(of({"none"}), kBoth);
  EXPECT_EQ(of({"noindex", "nofollow"}), kBoth) << "of several headers";
}

TEST(RobotsDirectives, OfOthersSayNothing) {
  for (const char* value :
       {"", ",", "all", "index, follow", "noarchive", "nosnippet", "noindexing", "no index"}) {
    EXPECT_EQ(of({value}), kNothing) << value;
  }
}

TEST(RobotsDirectives, CanBeForOneCrawlerAlone) {
  EXPECT_EQ(of({"walrusbot: noindex, nofollow"}), kBoth);
  EXPECT_EQ(of({"otherbot: noindex, nofollow"}), kNothing);
  EXPECT_EQ(of({"WalrusBot2: noindex"}), kNothing);
  EXPECT_EQ(of({"otherbot: noindex, WALRUSBOT : nofollow"}), kNofollow) << "of joined headers";
  EXPECT_EQ(of({"otherbot: none", "noindex"}), kNoindex);
  EXPECT_EQ(of({": noindex"}), kNothing);
}

TEST(RobotsDirectives, WithAValueAreNoCrawlersName) {
  EXPECT_EQ(of({"max-snippet: 20, noindex"}), kNoindex);
  EXPECT_EQ(of({"unavailable_after: 25 Jun 2024 15:00:00 PST, nofollow"}), kNofollow);
}

}  // namespace
}  // namespace walrus::crawl
