// Which part of a page is its content, and which is the site around it.
#pragma once

#include <gumbo.h>

#include <cstddef>
#include <string_view>
#include <vector>

#include "extract/readers/html_outline.h"

namespace walrus::extract {

class PageContent {
 public:
  // Looks at everything below `body`, which must outlive this. `title` is the page's own; a heading
  // that repeats it is not text.
  PageContent(const GumboNode* body, std::string_view title);

  // The elements that hold the content, in document order, none inside another. The whole body
  // where no part stands out, or where too little would be left.
  const std::vector<const GumboNode*>& parts() const { return nodes_; }
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
  std::size_t prose_found() const;
  bool is_surroundings(const Element& element, Strictness strictness) const;
  void leave_out_surroundings(Strictness strictness);
  void leave_out(std::size_t index);
  void add_up();
  void score_paragraphs();
  void score(std::size_t first_ancestor, double value);
  double links_in(std::size_t index) const;
  double rank(std::size_t index) const;

  std::size_t best_candidate() const;
  std::size_t best_body() const;
  std::size_t with_peers(std::size_t index) const;
  std::size_t out_of_list(std::size_t index) const;
  std::size_t with_reference_matter(std::size_t root) const;
  bool is_peer(std::size_t index, std::size_t of) const;
  std::size_t common_ancestor(std::size_t left, std::size_t right) const;
  std::size_t without_wrappers(std::size_t index) const;
  bool is_worthwhile_sibling(std::size_t sibling, std::size_t root) const;
  std::size_t whole_page() const;
  bool covers_enough(const std::vector<std::size_t>& parts) const;
  std::vector<std::size_t> article_parts();
  void add_siblings(std::size_t root, std::vector<std::size_t>& parts) const;
  void add_standfirst(std::size_t root, std::vector<std::size_t>& parts) const;

  bool is_link_list(const Element& element) const;
  bool is_solid(const Element& element) const;
  void leave_out_inside(std::size_t part);
  bool is_loose_line(std::size_t index) const;
  bool is_in_heading(std::size_t index) const;
  void trim(std::size_t first, std::size_t last);
  void leave_out_comments(std::size_t first, std::size_t last);
  void leave_out_empty_headings();
  void find_headline(std::string_view title);
  std::size_t plain_text(const Element& element) const;

  Outline outline_;
  std::vector<double> scores_;
  std::vector<std::size_t> kept_text_;   // below each element, of what is not left out
  std::vector<std::size_t> kept_links_;  // of this, inside links
  std::vector<std::size_t> parts_;
  std::vector<const GumboNode*> nodes_;
  bool is_article_ = false;
  bool is_named_ = false;   // the page names it the article's body
  bool is_series_ = false;  // several things of a kind: posts, answers, teasers
  const GumboNode* headline_ = nullptr;
};

}  // namespace walrus::extract
