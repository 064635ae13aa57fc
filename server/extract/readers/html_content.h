// Which part of a page is its content, and which is the site around it.
#pragma once

#include <gumbo.h>

#include <cstddef>
#include <unordered_map>

namespace walrus::extract {

struct Measure {
  std::size_t text = 0;       // characters of visible text below, white space collapsed
  std::size_t link_text = 0;  // of these, inside links
  double score = 0;           // by the paragraphs below, as Arc90's Readability counts them
  bool has_blocks = false;    // headings, lists or tables below: a table with them lays out a page
};

class PageContent {
 public:
  // Measures everything below `body`, which must outlive this.
  explicit PageContent(const GumboNode* body);

  // The smallest element that holds the content, or the body where no part stands out.
  const GumboNode* root() const { return root_; }
  // Characters of text outside the surroundings.
  std::size_t visible_text() const { return measure(body_).text; }
  // Characters of text anywhere on the page.
  static std::size_t all_text(const GumboNode* body);

  // A stretch of links, as menus and "related" boxes are.
  bool is_link_list(const GumboNode* element) const;
  bool lays_out(const GumboNode* table) const { return measure(table).has_blocks; }

 private:
  friend struct MeasuringVisitor;
  const Measure& measure(const GumboNode* node) const;
  double rank(const GumboNode* node, const Measure& measure) const;
  const GumboNode* choose_root() const;

  const GumboNode* body_;
  const GumboNode* root_;
  const GumboNode* marked_ =
      nullptr;  // the one main or article element; the body if there are more
  std::unordered_map<const GumboNode*, Measure> measures_;
};

// Never shown, or no text: scripts, styles, templates, form controls, elements hidden by attribute.
bool is_invisible(const GumboNode* element);
// By tag, role, class or id: navigation, side bars, footers, comments, cookie notices.
bool is_surroundings(const GumboNode* element);

}  // namespace walrus::extract
