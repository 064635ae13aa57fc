#include "crawl/frontier.h"

#include <gtest/gtest.h>

namespace walrus::crawl {
namespace {

net::Url url(std::string_view text) {
  return *net::Url::parse(text);
}

class FrontierTest : public ::testing::Test {
 protected:
  FrontierTest() { reset({}); }
  void reset(FrontierLimits limits, Filter filter = {}) {
    frontier.emplace(url("https://a.example/docs/"), std::move(filter), limits, Tracking::kKept);
  }
  std::string offered(std::string_view text, int depth = 1) {
    auto page = frontier->offer(url(text), depth);
    if (!page) return "known";
    return page->skipped.empty() ? "waits" : page->skipped;
  }
  std::vector<std::string> all() {
    std::vector<std::string> urls;
    while (auto page = frontier->next()) urls.push_back(page->url);
    return urls;
  }
  std::optional<Frontier> frontier;
};

TEST_F(FrontierTest, AsksBreadthFirstAndForEachUrlOnce) {
  EXPECT_EQ(offered("https://a.example/docs/"), "waits");
  EXPECT_EQ(offered("https://a.example/docs/deep", 2), "waits");
  EXPECT_EQ(offered("https://a.example/docs/b"), "waits");
  EXPECT_EQ(offered("https://a.example:443/docs/x/../b#part"), "known");
  EXPECT_EQ(frontier->total(), 3);
  EXPECT_EQ(all(), (std::vector<std::string>{"https://a.example/docs/", "https://a.example/docs/b",
                                             "https://a.example/docs/deep"}));
  EXPECT_EQ(frontier->total(), 3);
}

TEST_F(FrontierTest, SaysWhyItDoesNotFollow) {
  reset({.max_depth = 2, .most_of_shape = 2}, {.include = {}, .exclude = {"*/private/*"}});
  EXPECT_EQ(offered("http://a.example/docs/"), "off-prefix");
  EXPECT_EQ(offered("https://a.example/blog/"), "off-prefix");
  EXPECT_EQ(offered("https://user@a.example/docs/"), "its URL is too long or names a user");
  EXPECT_EQ(offered("https://a.example/docs/private/x"), "left out by include or exclude");
  EXPECT_EQ(offered("https://a.example/docs/c", 3), "depth");
  EXPECT_EQ(offered("https://a.example/docs/tusk.JPG?size=2"), "type: .jpg");
  EXPECT_EQ(offered("https://a.example/docs/a/b/a/b/a/b"),
            "trap: its path has one segment in over two places");
  EXPECT_EQ(offered("https://a.example/docs/2024/01"), "waits");
  EXPECT_EQ(offered("https://a.example/docs/2024/02"), "waits");
  EXPECT_EQ(offered("https://a.example/docs/2024/03"), "trap: over 2 pages of one kind");
  EXPECT_FALSE(frontier->offer(url("mailto:a@b.example"), 1));
}

TEST_F(FrontierTest, NeverAsksForMoreThanItMay) {
  reset({.max_pages = 2});
  for (const char* page : {"1", "2", "3"}) offered("https://a.example/docs/p" + std::string(page));
  EXPECT_EQ(frontier->total(), 2);
  auto first = frontier->next();
  EXPECT_TRUE(frontier->next());
  EXPECT_FALSE(frontier->next());
  EXPECT_TRUE(frontier->is_full());
  frontier->take_back();  // a redirect
  EXPECT_EQ(frontier->next()->url, "https://a.example/docs/p3");
  frontier->again(*first);
  EXPECT_EQ(frontier->next()->url, first->url);
  EXPECT_FALSE(frontier->next());
  EXPECT_TRUE(frontier->drain("max_pages").empty());
}

TEST_F(FrontierTest, LeavesWhatItMayNotAskForWithItsReason) {
  reset({.max_pages = 1});
  for (const char* page : {"1", "2", "3"}) offered("https://a.example/docs/p" + std::string(page));
  all();
  auto left = frontier->drain("max_pages");
  ASSERT_EQ(left.size(), 2u);
  EXPECT_EQ(left[0].skipped, "max_pages");
  EXPECT_EQ(left[0].number, 1);
  EXPECT_EQ(frontier->waiting(), 0u);
}

TEST_F(FrontierTest, RemembersSoManyAndCountsTheOthers) {
  reset({.most_known = 2});
  for (const char* page : {"1", "2", "3", "3"})
    offered("https://a.example/docs/p" + std::string(page));
  EXPECT_EQ(all().size(), 2u);
  EXPECT_EQ(frontier->forgotten(), 1);
}

TEST_F(FrontierTest, GoesOnWhereAnEarlierRunWas) {
  frontier->restore({0, "https://a.example/docs/", 1, {}}, false, true);
  frontier->restore({2, "https://a.example/docs/b", 2, {}}, true, false);
  frontier->restore({6, "https://b.example/", 2, {}}, false, false);
  EXPECT_EQ(frontier->requested(), 1);
  EXPECT_EQ(offered("https://a.example/docs/"), "known");
  EXPECT_EQ(offered("https://b.example/"), "known");
  auto page = frontier->offer(url("https://a.example/docs/c"), 2);
  ASSERT_TRUE(page);
  EXPECT_EQ(page->number, 7) << "no other page's";
  EXPECT_EQ(all(),
            (std::vector<std::string>{"https://a.example/docs/b", "https://a.example/docs/c"}));
}

}  // namespace
}  // namespace walrus::crawl
