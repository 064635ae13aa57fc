#include <filesystem>
#include <fstream>
#include <iostream>

#include "cli/commands_for_test.h"

namespace walrus::cli {
namespace {

TEST(CheckUrlTest, PrintsTheNormalForm) {
  Outcome outcome = run({"check", "url", " HTTP://Me:x@Example.com:80/a/../b?c#d "});
  EXPECT_EQ(outcome.code, kDone);
  EXPECT_EQ(outcome.out, "http://Me:x@example.com/b?c#d\n");
  EXPECT_EQ(outcome.error, "");
  EXPECT_EQ(run({"check", "url", "../b", "https://a.example/c/d/e"}).out,
            "https://a.example/c/b\n");
  EXPECT_EQ(run({"check", "url", "", "https://a.example/c#d"}).out, "https://a.example/c\n");
  EXPECT_EQ(run({"check", "url", "mailto:a@b.example"}).out, "mailto:a@b.example\n");
  EXPECT_EQ(run({"check", "url", "status", "https://a.example/"}).out,
            "https://a.example/status\n");
}

TEST(CheckUrlTest, SaysWhatIsWrong) {
  Outcome outcome = run({"check", "url", "https://a.example:99999/"});
  EXPECT_EQ(outcome.code, kFailed);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.error, "walrus: 'URL' has a port over 65535.\n");
  Outcome base = run({"check", "url", "a", ""});
  EXPECT_EQ(base.code, kFailed);
  EXPECT_TRUE(has(base.error, "'BASE' has no scheme"));
  EXPECT_EQ(run({"check", "url"}).code, kUsage);
  EXPECT_EQ(run({"check"}).code, kUsage);
}

TEST(CheckUrlTest, CrawlAddsItsOwnRefusals) {
  for (const char* url : {"https://user@a.example/", "ftp://a.example/"}) {
    EXPECT_EQ(run({"check", "url", url}).code, kDone);
    Outcome outcome = run({"check", "url", "--crawl", url});
    EXPECT_EQ(outcome.code, kFailed);
    EXPECT_TRUE(has(outcome.error, "'url' must")) << outcome.error;
  }
  EXPECT_EQ(run({"check", "url", "b", "https://a.example/", "--crawl"}).out,
            "https://a.example/b\n");
}

class CheckRobotsTest : public ::testing::Test {
 protected:
  CheckRobotsTest()
      : file_(std::filesystem::path(::testing::TempDir()) /
              fmt::format("walrus-robots-{}.txt", getpid())) {
    std::ofstream(file_) << "User-agent: *\nDisallow: /private\x1b[2J\nAllow: /private/a\n";
  }
  void TearDown() override { std::filesystem::remove(file_); }

  Outcome check(const std::string& url) {
    return run({"check", "robots", file_.string(), "WalrusBot", url});
  }

  std::filesystem::path file_;
};

TEST_F(CheckRobotsTest, PrintsTheVerdictAndItsRule) {
  Outcome allowed = check("https://a.example/private/a");
  EXPECT_EQ(allowed.code, kDone);
  EXPECT_EQ(allowed.out, "allowed\n  line 3: Allow: /private/a\n");
  Outcome denied = check("https://a.example/private\x1b[2J");
  EXPECT_EQ(denied.code, kDone);
  EXPECT_TRUE(denied.out.starts_with("disallowed\n  line 2: Disallow: /private")) << denied.out;
  EXPECT_FALSE(has(denied.out, "\x1b"));
  EXPECT_EQ(check("").out, "allowed\n  no rule matches\n");
}

TEST_F(CheckRobotsTest, ReadsStandardInput) {
  std::istringstream input("User-agent: walrusbot\nDisallow: /");
  std::streambuf* before = std::cin.rdbuf(input.rdbuf());
  Outcome outcome = run({"check", "robots", "-", "WalrusBot", "https://a.example/"});
  std::cin.rdbuf(before);
  EXPECT_EQ(outcome.out, "disallowed\n  line 2: Disallow: /\n");
}

TEST_F(CheckRobotsTest, SaysWhatCannotBeRead) {
  for (const std::string& name : {file_.string() + ".none", ::testing::TempDir()}) {
    Outcome outcome = run({"check", "robots", name, "WalrusBot", "https://a.example/"});
    EXPECT_EQ(outcome.code, kFailed) << name;
    EXPECT_TRUE(has(outcome.error, "cannot be read")) << outcome.error;
  }
}

TEST(CheckHelpTest, HasExamples) {
  EXPECT_TRUE(has(run({"check", "--help"}).out, "  walrus check url "));
  EXPECT_TRUE(has(run({"check", "url", "--help"}).out, "  walrus check url "));
  EXPECT_TRUE(has(run({"check", "robots", "--help"}).out, "  walrus check robots "));
}

}  // namespace
}  // namespace walrus::cli
