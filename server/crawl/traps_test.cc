#include "crawl/traps.h"

#include <gtest/gtest.h>

namespace walrus::crawl {
namespace {

net::Url url(std::string_view text) {
  return net::Url::parse(text).value();
}

std::string times(int count, const std::string& text, bool numbered) {
  std::string out;
  for (int i = 0; i < count; ++i) out += text + (numbered ? std::to_string(i) : "");
  return out;
}

TEST(Trap, APathThatIsTooDeep) {
  EXPECT_FALSE(find_trap(url("http://a.example" + times(20, "/s", true))));
  EXPECT_EQ(find_trap(url("http://a.example" + times(21, "/s", true))), Trap::kDeepPath);
}

TEST(Trap, ASegmentThatComesAgainAndAgain) {
  EXPECT_FALSE(find_trap(url("http://a.example/docs/a/docs/b")));
  EXPECT_EQ(find_trap(url("http://a.example/docs/a/docs/b/docs/")), Trap::kRepeatedSegment);
  EXPECT_FALSE(find_trap(url("http://a.example////a")));
}

TEST(Trap, AQueryThatExplodes) {
  EXPECT_FALSE(find_trap(url("http://a.example/?" + times(16, "&p", true))));
  EXPECT_EQ(find_trap(url("http://a.example/?" + times(17, "&p", true))), Trap::kLongQuery);
  EXPECT_FALSE(find_trap(url("http://a.example/?" + times(8, "&p=1", false))));
  EXPECT_EQ(find_trap(url("http://a.example/?" + times(9, "&p=", true))), Trap::kLongQuery);
}

TEST(Trap, HasWords) {
  for (Trap trap : {Trap::kDeepPath, Trap::kRepeatedSegment, Trap::kLongQuery}) {
    EXPECT_TRUE(words_of(trap).starts_with("its "));
  }
}

TEST(PageShape, IsOneForADaysOfACalendar) {
  std::string shape = page_shape(url("https://a.example/calendar/2024/01/31?view=day&on=1"));
  EXPECT_EQ(shape, "https://a.example/calendar/#/#/#?on&view");
  EXPECT_EQ(page_shape(url("https://a.example/calendar/1999/12/1?on=2&view=week&on=3")), shape);
  EXPECT_NE(page_shape(url("https://a.example/calendar/2024/01?on&view")), shape);
  EXPECT_EQ(page_shape(url("http://1.2.3.4:8080/a")), "http://1.2.3.4:8080/a");
}

}  // namespace
}  // namespace walrus::crawl
