#include "cli/progress_line.h"

#include <gtest/gtest.h>

namespace walrus::cli {
namespace {

json::object object(std::string_view text) {
  return parse_json(text)->as_object();
}

// A temporary file to write to.
class Page {
 public:
  Page() : file_(std::tmpfile()) {}
  ~Page() { std::fclose(file_); }
  std::FILE* file() const { return file_; }
  std::string text() const {
    std::fflush(file_);
    EXPECT_EQ(std::fseek(file_, 0, SEEK_SET), 0);
    std::string out(4096, '\0');
    out.resize(std::fread(out.data(), 1, out.size(), file_));
    return out;
  }

 private:
  std::FILE* file_;
};

const char* const kHalf =
    R"({"progress_percentage":50,"status_message":"Splitting into chunks...","eta_seconds":3.2})";

TEST(DescribeProgressTest, ShowsBarPercentMessageAndTimeLeft) {
  EXPECT_EQ(describe_progress(object(kHalf)),
            "[##########----------]  50%  Splitting into chunks...  ~4 s");
  EXPECT_EQ(describe_progress(object(R"({"progress_percentage":100,"status_message":"Done"})")),
            "[####################] 100%  Done");
  EXPECT_EQ(describe_progress(object(R"({"progress_percentage":5,"eta_seconds":null})")),
            "[#-------------------]   5%");
}

TEST(DescribeProgressTest, LeavesOutWhatAStatusDoesNotSay) {
  EXPECT_EQ(describe_progress(object(
                R"({"progress_percentage":null,"status_message":"Generating response..."})")),
            "Generating response...");
  EXPECT_EQ(describe_progress({}), "");
}

TEST(DescribeProgressTest, DrawsNoBarOutsideItsEnds) {
  EXPECT_EQ(describe_progress(object(R"({"progress_percentage":1000})")),
            "[####################] 1000%");
  EXPECT_EQ(describe_progress(object(R"({"progress_percentage":-7})")),
            "[--------------------]  -7%");
}

TEST(DescribeProgressTest, CountsLongTimesInMinutes) {
  EXPECT_EQ(describe_progress(object(R"({"eta_seconds":89})")), "~89 s");
  EXPECT_EQ(describe_progress(object(R"({"eta_seconds":90})")), "~2 min");
  EXPECT_EQ(describe_progress(object(R"({"eta_seconds":3600})")), "~60 min");
}

TEST(ProgressLineTest, WritesALineAChangeIntoAPipe) {
  Page page;
  ProgressLine line(page.file());
  line.show_text("a.pdf", "one");
  line.show_text("a.pdf", "one");
  line.show_text("a.pdf", "two");
  line.clear();
  line.show("", object(kHalf));
  line.finish();
  EXPECT_EQ(page.text(),
            "a.pdf  one\na.pdf  two\n"
            "[##########----------]  50%  Splitting into chunks...  ~4 s\n");
}

TEST(ProgressLineTest, WritesOverItsLineOnATerminal) {
  Page page;
  ProgressLine line(page.file(), {.terminal = true, .colors = false, .width = 80});
  line.show_text("a.pdf", "one");
  line.show_text("a.pdf", "two");
  line.finish();
  line.finish();
  EXPECT_EQ(page.text(), "\r\x1b[Ka.pdf  one\r\x1b[Ka.pdf  two\n");
}

TEST(ProgressLineTest, TakesTheLineOffForAResult) {
  Page page;
  ProgressLine line(page.file(), {.terminal = true, .colors = false, .width = 80});
  line.clear();
  line.show_text("", "one");
  line.clear();
  line.finish();
  EXPECT_EQ(page.text(), "\r\x1b[Kone\r\x1b[K");
}

TEST(ProgressLineTest, ColorsOnlyWhereThereAreColors) {
  Page page;
  ProgressLine line(page.file(), {.terminal = true, .colors = true, .width = 80});
  line.show("a", object(R"({"progress_percentage":0,"status_message":"m"})"));
  EXPECT_EQ(page.text(), "\r\x1b[K\x1b[1ma\x1b[0m  \x1b[36m[--------------------]   0%\x1b[0m  m");
}

TEST(ProgressLineTest, NeverFillsTheLastColumnWhateverTheWidth) {
  for (int width = 1; width < 120; ++width) {
    Page page;
    ProgressLine line(page.file(), {.terminal = true, .colors = false, .width = width});
    line.show("a rather long 文件 name.pdf", object(kHalf));
    std::string text = page.text();
    if (text.empty()) continue;
    ASSERT_TRUE(text.starts_with("\r\x1b[K"));
    EXPECT_LT(columns(text.substr(4)), width) << width;
  }
}

TEST(ProgressLineTest, ALongNameLeavesRoomForTheBar) {
  Page page;
  ProgressLine line(page.file(), {.terminal = true, .colors = false, .width = 60});
  line.show(std::string(300, 'n') + ".pdf", object(kHalf));
  EXPECT_NE(page.text().find("[##########----------]  50%"), std::string::npos);
}

TEST(ProgressLineTest, LetsNoNameControlTheTerminal) {
  Page page;
  ProgressLine line(page.file(), {.terminal = true, .colors = false, .width = 80});
  line.show("a\x1b[2J\r\nb", object(R"({"status_message":"x\u001b]0;y\u0007z"})"));
  EXPECT_EQ(page.text(), "\r\x1b[Ka[2J b  x]0;yz");
}

TEST(TerminalTextTest, CountsColumnsNotBytes) {
  EXPECT_EQ(columns("abc"), 3);
  EXPECT_EQ(columns("äöü"), 3);
  EXPECT_EQ(columns("文件"), 4);
  EXPECT_EQ(columns("e\u0301"), 1);
  EXPECT_EQ(columns("\U0001F98A"), 2);
}

TEST(TerminalTextTest, CutsBetweenCharacters) {
  EXPECT_EQ(cut("abcdef", 6), "abcdef");
  EXPECT_EQ(cut("abcdef", 5), "abcd…");
  EXPECT_EQ(cut("文件名", 5), "文件…");
  EXPECT_EQ(cut("文件名", 4), "文…");
  EXPECT_EQ(cut("abc", 1), "…");
  EXPECT_EQ(cut("abc", 0), "");
  EXPECT_EQ(cut("abc", -5), "");
}

TEST(TerminalTextTest, TakesOutWhatControlsATerminal) {
  EXPECT_EQ(one_line("a\tb\nc\x1b[31m\x7f"), "a b c[31m");
  EXPECT_EQ(one_line("\xC2\x9B"
                     "31mred"),
            "31mred");                                            // a C1 control sequence
  EXPECT_EQ(one_line("invoice\u202Efdp.exe"), "invoicefdp.exe");  // right-to-left override
  EXPECT_EQ(one_line("bad\xFF"), "bad\uFFFD");
  EXPECT_EQ(many_lines("a\tb\r\nc\x1b"), "a\tb\nc");
}

}  // namespace
}  // namespace walrus::cli
