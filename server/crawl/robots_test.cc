#include "crawl/robots.h"

#include <gtest/gtest.h>

namespace walrus::crawl {
namespace {

using std::chrono::milliseconds;

bool allows(std::string_view text, std::string_view path, std::string_view agent = "WalrusBot") {
  return Robots::parse(text, agent).check("https://a.example" + std::string(path)).allowed;
}

TEST(Robots, NothingForbidsNothing) {
  EXPECT_TRUE(allows("", "/"));
  EXPECT_TRUE(allows("Disallow: /", "/")) << "for nobody";
  EXPECT_TRUE(allows("User-agent: *\nDisallow:", "/"));
  EXPECT_TRUE(allows("User-agent: OtherBot\nDisallow: /", "/"));
  EXPECT_TRUE(allows("<html><p>Not found: /</p></html>", "/"));
}

TEST(Robots, TheGroupOfTheNameCountsAlone) {
  constexpr std::string_view kText =
      "User-agent: *\nDisallow: /\n\nUser-agent: walrusbot/2.0 beta\nDisallow: /private\n"
      "User-agent: OtherBot\nDisallow: /b\nUser-agent: WALRUSBOT\nDisallow: /more\n";
  EXPECT_TRUE(allows(kText, "/"));
  EXPECT_TRUE(allows(kText, "/b"));
  EXPECT_FALSE(allows(kText, "/private"));
  EXPECT_FALSE(allows(kText, "/more")) << "groups of one name are one";
  EXPECT_FALSE(allows(kText, "/private", "WalrusBot/0.1"));
  EXPECT_FALSE(allows(kText, "/b", "ThirdBot"));
  EXPECT_TRUE(allows("User-agent: WalrusBot\n\nUser-agent: *\nAllow: /a\nDisallow: /", "/a"));
}

TEST(Robots, TheLongestRuleDecidesAndSaysSo) {
  Robots robots = Robots::parse(
      "user-agent: *\ndisallow: /a\nAllow : /a/b  # why\nDisallow: /a/b/*.pdf$\nAllow: /c\n"
      "Disallow: /c\n",
      "WalrusBot");
  RobotsVerdict denied = robots.check("https://a.example/a/x");
  EXPECT_FALSE(denied.allowed);
  EXPECT_EQ(denied.line, 2);
  EXPECT_EQ(denied.rule, "disallow: /a");
  RobotsVerdict allowed = robots.check("https://a.example/a/b/c");
  EXPECT_TRUE(allowed.allowed);
  EXPECT_EQ(allowed.line, 3);
  EXPECT_EQ(allowed.rule, "Allow: /a/b");
  EXPECT_EQ(robots.check("https://a.example/a/b/c.pdf").line, 4);
  EXPECT_EQ(robots.check("https://a.example/a/b/c.pdf?d").line, 3);
  EXPECT_EQ(robots.check("https://a.example/c").line, 5) << "of equal ones the kinder";
  RobotsVerdict none = robots.check("https://a.example/d");
  EXPECT_TRUE(none.allowed);
  EXPECT_EQ(none.line, 0);
  EXPECT_EQ(none.rule, "");
}

TEST(Robots, ReadsLinesHoweverTheyEnd) {
  for (const char* text :
       {"User-agent: *\r\n\r\nDisallow: /a\r\n", "User-agent: *\r\rDisallow: /a\r",
        "\xEF\xBB\xBFUser-agent: *\n\nDisallow: /a", "\tuser-agent * \n\n  disallow /a\t"}) {
    RobotsVerdict verdict = Robots::parse(text, "WalrusBot").check("https://a.example/a");
    EXPECT_FALSE(verdict.allowed) << text;
    EXPECT_EQ(verdict.line, 3) << text;
  }
  EXPECT_TRUE(allows("User-agent: *\nDisallow /a b", "/a")) << "two words without a colon";
}

TEST(Robots, EscapesAreComparedAsTheyMean) {
  EXPECT_FALSE(allows("User-agent: *\nDisallow: /\xe3\x83\x84", "/%E3%83%84"));
  EXPECT_FALSE(allows("User-agent: *\nDisallow: /%e3%83%84", "/%E3%83%84"));
  EXPECT_FALSE(allows("User-agent: *\nDisallow: /%E3%83%84", "/%e3%83%84"));
  EXPECT_TRUE(allows("User-agent: *\nDisallow: /%62", "/b")) << "as Google has it";
}

TEST(Robots, AFoldersIndexIsTheFolder) {
  constexpr std::string_view kText = "User-agent: *\nDisallow: /\nAllow: /a/index.html";
  EXPECT_TRUE(allows(kText, "/a/"));
  EXPECT_TRUE(allows(kText, "/a/index.html"));
  EXPECT_FALSE(allows(kText, "/a/b"));
}

std::optional<milliseconds> delay(std::string_view lines) {
  return Robots::parse("User-agent: *\n" + std::string(lines), "WalrusBot").crawl_delay();
}

TEST(Robots, HasTheDelayOfItsGroup) {
  EXPECT_EQ(delay("Crawl-delay: 2.5"), milliseconds(2500));
  EXPECT_EQ(delay("crawl-delay:1\nCrawl-Delay: 7"), milliseconds(7000));
  EXPECT_EQ(delay("Crawl-delay: 1e300"), std::chrono::hours(24));
  for (const char* line : {"", "Crawl-delay:", "Crawl-delay: -1", "Crawl-delay: 5 s",
                           "Crawl-delay: nan", "Crawl-delay: soon"}) {
    EXPECT_FALSE(delay(line)) << line;
  }
  EXPECT_FALSE(delay("Disallow: /a\nUser-agent: OtherBot\nCrawl-delay: 5"));
  EXPECT_FALSE(delay("Crawl-delay: 5\nDisallow: /a\nUser-agent: WalrusBot\nDisallow: /b"));
}

TEST(Robots, HasTheSitemapsOfEveryGroup) {
  Robots robots = Robots::parse(
      "Sitemap: https://a.example/1.xml\nUser-agent: OtherBot\nSITEMAP: /2.xml#x\nSitemap:\n",
      "WalrusBot");
  EXPECT_EQ(robots.sitemaps(), (std::vector<std::string>{"https://a.example/1.xml", "/2.xml"}));
}

TEST(Robots, EndsWhereItIsTooLong) {
  std::string text = "User-agent: *\nDisallow: /early\n";
  text.append(Robots::kMostBytes - text.size() - 14, '#');
  EXPECT_FALSE(allows(text + "\nDisallow: /b", "/b"));
  EXPECT_TRUE(allows(text + "\nDisallow: /beyond", "/b")) << "a rule cut off midway is none";
  EXPECT_TRUE(allows(text + "\nDisallow: /beyond", "/beyond"));
  EXPECT_FALSE(allows(text + "\nDisallow: /beyond", "/early"));
  std::string line = "User-agent: *\nDisallow: /" + std::string(20'000, 'a') + "\nDisallow: /b";
  EXPECT_FALSE(allows(line, "/b"));
}

}  // namespace
}  // namespace walrus::crawl
