#include "extract/readers/html_content.h"

#include <algorithm>
#include <array>
#include <string>

#include "extract/readers/html_lines.h"
#include "extract/readers/html_tree.h"

namespace walrus::extract {

namespace {

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

// Lengths in bytes, as in Element.
constexpr std::size_t kParagraphText = 25;
constexpr std::size_t kSolidText = 80;
constexpr std::size_t kLittleText = 300;
constexpr std::size_t kShortPage = 400;
constexpr std::size_t kShortArticle = 600;
constexpr std::size_t kLongLinkList = 2000;
constexpr std::size_t kShortLine = 100;
constexpr std::size_t kShortMenu = 150;
constexpr std::size_t kLongStandfirst = 600;
constexpr std::size_t kSmallForm = 5;    // times as much prose outside of it
constexpr std::size_t kIndexText = 8;    // times as much, nearly all of it links, as paragraphs
constexpr std::size_t kArticlePart = 3;  // one in so many of all prose is the article at least
constexpr int kBylineParagraphs = 3;     // a by-line stands before so many
constexpr int kScoredAncestors = 5;
constexpr int kPeerLevels = 5;

// Shares of something that is compared with something else.
constexpr double kMostlyLinks = 0.5;
constexpr double kLargePart = 0.25;
constexpr double kTeaserLinks = 0.2;
constexpr double kFewLinks = 0.33;
constexpr double kHardlyLinks = 0.15;
constexpr double kAllLinks = 0.9;
constexpr double kInnerBodyProse = 0.8;
constexpr double kBodyProse = 0.6;
constexpr double kPeerProse = 0.3;
constexpr double kOuterPeerProse = 0.5;
constexpr double kPeerLinks = 0.15;
constexpr double kReferenceText = 0.2;
constexpr double kSiblingRank = 0.2;
constexpr double kLeastCover = 0.3;

bool is_telling(GumboTag tag) {
  return tag == GUMBO_TAG_ARTICLE || tag == GUMBO_TAG_SECTION;
}

// The first of its class names: "post bg1" and "post bg2" are of a kind.
std::string_view first_class(const GumboNode* node) {
  std::string_view names = attribute(node, "class");
  std::size_t start = names.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos) return {};
  names.remove_prefix(start);
  return names.substr(0, names.find_first_of(" \t\r\n"));
}

bool is_flow(GumboTag tag) {
  switch (tag) {
    case GUMBO_TAG_P:
    case GUMBO_TAG_TABLE:
    case GUMBO_TAG_PRE:
    case GUMBO_TAG_UL:
    case GUMBO_TAG_OL:
    case GUMBO_TAG_DL:
    case GUMBO_TAG_BLOCKQUOTE:
    case GUMBO_TAG_FIGURE:
    case GUMBO_TAG_DETAILS:
      return true;
    default:
      return is_heading(tag) && tag != GUMBO_TAG_H1;
  }
}

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
      return is_heading(tag);
  }
}

}  // namespace

PageContent::PageContent(const GumboNode* body, std::string_view title) : outline_(body, false) {
  choose_strictness();
  for (std::size_t part : parts_) leave_out_inside(part);
  add_up();
  if (found() == 0) take_everything();
  find_headline(title);
  if (is_article_ && prose_found() >= kShortPage) {
    if (!is_series_) leave_out_comments(parts_.front(), parts_.back());
    trim(parts_.front(), parts_.back());
    leave_out_empty_headings();
  }
  for (std::size_t part : parts_) nodes_.push_back(outline_.at(part).node);
}

void PageContent::choose_strictness() {
  Strictness best = Strictness::kAll;
  choose(best);
  for (Strictness next : {Strictness::kCommentsAreContent, Strictness::kTagsOnly}) {
    std::size_t before = found();
    if (before >= kLittleText || (is_named_ && before >= kSolidText)) return;
    choose(next);
    if (found() > 2 * before) {
      best = next;
    } else {
      choose(best);
    }
  }
}

