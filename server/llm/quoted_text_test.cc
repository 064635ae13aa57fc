#include "llm/quoted_text.h"

#include <gtest/gtest.h>

#include <random>

#include "base/utf8.h"

namespace walrus::llm {
namespace {

TEST(WithoutMarks, TakesOutWhatWouldPassForAMark) {
  for (auto [text, wanted] :
       {std::pair("Red [1], blue [2].", "Red, blue."),
        std::pair("Red [1][3][17], blue.", "Red, blue."), std::pair("[2] Red.", " Red."),
        std::pair("It is red.[12][13] It is old.", "It is red. It is old."),
        std::pair("\u8d64\u3044\u3002[12]", "\u8d64\u3044\u3002"),
        std::pair("Red ([2]).", "Red ()."), std::pair("Red [[1]1].", "Red."),
        std::pair("\u2022[1] caf\u00e9[2]", "\u2022 caf\u00e9")}) {
    EXPECT_EQ(without_marks(text, 3), wanted);
  }
}

TEST(WithoutMarks, LeavesWhatIsTheTextsOwn) {
  for (const char* text :
       {"args[1] = 2", "f()[1]", "a[0][1]", "see [4]", "see [0]", "the list [1, 2]", "[ 1]", "[1",
        "[", "[]", "[]]", "[a]", "[-1]", "[2024]", "in [1999].", "[99999999999999999999999999]"}) {
    EXPECT_EQ(without_marks(text, 3), text);
  }
  EXPECT_EQ(without_marks("see [1]", 0), "see [1]");
  EXPECT_EQ(without_marks("", 3), "");
}

TEST(WithoutMarks, LeavesNoMarkButBehindWords) {
  unsigned seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  const char* parts[] = {"[", "]", "1", "2", "[1]", "[3]", " ", ".", "\u6a4b", ", "};
  for (int round = 0; round < 500; ++round) {
    std::string text;
    for (std::size_t i = random() % 30; i > 0; --i) text += parts[random() % std::size(parts)];
    std::string out = without_marks(text, 3);
    ASSERT_TRUE(is_valid_utf8(out));
    for (std::string_view mark : {"[1]", "[3]"}) {
      for (std::size_t at = out.find(mark); at != std::string::npos; at = out.find(mark, at + 1)) {
        ASSERT_GT(at, 0U) << out;
        ASSERT_NE(std::string_view("12]").find(out[at - 1]), std::string_view::npos) << out;
      }
    }
  }
}

TEST(Tidy, MakesOneLineAndDropsBullets) {
  EXPECT_EQ(tidy("\u2022 The valve\nis \t red. "), "The valve is red.");
  EXPECT_EQ(tidy("- one\r\n two"), "one two");
  EXPECT_EQ(tidy(" \n "), "");
}

TEST(Tidy, ShortensBetweenWordsOrCodePoints) {
  std::string words;
  for (int i = 0; i < 300; ++i) words += "word ";
  std::string short_words = tidy(words);
  EXPECT_LE(short_words.size(), 704U);
  EXPECT_TRUE(short_words.ends_with("word \u2026"));
  std::string signs;
  for (int i = 0; i < 500; ++i) signs += "\u6a4b";
  EXPECT_LE(tidy(signs).size(), 704U);
  EXPECT_TRUE(is_valid_utf8(tidy(signs)));
  EXPECT_LE(tidy(std::string(5'000, '\x80')).size(), 704U);
}

}  // namespace
}  // namespace walrus::llm
