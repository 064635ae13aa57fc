// Where on a page its article is.
#pragma once

#include <cstddef>
#include <vector>

#include "extract/readers/html_outline.h"

namespace walrus::extract {

struct Article {
  std::vector<std::size_t> parts;  // elements in document order, none inside another
  std::size_t prose = 0;           // in all of them
  bool named = false;              // the page itself names it the article's body
  bool series = false;             // several things of a kind: posts, answers, sections, teasers
};

// By the paragraphs that are not left out, as added up. No parts where there are none.
Article find_article(const Outline& outline);

}  // namespace walrus::extract