// A page that is nothing but links or menus, or that shows its text to those without scripts alone.
void PageContent::take_everything() {
  if (outline_.at(0).text == 0) outline_ = Outline(outline_.at(0).node, true);
  leave_out_surroundings(Strictness::kNothing);
  add_up();
  parts_ = {0};
  is_article_ = false;
}

std::size_t PageContent::prose_found() const {
  std::size_t prose = 0;
  for (std::size_t part : parts_) prose += outline_.at(part).prose;
  return prose;
}

// Kept text in the parts, links and all.
std::size_t PageContent::found() const {
  std::size_t text = 0;
  for (std::size_t part : parts_) text += kept_text_[part];
  return text;
}

bool PageContent::is_left_out(const GumboNode* node) const {
  const Element* element = outline_.find(node);
  return element == nullptr || element->left_out;
}

bool PageContent::lays_out(const GumboNode* table) const {
  const Element* element = outline_.find(table);
  return element != nullptr && element->lays_out;
}

std::size_t PageContent::plain_text(const Element& element) const {
  std::size_t index = outline_.index_of(element);
  return kept_text_[index] - kept_links_[index];
}

void PageContent::choose(Strictness strictness) {
  leave_out_surroundings(strictness);
  add_up();
  score_paragraphs();
  parts_ = article_parts();
  is_article_ = !parts_.empty() && covers_enough(parts_);
  if (!is_article_) parts_ = {whole_page()};
}

bool PageContent::is_surroundings(const Element& element, Strictness strictness) const {
  Surroundings kind = element.signs.surroundings;
  if (strictness == Strictness::kNothing || kind == Surroundings::kNone) return false;
  bool small_kind = kind == Surroundings::kBox || kind == Surroundings::kLine;
  bool large =
      static_cast<double>(element.text) >= kLargePart * static_cast<double>(outline_.at(0).text);
  if (element.has_mark && (small_kind || large)) return false;
  bool most = 2 * element.text >= outline_.at(0).text && element.link_share() < kFewLinks;
  if (most && kind != Surroundings::kComments) return false;
  GumboTag tag = element.tag();
  if (strictness == Strictness::kTagsOnly) {
    return tag == GUMBO_TAG_NAV || tag == GUMBO_TAG_FOOTER || tag == GUMBO_TAG_ASIDE;
  }
  if (kind == Surroundings::kComments) return strictness == Strictness::kAll;
  if (element.has_code) return false;
  if (!small_kind) return true;
  bool judged = tag != GUMBO_TAG_ARTICLE && tag != GUMBO_TAG_TD && tag != GUMBO_TAG_TR &&
                tag != GUMBO_TAG_TH && tag != GUMBO_TAG_TABLE;
  std::size_t limit = most_text(kind);
  if (is_inline(tag)) judged = judged && outline_.at(element.parent).own_text <= limit;
  return judged && element.text <= limit;
}

void PageContent::leave_out(std::size_t index) {
  for (std::size_t i = index; i < outline_.at(index).end; ++i)
    outline_.elements()[i].left_out = true;
}

void PageContent::leave_out_surroundings(Strictness strictness) {
  for (Element& element : outline_.elements()) element.left_out = false;
  for (std::size_t i = 1; i < outline_.elements().size();) {
    const Element& element = outline_.at(i);
    if (element.tag() == GUMBO_TAG_PRE) {
      i = element.end;  // programs are coloured by classes
    } else if (is_surroundings(element, strictness)) {
      leave_out(i);
      i = element.end;
    } else {
      ++i;
    }
  }
}

// From the leaves to the root: what is kept below each element.
void PageContent::add_up() {
  auto& elements = outline_.elements();
  kept_text_.assign(elements.size(), 0);
  kept_links_.assign(elements.size(), 0);
  for (Element& element : elements) element.prose = 0;
  for (std::size_t i = elements.size(); i-- > 0;) {
    Element& element = elements[i];
    if (element.left_out) continue;
    bool is_part_of_line = is_inline(element.tag()) && !element.has_blocks;
    bool is_prose = !is_part_of_line && element.own_text >= kParagraphText &&
                    element.own_link_share() < kMostlyLinks;
    if (is_prose) element.prose += element.own_text - element.own_links;
    if (!is_part_of_line) {
      kept_text_[i] += element.own_text;
      kept_links_[i] += element.own_links;
    }
    if (i == 0) break;
    elements[element.parent].prose += element.prose;
    kept_text_[element.parent] += kept_text_[i];
    kept_links_[element.parent] += kept_links_[i];
  }
}

