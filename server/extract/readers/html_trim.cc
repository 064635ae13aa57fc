#include "extract/readers/html_trim.h"

#include <algorithm>
#include <vector>

#include "extract/readers/html_lines.h"
#include "extract/readers/html_tree.h"

namespace walrus::extract {

namespace {

// In bytes. A shorter page is left as it is.
constexpr std::size_t kShortPage = 400;
constexpr std::size_t kLittleText = 300;
constexpr std::size_t kLongLinkList = 2000;
constexpr std::size_t kShortLine = 100;
constexpr std::size_t kShortMenu = 150;

constexpr std::size_t kSmallForm = 5;    // times as much prose outside of it
constexpr std::size_t kArticlePart = 3;  // one in so many of all prose is the article at least
constexpr int kBylineParagraphs = 3;     // a by-line stands before so many
constexpr double kTeaserLinks = 0.2;
constexpr double kAllLinks = 0.9;

bool can_be_link_list(GumboTag tag) {
  switch (tag) {
    case GUMBO_TAG_UL:
    case GUMBO_TAG_OL:
    case GUMBO_TAG_DL:
    case GUMBO_TAG_DIV:
    case GUMBO_TAG_SECTION:
    case GUMBO_TAG_TABLE:
    case GUMBO_TAG_P:
      return true;
    default:
      return false;
  }
}

}  // namespace

void Trimmer::leave_out_boxes() {
  for (std::size_t part : article_.parts) leave_out_boxes(part);
}

void Trimmer::trim() {
  if (!is_article_ || article_.prose < kShortPage) return;
  if (!article_.series) leave_out_comments();
  leave_out_loose_lines();
  leave_out_empty_headings();
}

// A stretch of links, as menus and "related" boxes are. On a page that is itself a list only short
// ones are, which are menus.
bool Trimmer::is_link_list(const Element& element) const {
  std::size_t text = element.kept_text;
  if (!can_be_link_list(element.tag()) || text == 0) return false;
  if (element.own_text >= element.own_links + kSolidText) return false;
  double links = element.kept_link_share();
  if (!is_article_) return links > kAllLinks && text < kShortMenu;
  bool teasers = !article_.series && element.linked_headings > 1 && links > kTeaserLinks &&
                 2 * element.prose < article_.prose;
  if (teasers) return true;
  if (element.tag() == GUMBO_TAG_P) return links > kAllLinks && text < 2 * kShortLine;
  return links > kMostlyLinks && text < kLongLinkList;
}

void Trimmer::leave_out_boxes(std::size_t part) {
  for (std::size_t i = part + 1; i < outline_.at(part).end;) {
    const Element& element = outline_.at(i);
    bool line = !element.has_blocks && !is_inline(element.tag()) && element.text > 0 &&
                element.text <= kLongLine;
    bool small_form = is_article_ && element.tag() == GUMBO_TAG_FORM &&
                      kSmallForm * element.prose < article_.prose;
    if (element.left_out || element.tag() == GUMBO_TAG_PRE) {
      i = element.end;
    } else if (small_form || is_link_list(element) ||
               (line && is_boilerplate(inner_text(element.node)))) {
      outline_.leave_out(i);
      i = element.end;
    } else {
      ++i;
    }
  }
}

// A line of its own that says little: a date, a name, a label.
bool Trimmer::is_loose_line(std::size_t index) const {
  const Element& element = outline_.at(index);
  const Element& parent = outline_.at(element.parent);
  GumboTag tag = element.tag();
  bool loose = tag == GUMBO_TAG_P || tag == GUMBO_TAG_DIV || tag == GUMBO_TAG_SPAN ||
               tag == GUMBO_TAG_TIME || tag == GUMBO_TAG_A || tag == GUMBO_TAG_SECTION;
  if (!loose || element.has_blocks || !parent.has_blocks || is_inline(parent.tag())) return false;
  return element.text > 0 && element.text < kShortLine && !element.ends_sentence &&
         !element.signs.standfirst;
}

// Loose lines before the first paragraph that is surely text are by-lines and dates, those behind
// the last are labels and links, unless they are paragraphs in a row with it.
void Trimmer::leave_out_loose_lines() {
  std::size_t first = article_.parts.front();
  std::size_t end_of_parts = outline_.at(article_.parts.back()).end;
  std::vector<std::size_t> solid;
  for (std::size_t i = first; i < end_of_parts; ++i) {
    if (outline_.at(i).is_solid()) solid.push_back(i);
  }
  if (solid.empty()) return;
  std::size_t begin = solid.front();
  std::size_t end = solid.back();
  bool article = !article_.series && solid.size() > kBylineParagraphs;
  std::size_t early = article ? solid[kBylineParagraphs - 1] : begin;
  for (std::size_t i = first; i < end_of_parts; ++i) {
    const Element& element = outline_.at(i);
    bool before = i < begin;
    bool behind = i > end && (i >= outline_.at(end).end || outline_.at(end).has_blocks);
    bool looked_at = i < early || behind;
    if (!looked_at || element.left_out || !is_loose_line(i)) continue;
    bool in_row = element.tag() == GUMBO_TAG_P && element.link_share() < kFewLinks &&
                  element.parent == outline_.at(before ? begin : end).parent;
    bool outside = (before || behind) && !in_row;
    if (outside || (i < early && is_byline(inner_text(element.node)))) outline_.leave_out(i);
  }
}

// Comments whose names say nothing are known by the line above them.
void Trimmer::leave_out_comments() {
  std::size_t first = article_.parts.front();
  std::size_t end = outline_.at(article_.parts.back()).end;
  std::size_t prose = 0;
  std::size_t least = std::max(kLittleText, article_.prose / kArticlePart);
  for (std::size_t i = first; i < end; ++i) {
    const Element& element = outline_.at(i);
    if (element.left_out) continue;
    if (element.is_solid()) prose += element.own_text;
    bool line = !element.has_blocks && element.text > 0 && element.text < kShortLine;
    if (!line || prose < least || !begins_comments(inner_text(element.node))) continue;
    for (std::size_t behind = i; behind < end; behind = outline_.at(behind).end)
      outline_.leave_out(behind);
    return;
  }
}

// Headings over what was left out.
void Trimmer::leave_out_empty_headings() {
  GumboTag next = GUMBO_TAG_H1;  // the heading after the one that is looked at, or the end
  bool text_between = false;
  for (std::size_t part = article_.parts.size(); part-- > 0;) {
    for (std::size_t i = outline_.at(article_.parts[part]).end; i-- > article_.parts[part];) {
      const Element& element = outline_.at(i);
      if (element.left_out) continue;
      if (!is_heading(element.tag())) {
        text_between = text_between || (element.own_text > 0 && !is_in_heading(i));
        continue;
      }
      bool is_label = element.own_text < kSolidText && element.node != headline_;
      if (!text_between && next <= element.tag() && is_label) {
        outline_.leave_out(i);
      } else {
        next = element.tag();
        text_between = false;
      }
    }
  }
}

bool Trimmer::is_in_heading(std::size_t index) const {
  for (; index != 0; index = outline_.at(index).parent) {
    if (is_heading(outline_.at(index).tag())) return true;
    if (!is_inline(outline_.at(index).tag())) return false;
  }
  return false;
}

const GumboNode* Trimmer::find_headline(std::string_view title) {
  bool is_long = is_article_ && article_.prose >= kShortPage;
  for (std::size_t part : article_.parts) {
    for (std::size_t i = part; i < outline_.at(part).end; ++i) {
      const Element& element = outline_.at(i);
      if (element.is_solid()) return headline_;
      if (element.left_out || !is_heading(element.tag())) continue;
      bool sole = is_long && element.tag() == GUMBO_TAG_H1;
      if (sole || repeats_title(inner_text(element.node), title)) headline_ = element.node;
      if (element.tag() <= GUMBO_TAG_H2 || headline_ != nullptr) return headline_;
    }
  }
  return headline_;
}

}  // namespace walrus::extract
