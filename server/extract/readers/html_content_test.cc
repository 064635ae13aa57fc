#include "extract/readers/html_content.h"

#include <gmock/gmock.h>

#include <string>

#include "extract/readers/read_for_test.h"

namespace walrus::extract {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string paragraphs(std::string_view word, int count) {
  std::string html;
  for (int i = 0; i < count; ++i) {
    html += "<p>This is a sentence about " + std::string(word) +
            ", with commas, words, and an end. It is number " + std::to_string(i) + ".</p>";
  }
  return html;
}

std::string text_of(std::string_view html) {
  return read(Format::kHtml, html).text;
}

TEST(HtmlContent, PostsOfAThreadAreAllContent) {
  std::string html =
      "<div class=top><p>Welcome to the board, all of you, and be kind.</p></div><div>";
  for (const char* word : {"apples", "pears", "plums", "figs"}) {
    html += "<div class='row'><div class='who'>name</div><div class='said'>" + paragraphs(word, 2) +
            "</div></div>";
  }
  std::string text = text_of(html + "</div>");
  for (const char* word : {"apples", "pears", "plums", "figs"}) EXPECT_THAT(text, HasSubstr(word));
  EXPECT_THAT(text, Not(HasSubstr("Welcome")));
}

TEST(HtmlContent, CommentsAreLeftUnlessTheyAreAllThereIs) {
  std::string comments = "<div id=comments>" + paragraphs("opinions", 8) + "</div>";
  std::string text = text_of("<div class=x>" + paragraphs("facts", 4) + "</div>" + comments);
  EXPECT_THAT(text, HasSubstr("facts"));
  EXPECT_THAT(text, Not(HasSubstr("opinions")));
  EXPECT_THAT(text_of("<h1>Thread</h1>" + comments), HasSubstr("opinions"));
}

TEST(HtmlContent, NamelessCommentsAreKnownByTheLineAboveThem) {
  std::string text =
      text_of("<div>" + paragraphs("facts", 6) + "<div><b>14 comments</b></div><div>" +
              paragraphs("opinions", 6) + "</div></div>");
  EXPECT_THAT(text, HasSubstr("facts"));
  EXPECT_THAT(text, Not(HasSubstr("opinions")));
  EXPECT_THAT(text, Not(HasSubstr("14 comments")));
}

TEST(HtmlContent, TeasersOfOtherArticlesAreNotTheArticle) {
  std::string teasers = "<div>";
  for (int i = 0; i < 4; ++i) {
    teasers +=
        "<div><h3><a href=x>Another story of these days</a></h3><p>What happened there, and "
        "why it matters to everybody who lives nearby.</p></div>";
  }
  std::string text = text_of("<div>" + paragraphs("facts", 8) + teasers + "</div></div>");
  EXPECT_THAT(text, HasSubstr("facts"));
  EXPECT_THAT(text, Not(HasSubstr("Another story")));
  EXPECT_THAT(text_of("<div>" + teasers + "</div>"), HasSubstr("Another story"));
}

TEST(HtmlContent, AReferenceKeepsItsProgramsAndDefinitions) {
  std::string html =
      "<div><h2>Synopsis</h2><pre>int open(const char *path, int flags);\nint close(int "
      "descriptor); // and many more of the kind</pre></div><div><div>" +
      paragraphs("descriptors", 4) + "</div></div>";
  EXPECT_THAT(text_of(html), HasSubstr("int open("));
}

TEST(HtmlContent, TheSiteCannotHideThePageByNamingItAMenu) {
  EXPECT_THAT(text_of("<div class=menu-page><h1>Lunch</h1>" + paragraphs("soup", 6) + "</div>"),
              HasSubstr("soup"));
}

TEST(HtmlContent, TextForThoseWithoutScriptsCountsOnlyWhereNothingElseIs) {
  std::string note =
      "<body><noscript><p>Please switch scripts on, for this page needs them.</p></noscript>";
  EXPECT_THAT(text_of(note + paragraphs("facts", 2)), Not(HasSubstr("scripts")));
  EXPECT_THAT(text_of(note + "<div id=root></div>"), HasSubstr("scripts"));
}

}  // namespace
}  // namespace walrus::extract