void PageContent::score_paragraphs() {
  scores_.assign(outline_.elements().size(), 0);
  for (std::size_t i = 0; i < outline_.elements().size(); ++i) {
    const Element& element = outline_.at(i);
    bool is_part_of_line = is_inline(element.tag()) && !element.has_blocks;
    if (element.left_out || is_part_of_line || element.own_link_share() >= kMostlyLinks) continue;
    std::size_t length = element.own_text - element.own_links;
    if (length < kParagraphText) continue;
    double value = 1.0 + static_cast<double>(std::min<std::size_t>(element.commas, 20)) +
                   static_cast<double>(std::min<std::size_t>(length / 100, 5));
    score(element.has_blocks ? i : element.parent, value);
  }
}

// A paragraph speaks for what holds it, and less for what holds that.
void PageContent::score(std::size_t ancestor, double value) {
  for (int level = 0; level < kScoredAncestors; ++level) {
    double share = level == 0 ? 1.0 : level == 1 ? 0.5 : 1.0 / (3.0 * level);
    scores_[ancestor] += value * share;
    if (ancestor == 0) return;
    ancestor = outline_.at(ancestor).parent;
  }
}

// The share of links in what is kept below.
double PageContent::links_in(std::size_t index) const {
  if (kept_text_[index] == 0) return 1;
  return static_cast<double>(kept_links_[index]) / static_cast<double>(kept_text_[index]);
}

double PageContent::rank(std::size_t index) const {
  const Element& element = outline_.at(index);
  double factor = element.signs.body ? 1.6 : element.signs.content ? 1.2 : 1.0;
  GumboTag tag = element.tag();
  if (tag == GUMBO_TAG_ARTICLE || tag == GUMBO_TAG_MAIN) factor *= 1.2;
  if (tag == GUMBO_TAG_UL || tag == GUMBO_TAG_OL || tag == GUMBO_TAG_DL || tag == GUMBO_TAG_TR) {
    factor *= 0.8;
  }
  return scores_[index] * (1 - links_in(index)) * factor;
}

std::size_t PageContent::best_candidate() const {
  std::size_t best = kNone;
  double best_rank = 0;
  for (std::size_t i = 0; i < outline_.elements().size(); ++i) {
    if (outline_.at(i).left_out || scores_[i] <= 0) continue;
    double value = rank(i);
    if (value <= best_rank) continue;
    best_rank = value;
    best = i;
  }
  return best;
}

// Of the elements that the page itself names the article's body, the one with most prose; the
// innermost of these.
std::size_t PageContent::best_body() const {
  std::size_t best = kNone;
  for (std::size_t i = 1; i < outline_.elements().size(); ++i) {
    const Element& element = outline_.at(i);
    if (!element.signs.body || element.left_out || element.prose == 0) continue;
    bool better = best == kNone || element.prose > outline_.at(best).prose ||
                  (outline_.holds(best, i) &&
                   static_cast<double>(element.prose) >=
                       kInnerBodyProse * static_cast<double>(outline_.at(best).prose));
    if (better) best = i;
  }
  return best;
}

std::size_t PageContent::common_ancestor(std::size_t left, std::size_t right) const {
  while (!outline_.holds(left, right)) left = outline_.at(left).parent;
  return left;
}

bool PageContent::is_peer(std::size_t index, std::size_t of_index) const {
  const Element& element = outline_.at(index);
  const Element& of = outline_.at(of_index);
  if (element.left_out || element.tag() != of.tag() || element.prose < kSolidText / 2) return false;
  if (links_in(index) > links_in(of_index) + kPeerLinks) return false;
  std::string_view name = first_class(of.node);
  if (!name.empty()) return first_class(element.node) == name;
  return is_telling(of.tag()) && element.parent == of.parent && first_class(element.node).empty();
}

