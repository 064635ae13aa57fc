#include "extract/readers/html_article.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "extract/readers/html_tree.h"

namespace walrus::extract {

namespace {

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

constexpr std::size_t kLongStandfirst = 600;
constexpr int kScoredAncestors = 5;
constexpr int kPeerLevels = 5;
constexpr int kStandfirstLevels = 4;

// Shares of what something is compared with.
constexpr double kInnerBodyProse = 0.8;
constexpr double kBodyProse = 0.6;
constexpr double kPeerProse = 0.3;
constexpr double kOuterPeerProse = 0.5;
constexpr double kPeerLinks = 0.15;
constexpr double kReferenceText = 0.2;
constexpr double kSiblingRank = 0.2;
constexpr double kHardlyLinks = 0.15;

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

class ArticleFinder {
 public:
  explicit ArticleFinder(const Outline& outline) : outline_(outline) {}

  Article find();

 private:
  void score_paragraphs();
  void score(std::size_t ancestor, double value);
  double rank(std::size_t index) const;
  std::size_t best_candidate() const;
  std::size_t best_body() const;
  bool is_peer(std::size_t index, std::size_t of_index) const;
  std::size_t with_peers(std::size_t index) const;
  std::size_t out_of_list(std::size_t index) const;
  std::size_t with_reference_matter(std::size_t root) const;
  std::size_t without_wrappers(std::size_t index) const;
  bool is_worthwhile_sibling(std::size_t sibling, std::size_t root) const;
  void add_siblings(std::size_t root, std::vector<std::size_t>& parts) const;
  void add_standfirst(std::size_t root, std::vector<std::size_t>& parts) const;

