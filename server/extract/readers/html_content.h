// Which part of a page is its content, and which is the site around it.
#pragma once

#include <gumbo.h>

#include <cstddef>
#include <string_view>
#include <vector>

#include "extract/readers/html_article.h"
#include "extract/readers/html_outline.h"

namespace walrus::extract {

class PageContent {
 public:
  // Looks at everything below `body`, which must outlive this. `title` is the page's own; a heading
  // that repeats it is not text.
  PageContent(const GumboNode* body, std::string_view title);

  // The elements that hold the content, in document order, none inside another. The whole body
  // where no part stands out, or where too little would be left.
  const std::vector<const GumboNode*>& parts() const { return parts_; }
  // What is invisible, and what lies inside the parts without being content.
  bool is_left_out(const GumboNode* element) const;
  // The headline, whose words are the title's.
  const GumboNode* headline() const { return headline_; }
  bool lays_out(const GumboNode* table) const;

 private:
  // How readily something is taken for surroundings; what yields too little gives way to the next.
  enum class Strictness { kAll, kCommentsAreContent, kTagsOnly, kNothing };

  void choose_strictness();
  void choose(Strictness strictness);
  void take_everything();
  std::size_t found() const;
  bool is_surroundings(const Element& element, Strictness strictness) const;
  void leave_out_surroundings(Strictness strictness);
  bool covers_enough() const;
  std::size_t whole_page() const;

  Outline outline_;
  Article article_;  // or the whole page as its only part
  bool is_article_ = false;
  std::vector<const GumboNode*> parts_;
  const GumboNode* headline_ = nullptr;
};

}  // namespace walrus::extract