// Posts of a thread, answers to a question, sections of a story: where others of its kind hold as
// much as `index`, the content is what holds them all.
std::size_t PageContent::with_peers(std::size_t index) const {
  std::size_t level = index;
  for (int i = 0; i < kPeerLevels && level != 0; ++i, level = outline_.at(level).parent) {
    const Element& element = outline_.at(level);
    if (level != index && !is_telling(element.tag())) continue;
    std::size_t prose = 0;
    std::size_t ancestor = level;
    for (std::size_t other = 1; other < outline_.elements().size(); ++other) {
      bool apart = !outline_.holds(level, other) && !outline_.holds(other, level);
      if (!apart || !is_peer(other, level)) continue;
      prose += outline_.at(other).prose;
      ancestor = common_ancestor(ancestor, other);
    }
    double least =
        (level == index ? kPeerProse : kOuterPeerProse) * static_cast<double>(element.prose);
    if (ancestor != level && static_cast<double>(prose) >= least) return ancestor;
  }
  return index;
}

// An item stands for its list, and the list for what it is a part of.
std::size_t PageContent::out_of_list(std::size_t index) const {
  constexpr std::array kParts{GUMBO_TAG_LI, GUMBO_TAG_UL, GUMBO_TAG_OL, GUMBO_TAG_DD,
                              GUMBO_TAG_DT, GUMBO_TAG_DL, GUMBO_TAG_P,  GUMBO_TAG_BLOCKQUOTE};
  while (index != 0 && std::ranges::find(kParts, outline_.at(index).tag()) != kParts.end()) {
    index = outline_.at(index).parent;
  }
  return index;
}

// Programs and definitions are content wherever they stand: a reference has them in pieces, each
// with a paragraph or two.
std::size_t PageContent::with_reference_matter(std::size_t root) const {
  std::size_t outside = 0;
  std::size_t ancestor = root;
  for (std::size_t i = 1; i < outline_.elements().size(); ++i) {
    const Element& element = outline_.at(i);
    bool reference = element.tag() == GUMBO_TAG_PRE || element.tag() == GUMBO_TAG_DL;
    if (!reference || element.left_out || outline_.holds(root, i)) continue;
    if (element.text < kSolidText || element.link_share() > kMostlyLinks) continue;
    outside += element.text;
    ancestor = common_ancestor(ancestor, i);
  }
  bool much =
      static_cast<double>(outside) >= kReferenceText * static_cast<double>(kept_text_[root]);
  return much ? ancestor : root;
}

// The outermost element with the same text.
std::size_t PageContent::without_wrappers(std::size_t index) const {
  while (index != 0 && outline_.at(index).parent != 0 &&
         kept_text_[outline_.at(index).parent] == kept_text_[index]) {
    index = outline_.at(index).parent;
  }
  return index;
}

bool PageContent::is_worthwhile_sibling(std::size_t sibling, std::size_t root) const {
  const Element& element = outline_.at(sibling);
  if (element.left_out || kept_text_[sibling] == 0) return false;
  double links = links_in(sibling);
  bool teasers = element.linked_headings > 0 && outline_.at(root).linked_headings == 0;
  if (links >= kFewLinks || teasers) return false;
  if (element.tag() == GUMBO_TAG_P) return element.text > kSolidText || element.ends_sentence;
  if (is_flow(element.tag())) return true;
  if (element.prose < kSolidText) return false;

  return rank(sibling) >= kSiblingRank * rank(root) || links < kHardlyLinks;
}

void PageContent::add_siblings(std::size_t root, std::vector<std::size_t>& parts) const {
  std::size_t outer = without_wrappers(root);
  if (outer == 0) {
    parts.push_back(root);
    return;
  }
  std::size_t parent = outline_.at(outer).parent;
  for (std::size_t i = parent + 1; i < outline_.at(parent).end; i = outline_.at(i).end) {
    if (i == outer) parts.push_back(root);
    if (i != outer && is_worthwhile_sibling(i, root)) parts.push_back(i);
  }
}