  const Outline& outline_;
  std::vector<double> scores_;
};

void ArticleFinder::score_paragraphs() {
  scores_.assign(outline_.elements().size(), 0);
  for (std::size_t i = 0; i < outline_.elements().size(); ++i) {
    const Element& element = outline_.at(i);
    if (element.left_out || element.is_part_of_line() || element.own_link_share() >= kMostlyLinks)
      continue;
    std::size_t length = element.own_text - element.own_links;
    if (length < kParagraphText) continue;
    double value = 1.0 + static_cast<double>(std::min<std::size_t>(element.commas, 20)) +
                   static_cast<double>(std::min<std::size_t>(length / 100, 5));
    score(element.has_blocks ? i : element.parent, value);
  }
}

// A paragraph speaks for what holds it, and less for what holds that.
void ArticleFinder::score(std::size_t ancestor, double value) {
  for (int level = 0; level < kScoredAncestors; ++level) {
    double share = level == 0 ? 1.0 : level == 1 ? 0.5 : 1.0 / (3.0 * level);
    scores_[ancestor] += value * share;
    if (ancestor == 0) return;
    ancestor = outline_.at(ancestor).parent;
  }
}

double ArticleFinder::rank(std::size_t index) const {
  const Element& element = outline_.at(index);
  double factor = element.signs.body ? 1.6 : element.signs.content ? 1.2 : 1.0;
  GumboTag tag = element.tag();
  if (tag == GUMBO_TAG_ARTICLE || tag == GUMBO_TAG_MAIN) factor *= 1.2;
  if (tag == GUMBO_TAG_UL || tag == GUMBO_TAG_OL || tag == GUMBO_TAG_DL || tag == GUMBO_TAG_TR) {
    factor *= 0.8;
  }
  return scores_[index] * (1 - outline_.at(index).kept_link_share()) * factor;
}

std::size_t ArticleFinder::best_candidate() const {
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
std::size_t ArticleFinder::best_body() const {
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

bool ArticleFinder::is_peer(std::size_t index, std::size_t of_index) const {
  const Element& element = outline_.at(index);
  const Element& of = outline_.at(of_index);
  if (element.left_out || element.tag() != of.tag() || element.prose < kSolidText / 2) return false;
  if (outline_.at(index).kept_link_share() > outline_.at(of_index).kept_link_share() + kPeerLinks)
    return false;
  std::string_view name = first_class(of.node);
  if (!name.empty()) return first_class(element.node) == name;
  return is_telling(of.tag()) && element.parent == of.parent && first_class(element.node).empty();
}

// Posts of a thread, answers to a question, sections of a story: where others of its kind hold as
// much as `index`, the content is what holds them all.
std::size_t ArticleFinder::with_peers(std::size_t index) const {
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
      ancestor = outline_.common_ancestor(ancestor, other);
    }
    double least =
        (level == index ? kPeerProse : kOuterPeerProse) * static_cast<double>(element.prose);
    if (ancestor != level && static_cast<double>(prose) >= least) return ancestor;
  }
  return index;
}

// An item stands for its list, and the list for what it is a part of.
std::size_t ArticleFinder::out_of_list(std::size_t index) const {
  constexpr std::array kParts{GUMBO_TAG_LI, GUMBO_TAG_UL, GUMBO_TAG_OL, GUMBO_TAG_DD,
                              GUMBO_TAG_DT, GUMBO_TAG_DL, GUMBO_TAG_P,  GUMBO_TAG_BLOCKQUOTE};
  while (index != 0 && std::ranges::find(kParts, outline_.at(index).tag()) != kParts.end()) {
    index = outline_.at(index).parent;
  }
  return index;
}

// Programs and definitions are content wherever they stand: a reference has them in pieces, each
// with a paragraph or two.
std::size_t ArticleFinder::with_reference_matter(std::size_t root) const {
  std::size_t outside = 0;
  std::size_t ancestor = root;
  for (std::size_t i = 1; i < outline_.elements().size(); ++i) {
    const Element& element = outline_.at(i);
    bool reference = element.tag() == GUMBO_TAG_PRE || element.tag() == GUMBO_TAG_DL;
    if (!reference || element.left_out || outline_.holds(root, i)) continue;
    if (element.text < kSolidText || element.link_share() > kMostlyLinks) continue;
    outside += element.text;
    ancestor = outline_.common_ancestor(ancestor, i);
  }
  bool much = static_cast<double>(outside) >=
              kReferenceText * static_cast<double>(outline_.at(root).kept_text);
  return much ? ancestor : root;
}

// The outermost element with the same text.
std::size_t ArticleFinder::without_wrappers(std::size_t index) const {
  while (index != 0 && outline_.at(index).parent != 0 &&
         outline_.at(outline_.at(index).parent).kept_text == outline_.at(index).kept_text) {
    index = outline_.at(index).parent;
  }
  return index;
}

bool ArticleFinder::is_worthwhile_sibling(std::size_t sibling, std::size_t root) const {
  const Element& element = outline_.at(sibling);
  if (element.left_out || outline_.at(sibling).kept_text == 0) return false;
  double links = outline_.at(sibling).kept_link_share();
  bool teasers = element.linked_headings > 0 && outline_.at(root).linked_headings == 0;
  if (links >= kFewLinks || teasers) return false;
  if (element.tag() == GUMBO_TAG_P) return element.text > kSolidText || element.ends_sentence;
  if (is_flow(element.tag())) return true;
  if (element.prose < kSolidText) return false;
  return rank(sibling) >= kSiblingRank * rank(root) || links < kHardlyLinks;
}

void ArticleFinder::add_siblings(std::size_t root, std::vector<std::size_t>& parts) const {
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
void ArticleFinder::add_standfirst(std::size_t root, std::vector<std::size_t>& parts) const {
  std::size_t outer = root;
  for (int i = 0; i < kStandfirstLevels && outer != 0; ++i) outer = outline_.at(outer).parent;
  for (std::size_t i = outer + 1; i < root; ++i) {
    const Element& element = outline_.at(i);
    bool fits = element.signs.standfirst && !element.left_out && !element.has_mark &&
                element.text >= kParagraphText && element.text <= kLongStandfirst &&
                element.link_share() < kFewLinks;
    if (!fits || outline_.holds(i, root)) continue;
    bool taken = std::ranges::any_of(parts, [&](std::size_t part) {
      return outline_.holds(part, i) || outline_.holds(i, part);
    });
    if (taken) continue;
    parts.insert(parts.begin(), i);
    return;
  }
}

Article ArticleFinder::find() {
  score_paragraphs();
  Article article;
  std::size_t best = best_candidate();
  if (best == kNone) return article;
  std::size_t body = best_body();
  article.named = body != kNone && static_cast<double>(outline_.at(body).prose) >=
                                       kBodyProse * static_cast<double>(outline_.at(best).prose);
  std::size_t chosen = article.named ? body : out_of_list(best);
  std::size_t root = with_reference_matter(with_peers(chosen));
  article.series = root != chosen;
  if (article.named && root == body) {
    article.parts.push_back(root);
  } else {
    add_siblings(root, article.parts);
  }
  add_standfirst(root, article.parts);
  for (std::size_t part : article.parts) article.prose += outline_.at(part).prose;
  return article;
}

}  // namespace

Article find_article(const Outline& outline) {
  return ArticleFinder(outline).find();
}

}  // namespace walrus::extract
