#include "extract/readers/html_lines.h"

#include <gtest/gtest.h>

#include <string>

namespace walrus::extract {
namespace {

TEST(HtmlLines, WhatSitesRepeatIsBoilerplate) {
  for (const char* line :
       {"ADVERTISEMENT", " Share  this: ", "Read more: The bridge is open", "© 2021 Somebody",
        "Читайте также: о мостах", "¶", "Lire aussi : le blé"}) {
    EXPECT_TRUE(is_boilerplate(line)) << line;
  }
  for (const char* line : {"", "Advertisement was forbidden in 1971.", "She read more than he did.",
                           "Top of the league", "Related work is older."}) {
    EXPECT_FALSE(is_boilerplate(line)) << line;
  }
  EXPECT_FALSE(is_boilerplate("Read more: " + std::string(400, 'x')));
}

TEST(HtmlLines, CommentsBeginWithANumberOrAnInvitation) {
  for (const char* line : {"12 comments", "Comments (3)", "1 Comment", "10 réactions",
                           "3 thoughts on “Bread”", "Leave a Reply"}) {
    EXPECT_TRUE(begins_comments(line)) << line;
  }
  for (const char* line :
       {"Comments", "Comment 3", "2021", "Comments in C begin with two strokes"}) {
    EXPECT_FALSE(begins_comments(line)) << line;
  }
}

TEST(HtmlLines, BylinesHaveANameOrADate) {
  for (const char* line : {"By Marion Lowe", "14 March 2021", "Updated at noon", "3 hours ago",
                           "8 min read", "10:42"}) {
    EXPECT_TRUE(is_byline(line)) << line;
  }
  for (const char* line : {"Bylaws of the club", "Chapter 1", "Room 412"}) {
    EXPECT_FALSE(is_byline(line)) << line;
  }
}

TEST(HtmlLines, AHeadingRepeatsTheTitleWithTheSiteBesideIt) {
  EXPECT_TRUE(repeats_title("Low Water", "Low Water by E. Marsh | The Verse Page"));
  EXPECT_TRUE(repeats_title("Rope access inspection", "Tallis – Rope Access Inspection"));
  EXPECT_FALSE(repeats_title("Water", "The Verse Page: Low Water"));
  EXPECT_FALSE(repeats_title("A", "A"));
  EXPECT_FALSE(repeats_title("Something else", ""));
}

}  // namespace
}  // namespace walrus::extract