// What stands between the headline and the text is often outside of the text's element.
void PageContent::add_standfirst(std::size_t root, std::vector<std::size_t>& parts) const {
  std::size_t outer = root;
  for (int i = 0; i < 4 && outer != 0; ++i) outer = outline_.at(outer).parent;
  for (std::size_t i = outer + 1; i < root; ++i) {
    const Element& element = outline_.at(i);
    bool taken = std::ranges::any_of(parts, [&](std::size_t part) {
      return outline_.holds(part, i) || outline_.holds(i, part);
    });
    bool fits = element.signs.standfirst && !element.left_out && !element.has_mark &&
                element.text >= kParagraphText && element.text <= kLongStandfirst &&
                element.link_share() < kFewLinks;
    if (taken || !fits || outline_.holds(i, root)) continue;
    parts.insert(parts.begin(), i);
    return;
  }
}

std::vector<std::size_t> PageContent::article_parts() {
  is_named_ = false;
  std::size_t best = best_candidate();
  if (best == kNone) return {};
  std::size_t body = best_body();
  bool named = body != kNone && static_cast<double>(outline_.at(body).prose) >=
                                    kBodyProse * static_cast<double>(outline_.at(best).prose);
  std::size_t chosen = named ? body : out_of_list(best);
  std::size_t root = with_reference_matter(with_peers(chosen));
  is_named_ = named;
  is_series_ = root != chosen;
  std::vector<std::size_t> parts;
  if (named && root == body) {
    parts.push_back(root);
  } else {
    add_siblings(root, parts);
  }
  add_standfirst(root, parts);
  return parts;
}

// A page whose best part is a small share of it is a list, a form or a table rather than an
// article.
bool PageContent::covers_enough(const std::vector<std::size_t>& parts) const {
  std::size_t found = 0;
  for (std::size_t part : parts) found += plain_text(outline_.at(part));
  std::size_t page = whole_page();
  std::size_t all = plain_text(outline_.at(page));
  bool index = found < kShortArticle && kept_text_[page] > kIndexText * found;
  if (index && !is_named_) return false;
  return found >= kShortArticle || (is_named_ && found >= kSolidText) ||
         static_cast<double>(found) >= kLeastCover * static_cast<double>(all);
}

// The one main element if it holds most, or else everything.
std::size_t PageContent::whole_page() const {
  std::size_t best = 0;
  for (std::size_t i = 1; i < outline_.elements().size(); ++i) {
    const Element& element = outline_.at(i);
    bool is_main = element.tag() == GUMBO_TAG_MAIN || attribute(element.node, "role") == "main";
    if (!is_main || element.left_out) continue;
    if (2 * plain_text(element) >= plain_text(outline_.at(0))) best = i;
    break;
  }
  return best;
}

// A stretch of links, as menus and "related" boxes are. On a page that is itself a list only short
// ones are, which are menus.
bool PageContent::is_link_list(const Element& element) const {
  std::size_t index = outline_.index_of(element);
  std::size_t text = kept_text_[index];
  if (!can_be_link_list(element.tag()) || text == 0) return false;
  if (element.own_text >= element.own_links + kSolidText) return false;
  double links = links_in(index);
  if (!is_article_) {
    return !is_heading(element.tag()) && links > kAllLinks && text < kShortMenu;
  }
  if (is_heading(element.tag())) return false;
  bool teasers = !is_series_ && element.linked_headings > 1 && links > kTeaserLinks &&
                 2 * element.prose < prose_found();
  if (teasers) return true;
  if (element.tag() == GUMBO_TAG_P) return links > kAllLinks && text < 2 * kShortLine;
  return links > kMostlyLinks && text < kLongLinkList;
}

void PageContent::leave_out_inside(std::size_t part) {
  for (std::size_t i = part + 1; i < outline_.at(part).end;) {
    const Element& element = outline_.at(i);
    bool line = !element.has_blocks && !is_inline(element.tag()) && element.text > 0 &&
                element.text <= kLongLine;
    bool small_form = is_article_ && element.tag() == GUMBO_TAG_FORM &&
                      kSmallForm * element.prose < prose_found();
    if (element.left_out || element.tag() == GUMBO_TAG_PRE) {
      i = element.end;
    } else if (small_form || is_link_list(element) ||
               (line && is_boilerplate(inner_text(element.node)))) {
      leave_out(i);
      i = element.end;
    } else {
      ++i;
    }
  }
}

