// What is left out inside of a page's content.
#pragma once

#include <gumbo.h>

#include <string_view>

#include "extract/readers/html_article.h"
#include "extract/readers/html_outline.h"

namespace walrus::extract {

class Trimmer {
 public:
  // `is_article`: the content is text rather than a list, a form or a table, and what does not read
  // like text has no place in it.
  Trimmer(Outline& outline, const Article& article, bool is_article)
      : outline_(outline), article_(article), is_article_(is_article) {}

  // Lists of links, teasers, forms, and lines that stand on every page of a site.
  void leave_out_boxes();
  // The heading whose words are the title's, or null.
  const GumboNode* find_headline(std::string_view title);
  // Comments, loose lines around the text, headings over nothing. After find_headline().
  void trim();

 private:
  void leave_out_boxes(std::size_t part);
  bool is_link_list(const Element& element) const;
  bool is_loose_line(std::size_t index) const;
  bool is_in_heading(std::size_t index) const;
  void leave_out_comments();
  void leave_out_loose_lines();
  void leave_out_empty_headings();

  Outline& outline_;
  const Article& article_;
  bool is_article_;
  const GumboNode* headline_ = nullptr;
};

}  // namespace walrus::extract
