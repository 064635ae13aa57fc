#include "extract/readers/html_outline.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "extract/readers/html_tree.h"

namespace walrus::extract {

namespace {

constexpr double kAllLinks = 0.9;
constexpr std::array<std::string_view, 5> kCommas{",", "，", "、", "،", ";"};
constexpr std::array<std::string_view, 16> kSentenceEnds{".",  "!", "?", ":", "…", "。", "！", "？",
                                                         "\"", "”", "“", "»", ")", "؟",  "」", "।"};

template <std::size_t N>
bool ends_with_one(std::string_view text, const std::array<std::string_view, N>& ends) {
  return std::ranges::any_of(ends, [&](std::string_view end) { return text.ends_with(end); });
}

std::size_t count_commas(std::string_view text) {
  std::size_t count = 0;
  for (std::string_view comma : kCommas) {
    for (std::size_t at = text.find(comma); at != std::string_view::npos;
         at = text.find(comma, at + comma.size())) {
      ++count;
    }
  }
  return count;
}

bool is_space(char c) {
  return std::isspace(static_cast<unsigned char>(c)) != 0;
}

std::size_t collapsed_length(std::string_view text) {
  std::size_t length = 0;
  bool space = true;
  for (char c : text) {
    if (!is_space(c) || !space) ++length;
    space = is_space(c);
  }
  return length;
}

std::string_view without_end_space(std::string_view text) {
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

bool lays_out_page(GumboTag tag) {
  return is_heading(tag) || tag == GUMBO_TAG_UL || tag == GUMBO_TAG_OL || tag == GUMBO_TAG_TABLE ||
         tag == GUMBO_TAG_PRE || tag == GUMBO_TAG_ARTICLE;
}

bool is_mark(const GumboNode* element, const NameSigns& signs) {
  GumboTag tag = element->v.element.tag;
  return tag == GUMBO_TAG_H1 || tag == GUMBO_TAG_MAIN || signs.body ||
         attribute(element, "role") == "main";
}

double share(std::size_t part, std::size_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

double Element::link_share() const {
  return share(link_text, text);
}

double Element::own_link_share() const {
  return share(own_links, own_text);
}

double Element::kept_link_share() const {
  return kept_text == 0 ? 1 : share(kept_links, kept_text);
}

bool Element::is_part_of_line() const {
  return is_inline(tag()) && !has_blocks;
}

bool Element::is_solid() const {
  if (left_out || is_part_of_line() || is_heading(tag()) || own_link_share() >= kFewLinks) {
    return false;
  }
  return own_text >= kSolidText || (own_text >= kSolidText / 2 && ends_sentence);
}

bool is_heading(GumboTag tag) {
  return tag >= GUMBO_TAG_H1 && tag <= GUMBO_TAG_H6;
}

bool is_inline(GumboTag tag) {
  constexpr std::array kInline{
      GUMBO_TAG_A,     GUMBO_TAG_ABBR,    GUMBO_TAG_B,     GUMBO_TAG_BDI,  GUMBO_TAG_BDO,
      GUMBO_TAG_CITE,  GUMBO_TAG_CODE,    GUMBO_TAG_DEL,   GUMBO_TAG_DFN,  GUMBO_TAG_EM,
      GUMBO_TAG_FONT,  GUMBO_TAG_I,       GUMBO_TAG_INS,   GUMBO_TAG_KBD,  GUMBO_TAG_LABEL,
      GUMBO_TAG_MARK,  GUMBO_TAG_Q,       GUMBO_TAG_S,     GUMBO_TAG_SAMP, GUMBO_TAG_SMALL,
      GUMBO_TAG_SPAN,  GUMBO_TAG_STRONG,  GUMBO_TAG_SUB,   GUMBO_TAG_SUP,  GUMBO_TAG_TIME,
      GUMBO_TAG_TT,    GUMBO_TAG_U,       GUMBO_TAG_VAR,   GUMBO_TAG_BR,   GUMBO_TAG_WBR,
      GUMBO_TAG_IMG,   GUMBO_TAG_RUBY,    GUMBO_TAG_RT,    GUMBO_TAG_RP,   GUMBO_TAG_BIG,
      GUMBO_TAG_INPUT, GUMBO_TAG_ACRONYM, GUMBO_TAG_STRIKE};
  return std::ranges::find(kInline, tag) != kInline.end();
}

bool is_paragraph(GumboTag tag) {
  switch (tag) {
    case GUMBO_TAG_P:
    case GUMBO_TAG_PRE:
    case GUMBO_TAG_BLOCKQUOTE:
    case GUMBO_TAG_LI:
    case GUMBO_TAG_TD:
    case GUMBO_TAG_TH:
    case GUMBO_TAG_DD:
    case GUMBO_TAG_DT:
    case GUMBO_TAG_FIGCAPTION:
    case GUMBO_TAG_SUMMARY:
      return true;
    default:
      return is_heading(tag);
  }
}

// Fills the elements on the way down, and adds them up on the way back.
struct OutlineVisitor {
  Outline& outline;
  bool with_noscript;
  std::vector<std::size_t> path;
  std::size_t links = 0;  // open ones

  Element& current() { return outline.elements_[path.back()]; }

  bool enter(const GumboNode* node) {
    if (is_invisible(node, with_noscript)) return false;
    Element element;
    element.node = node;
    element.signs = name_signs(node);
    if (element.signs.hidden) return false;
    std::size_t index = outline.elements_.size();
    element.parent = path.empty() ? index : path.back();
    element.has_mark = is_mark(node, element.signs);
    if (element.tag() == GUMBO_TAG_A) ++links;
    outline.elements_.push_back(element);
    outline.indices_.emplace(node, index);
    path.push_back(index);
    return true;
  }

  void text(const GumboNode* node) {
    if (path.empty()) return;
    std::string_view text = node->v.text.text;
    std::size_t length = collapsed_length(text);
    if (length == 0) return;
    Element& element = current();
    element.text += length;
    element.own_text += length;
    element.commas += count_commas(text);
    element.ends_sentence = ends_with_one(without_end_space(text), kSentenceEnds);
    if (links == 0) return;
    element.link_text += length;
    element.own_links += length;
  }

  void leave(const GumboNode*) {
    std::size_t index = path.back();
    path.pop_back();
    Element& element = outline.elements_[index];
    element.end = outline.elements_.size();
    if (element.tag() == GUMBO_TAG_A) --links;
    if (!path.empty()) add_to_parent(element, current());
  }

  static void add_to_parent(const Element& element, Element& parent) {
    parent.text += element.text;
    parent.link_text += element.link_text;
    bool is_linked_heading = is_heading(element.tag()) && element.text > 0 &&
                             (element.link_share() > kAllLinks || parent.tag() == GUMBO_TAG_A);
    parent.linked_headings += element.linked_headings + (is_linked_heading ? 1 : 0);
    parent.has_mark = parent.has_mark || element.has_mark;
    parent.has_code = parent.has_code || element.has_code || element.tag() == GUMBO_TAG_PRE;
    parent.lays_out = parent.lays_out || element.lays_out || lays_out_page(element.tag());
    parent.has_blocks = parent.has_blocks || !element.is_part_of_line();
    if (!element.is_part_of_line() || element.own_text == 0) return;
    parent.own_text += element.own_text;
    parent.own_links += element.own_links;
    parent.commas += element.commas;
    parent.ends_sentence = element.ends_sentence;
  }
};

Outline::Outline(const GumboNode* body, bool with_noscript) {
  OutlineVisitor visitor{*this, with_noscript, {}};
  walk(body, visitor);
}

const Element* Outline::find(const GumboNode* node) const {
  auto found = indices_.find(node);
  return found == indices_.end() ? nullptr : &elements_[found->second];
}

std::size_t Outline::common_ancestor(std::size_t left, std::size_t right) const {
  while (!holds(left, right)) left = at(left).parent;
  return left;
}

void Outline::leave_out(std::size_t index) {
  for (std::size_t i = index; i < at(index).end; ++i) elements_[i].left_out = true;
}

void Outline::keep_everything() {
  for (Element& element : elements_) element.left_out = false;
}

// From the leaves to the root.
void Outline::add_up() {
  for (Element& element : elements_) element.kept_text = element.kept_links = element.prose = 0;
  for (std::size_t i = elements_.size(); i-- > 0;) {
    Element& element = elements_[i];
    if (element.left_out) continue;
    if (!element.is_part_of_line()) {
      bool is_prose = element.own_text >= kParagraphText && element.own_link_share() < kMostlyLinks;
      if (is_prose) element.prose += element.own_text - element.own_links;
      element.kept_text += element.own_text;
      element.kept_links += element.own_links;
    }
    if (i == 0) return;
    Element& parent = elements_[element.parent];
    parent.prose += element.prose;
    parent.kept_text += element.kept_text;
    parent.kept_links += element.kept_links;
  }
}

}  // namespace walrus::extract
