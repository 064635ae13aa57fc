#include <gmock/gmock.h>

#include <string>

#include "extract/readers/html_tree.h"
#include "extract/readers/read_for_test.h"

namespace walrus::extract {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(HtmlReader, TitleHeadingsParagraphsListsTablesAndCode) {
  auto document = read(Format::kHtml, R"(<!doctype html><html><head><title> The
      title </title><style>p{}</style></head><body><h1>First <b>part</b></h1><p>One   two
      <b>three</b>, four.<p>Next<br>line<ul><li>a<li>b</ul><h2>Second</h2><table><tr><th>Name<th>City
      <tr><td><p>Anna</p><td>Paris</table><pre>x =  1
  y</pre><script>alert(1)</script></body></html>)");
  EXPECT_EQ(document.title, "The title");
  EXPECT_EQ(outline(document),
            "First part>First part\n\nOne two three, four.\n\nNext\nline\n\n- a\n- b|"
            "Second>Second\n\nName\tCity\nAnna\tParis\n\nx =  1\n  y");
}

TEST(HtmlReader, WhatIsHiddenIsNotText) {
  auto document = read(
      Format::kHtml, R"(<body><p>seen</p><p hidden>h1</p><p style="color:red; display : none">h2</p>
      <div aria-hidden="true">h3</div><template>h4</template><noscript>h5</noscript><select><option>h6</select>
      <!-- h7 --><textarea>h8</textarea><p style="VISIBILITY:hidden">h9</p><p class="sr-only">h10</p><p>seen too</p><svg><text>h11</text></svg></body>)");
  EXPECT_EQ(document.text, "seen\n\nseen too");
}

std::string paragraphs(int count) {
  std::string html;
  for (int i = 0; i < count; ++i) {
    html += "<p>This is a sentence of the story, and it has commas, words, and an end. Number " +
            std::to_string(i) + ".</p>";
  }
  return html;
}

TEST(HtmlReader, KeepsTheContentAndLeavesTheSite) {
  std::string links = "<li><a href=x>Some link to elsewhere</a>";
  std::string page = "<html><body><header><nav><ul>" + links + links +
                     "</ul></nav></header>"
                     "<div class='main-menu'>menu words</div><div class='page has-sidebar'><div "
                     "class='article-body'><h1>Head</h1>" +
                     paragraphs(20) + "</div><div class='sidebar'>" + paragraphs(3) +
                     "</div></div>"
                     "<ul class=x>" +
                     links + links + links +
                     "</ul><footer>All rights reserved</footer></body></html>";
  auto document = read(Format::kHtml, page);
  EXPECT_THAT(document.text, HasSubstr("Number 19."));
  EXPECT_EQ(document.title, "Head");
  EXPECT_EQ(document.sections.front().heading, "Head");
  EXPECT_THAT(document.text, Not(HasSubstr("elsewhere")));
  EXPECT_THAT(document.text, Not(HasSubstr("menu words")));
  EXPECT_THAT(document.text, Not(HasSubstr("rights")));
  // Only the story's sentences: the side bar would repeat the first three.
  EXPECT_EQ(document.text.find("Number 0."), document.text.rfind("Number 0."));
}

TEST(HtmlReader, APageOfLinksOrMenusAloneIsStillRead) {
  EXPECT_EQ(
      read(Format::kHtml, "<body><ul><li><a href=x>One</a><li><a href=y>Two</a></ul></body>").text,
      "- One\n- Two");
  EXPECT_EQ(read(Format::kHtml, "<body><div id=menu><p>All there is.</div>").text, "All there is.");
}

TEST(HtmlReader, TablesThatLayOutAPageAreBlocks) {
  auto document = read(Format::kHtml, "<table><tr><td><h2>Left</h2><p>one<p>two<td>right</table>");
  EXPECT_EQ(outline(document), "Left>Left\n\none\n\ntwo\n\nright");
}

TEST(HtmlReader, ObeysTheDeclaredCharset) {
  EXPECT_EQ(read(Format::kHtml, "<meta charset=\"windows-1251\"><p>\xCF\xF0\xE8\xE2\xE5\xF2").text,
            "Привет");
  EXPECT_EQ(declared_charset("<meta http-equiv=x content='text/html; charset=ISO-8859-2'>"),
            "ISO-8859-2");
  EXPECT_EQ(declared_charset("<?xml version='1.0' encoding=\"koi8-r\"?><html>"), "koi8-r");
  EXPECT_EQ(declared_charset("<script charset=utf-8></script><META Charset = 'koi8-r'>"), "koi8-r");
  EXPECT_EQ(declared_charset("<p>no"), "");
}

TEST(HtmlReader, DeepNestingNeitherCrashesNorTakesMinutes) {
  auto repeated = [](std::string_view text, int times) {
    std::string result;
    for (int i = 0; i < times; ++i) result += text;
    return result;
  };
  EXPECT_EQ(read(Format::kHtml, repeated("<div>", 4000) + "deep").text, "deep");
  EXPECT_EQ(read(Format::kHtml, repeated("<div>", 100'000) + "deep").text, "deep");
  EXPECT_EQ(read(Format::kHtml, repeated("<b></i>", 100'000) + "deep").text, "deep");
  std::string nested = repeated("<div title='a > b'>", 100'000) + "deep" +
                       repeated("</div>", 100'000) + "<p>behind it</p>";
  EXPECT_EQ(read(Format::kHtml, nested).text, "deep\n\nbehind it");
  std::string tables = repeated("<table><tr><td>", 20'000) + "deep";
  EXPECT_EQ(read(Format::kHtml, tables).text, "deep");
  EXPECT_EQ(read_error(Format::kHtml, repeated("<p>", 100'000)).code, ErrorCode::kEmptyDocument);
  EXPECT_THAT(read(Format::kHtml, repeated("<p>x<br>", 20'000)).text, HasSubstr("x\n\nx"));
  EXPECT_THAT(read(Format::kHtml, repeated("<div>x</div>", 20'000)).text, HasSubstr("x\nx"));
}

TEST(HtmlReader, MemoryIsLimited) {
  ExtractLimits limits;
  limits.memory_bytes = 64 * 1024;
  EXPECT_EQ(read_error(Format::kHtml, paragraphs(2000), limits).code, ErrorCode::kTooLarge);
}

TEST(HtmlReader, ScriptsAloneAreAnEmptyDocument) {
  EXPECT_EQ(read_error(Format::kHtml, "<html><script>document.write('x')</script></html>").code,
            ErrorCode::kEmptyDocument);
}

}  // namespace
}  // namespace walrus::extract