// Paragraphs that are surely text: what comes before the first of them or after the last needs a
// reason to stay.
bool PageContent::is_solid(const Element& element) const {
  bool is_part_of_line = is_inline(element.tag()) && !element.has_blocks;
  if (element.left_out || is_part_of_line || is_heading(element.tag())) return false;
  if (element.own_link_share() >= kFewLinks) return false;
  return element.own_text >= kSolidText ||
         (element.own_text >= kSolidText / 2 && element.ends_sentence);
}

// A line of its own that says little: a date, a name, a label.
bool PageContent::is_loose_line(std::size_t index) const {
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
void PageContent::trim(std::size_t first, std::size_t last) {
  std::size_t end_of_parts = outline_.at(last).end;
  std::vector<std::size_t> solid;
  for (std::size_t i = first; i < end_of_parts; ++i) {
    if (is_solid(outline_.at(i))) solid.push_back(i);
  }
  if (solid.empty()) return;
  std::size_t begin = solid.front();
  std::size_t end = solid.back();
  bool article = !is_series_ && solid.size() > kBylineParagraphs;
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
    if (outside || (i < early && is_byline(inner_text(element.node)))) leave_out(i);
  }
}

// Comments whose names say nothing are known by the line above them.
void PageContent::leave_out_comments(std::size_t first, std::size_t last) {
  std::size_t end = outline_.at(last).end;
  std::size_t prose = 0;
  std::size_t least = std::max(kLittleText, prose_found() / kArticlePart);
  for (std::size_t i = first; i < end; ++i) {
    const Element& element = outline_.at(i);
    if (element.left_out) continue;
    if (is_solid(element)) prose += element.own_text;
    bool line = !element.has_blocks && element.text > 0 && element.text < kShortLine;
    if (!line || prose < least || !begins_comments(inner_text(element.node))) continue;
    for (std::size_t behind = i; behind < end; behind = outline_.at(behind).end) leave_out(behind);
    return;
  }
}

// Headings over what was left out.
void PageContent::leave_out_empty_headings() {
  GumboTag next = GUMBO_TAG_H1;  // the heading after the one that is looked at, or the end
  bool text_between = false;
  for (std::size_t part = parts_.size(); part-- > 0;) {
    for (std::size_t i = outline_.at(parts_[part]).end; i-- > parts_[part];) {
      const Element& element = outline_.at(i);
      if (element.left_out) continue;
      if (!is_heading(element.tag())) {
        text_between = text_between || (element.own_text > 0 && !is_in_heading(i));
        continue;
      }
      bool is_label = element.own_text < kSolidText && element.node != headline_;
      if (!text_between && next <= element.tag() && is_label) {
        leave_out(i);
      } else {
        next = element.tag();
        text_between = false;
      }
    }
  }
}

bool PageContent::is_in_heading(std::size_t index) const {
  for (; index != 0; index = outline_.at(index).parent) {
    if (is_heading(outline_.at(index).tag())) return true;
    if (!is_inline(outline_.at(index).tag())) return false;
  }
  return false;
}

void PageContent::find_headline(std::string_view title) {
  for (std::size_t part : parts_) {
    for (std::size_t i = part; i < outline_.at(part).end; ++i) {
      const Element& element = outline_.at(i);
      if (element.left_out) continue;
      if (is_heading(element.tag())) {
        std::string words = inner_text(element.node);
        bool sole = element.tag() == GUMBO_TAG_H1 && is_article_ && prose_found() >= kShortPage;
        if (sole || repeats_title(words, title)) headline_ = element.node;
        if (element.tag() <= GUMBO_TAG_H2 || headline_ != nullptr) return;
      } else if (is_solid(element)) {
        return;
      }
    }
  }
}

}  // namespace walrus::extract
