// The elements of a page in document order, with how much text and how many links lie below each.
#pragma once

#include <gumbo.h>

#include <cstddef>
#include <unordered_map>
#include <vector>

#include "extract/readers/html_names.h"

namespace walrus::extract {

// Lengths are in bytes, white space collapsed: a character of a script that says more with fewer
// is longer, too.
struct Element {
  const GumboNode* node = nullptr;
  std::size_t parent = 0;  // the root is its own
  std::size_t end = 0;     // the elements from this one to `end` are its subtree
  NameSigns signs;
  std::size_t text = 0;       // below it
  std::size_t link_text = 0;  // of this, inside links
  std::size_t own_text = 0;   // in it and its inline elements, not in blocks below
  std::size_t own_links = 0;  // of this, inside links
  std::size_t commas = 0;     // in its own text
  // Below it, of what is not left out, as of the last add_up():
  std::size_t kept_text = 0;
  std::size_t kept_links = 0;
  std::size_t prose = 0;            // in paragraphs that are not mostly links
  std::size_t linked_headings = 0;  // headings below that are nothing but links, as of teasers
  bool has_blocks = false;          // any block below
  bool lays_out = false;       // headings, lists or tables below: a table with them lays out a page
  bool has_mark = false;       // it is, or holds, a main heading, a main element or an article body
  bool has_code = false;       // a program below
  bool ends_sentence = false;  // its own text ends in a full stop or the like
  bool left_out = false;       // part of the surroundings, at the strictness last asked for

  GumboTag tag() const { return node->v.element.tag; }
  double link_share() const;       // of its text
  double own_link_share() const;   // of its own text
  double kept_link_share() const;  // of what is kept; all of nothing
  std::size_t plain_text() const { return kept_text - kept_links; }
  // Its text is a part of the paragraph around it.
  bool is_part_of_line() const;
  // A paragraph that is surely text.
  bool is_solid() const;
};

class Outline {
 public:
  // `body` must outlive this. What is invisible is not in it.
  Outline(const GumboNode* body, bool with_noscript);

  const std::vector<Element>& elements() const { return elements_; }
  const Element& at(std::size_t index) const { return elements_[index]; }
  // Null for what is invisible.
  const Element* find(const GumboNode* node) const;
  bool holds(std::size_t ancestor, std::size_t index) const {
    return ancestor <= index && index < elements_[ancestor].end;
  }
  std::size_t common_ancestor(std::size_t left, std::size_t right) const;

  // With all that is below.
  void leave_out(std::size_t index);
  void keep_everything();
  // Counts anew what is kept.
  void add_up();

 private:
  friend struct OutlineVisitor;
  std::vector<Element> elements_;
  std::unordered_map<const GumboNode*, std::size_t> indices_;
};

// The least text of a paragraph that counts, and of one that is surely text.
inline constexpr std::size_t kParagraphText = 25;
inline constexpr std::size_t kSolidText = 80;
// Shares of links in a text.
inline constexpr double kMostlyLinks = 0.5;
inline constexpr double kFewLinks = 0.33;

bool is_heading(GumboTag tag);
bool is_inline(GumboTag tag);
// Whether a stretch of text in such an element is a paragraph and not loose text in a container.
bool is_paragraph(GumboTag tag);

}  // namespace walrus::extract
