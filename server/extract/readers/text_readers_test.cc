#include <gmock/gmock.h>

#include <string>

#include "extract/readers/read_for_test.h"

namespace walrus::extract {
namespace {

using testing::HasSubstr;

TEST(TextReader, DecodesAndNormalises) {
  auto document = read(Format::kText,
                       "Gr\xFC\xDF"
                       "e\r\naus K\xF6ln, sch\xF6n h\xE4sslich");
  EXPECT_EQ(document.text, "Grüße\naus Köln, schön hässlich");
  EXPECT_TRUE(document.encoding_guessed);
  EXPECT_EQ(read(Format::kText,
                 "\xEF\xBB\xBF"
                 "e\xCC\x81t\xC3\xA9")
                .text,
            "été");
  EXPECT_EQ(read(Format::kText, std::string_view("\xFF\xFEh\0i\0", 6)).text, "hi");
  EXPECT_EQ(read(Format::kText,
                 "a\x01"
                 "b")
                .text,
            "ab");
}

TEST(TextReader, TextWithoutTextIsAnEmptyDocument) {
  EXPECT_EQ(read_error(Format::kText, " \r\n\t\n").code, ErrorCode::kEmptyDocument);
  EXPECT_EQ(read_error(Format::kText, "\xEF\xBB\xBF").code, ErrorCode::kEmptyDocument);
}

TEST(TextReader, TextBeyondTheLimitIsTooLarge) {
  ExtractLimits limits;
  limits.text_bytes = 100;
  EXPECT_EQ(read_error(Format::kText, std::string(101, 'x'), limits).code, ErrorCode::kTooLarge);
  EXPECT_TRUE(try_read(Format::kText, std::string(100, 'x'), limits));
}

TEST(MarkdownReader, HeadingsMakeSections) {
  auto document = read(Format::kMarkdown,
                       "Before\n# One *bold* `code` [link](http://x) "
                       "##\ntext\n\nTwo\n===\n\nmore\n\nThree\n---\nend");
  EXPECT_EQ(outline(document),
            ">Before|One bold code link># One *bold* `code` [link](http://x) "
            "##\ntext|Two>Two\n===\n\nmore|"
            "Three>Three\n---\nend");
  EXPECT_EQ(document.title, "One bold code link");
}

TEST(MarkdownReader, NotEverythingThatLooksLikeAHeadingIsOne) {
  EXPECT_EQ(outline(read(Format::kMarkdown,
                         "```\n# code\n```\n~~~~\n# code\n~~~\n# still\n~~~~\n#no\n####### no\n"
                         "    # indented\n- item\n---\n\\# no\n\n---\nx")),
            ">```\n# code\n```\n~~~~\n# code\n~~~\n# still\n~~~~\n#no\n####### no\n    # "
            "indented\n- item\n---\n"
            "\\# no\n\n---\nx");
}

TEST(MarkdownReader, FrontMatterNamesTheTitle) {
  auto document = read(Format::kMarkdown, "---\ntitle: \"The Name\"\ndate: x\n---\n# Other\ntext");
  EXPECT_EQ(document.title, "The Name");
  EXPECT_THAT(outline(document), HasSubstr("|Other># Other\ntext"));
}

TEST(CsvReader, RowsCarryTheirHeader) {
  EXPECT_EQ(read(Format::kCsv, "Name,City\nAnna,Paris\nBob,\"Rome, Italy\"\n,Oslo\n").text,
            "Name: Anna; City: Paris\nName: Bob; City: Rome, Italy\nCity: Oslo");
}

TEST(CsvReader, FindsTheSeparator) {
  EXPECT_EQ(read(Format::kCsv, "Name;Price\nTea;1,50\nMilk;2,75\n").text,
            "Name: Tea; Price: 1,50\nName: Milk; Price: 2,75");
  EXPECT_EQ(read(Format::kCsv, "Name\tNote\nTea\ta, b, c\n").text, "Name: Tea; Note: a, b, c");
  EXPECT_EQ(read(Format::kCsv, "Name|Note\nTea|x\n").text, "Name: Tea; Note: x");
}

TEST(CsvReader, QuotesAndLinesInside) {
  EXPECT_EQ(read(Format::kCsv, "Name,Note\n\"A \"\"B\"\"\",\"two\nlines\"\n").text,
            "Name: A \"B\"; Note: two lines");
  // One stray quote does not swallow the rest.
  EXPECT_EQ(read(Format::kCsv, "Name,Size\nPipe,\"5 inch\nBolt,2\n").text,
            "Name: Pipe; Size: \"5 inch\nName: Bolt; Size: 2");
}

TEST(CsvReader, TablesWithoutAHeader) {
  EXPECT_EQ(read(Format::kCsv, "1,2\n3,4\n").text, "1\t2\n3\t4");
  EXPECT_EQ(read(Format::kCsv, "Report of May\nName,City\nAnna,Paris\n").text,
            "Report of May\nName: Anna; City: Paris");
  EXPECT_EQ(read(Format::kCsv, "Name,City\n").text, "Name\tCity");
  EXPECT_EQ(read(Format::kCsv, "one\ntwo\n").text, "one\ntwo");
}

TEST(CsvReader, ManyQuotesTakeLinearTime) {
  std::string text = "a,b\n";
  for (int i = 0; i < 300'000; ++i) text += "\"x,y\n";
  EXPECT_GT(read(Format::kCsv, text + "z").text.size(), 100'000u);
}

TEST(JsonReader, PathsAndValuesInOrder) {
  EXPECT_EQ(
      read(
          Format::kJson,
          R"({"z": 1, "name": "Ann\u00e9", "a": {"b": [true, null, 2.50]}, "e": {}, "l": [{"x": 1}, {"x": 2}]})")
          .text,
      "z: 1\nname: Anné\na.b: true, null, 2.50\nl[0].x: 1\nl[1].x: 2");
}

TEST(JsonReader, RecordsAreParagraphs) {
  EXPECT_EQ(read(Format::kJson, R"([{"n": 1}, {"n": 2}])").text, "n: 1\n\nn: 2");
  EXPECT_EQ(read(Format::kJson, "{\"n\": 1}\n{\"n\": 2}\n").text, "n: 1\n\nn: 2");
  EXPECT_EQ(read(Format::kJson, "[1, \"two\", [3, 4]]").text, "1, two\n3, 4");
}

TEST(JsonReader, SaysWhereItIsBroken) {
  Error error = read_error(Format::kJson, "{\n  \"a\": 1,\n  \"ä\": x\n}");
  EXPECT_EQ(error.code, ErrorCode::kExtractionFailed);
  EXPECT_THAT(error.message, HasSubstr("line 3, column 8"));
  EXPECT_EQ(read_error(Format::kJson, "{\"a\": 1").code, ErrorCode::kExtractionFailed);
  EXPECT_EQ(read_error(Format::kJson, "{} trailing").code, ErrorCode::kExtractionFailed);
  EXPECT_EQ(read_error(Format::kJson, std::string(100'000, '[')).code,
            ErrorCode::kExtractionFailed);
  EXPECT_EQ(read_error(Format::kJson, "[[], {}]").code, ErrorCode::kEmptyDocument);
}

TEST(JsonReader, ReadsInPiecesOfAnySize) {
  std::string text = "[";
  for (int i = 0; i < 200'000; ++i) text += "{\"number\": 12345678},";
  text += "{\"number\": 1}]";
  auto document = read(Format::kJson, text);
  EXPECT_THAT(document.text, testing::EndsWith("number: 12345678\n\nnumber: 1"));
}

}  // namespace
}  // namespace walrus::extract
