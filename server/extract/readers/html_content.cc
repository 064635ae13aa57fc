#include "extract/readers/html_content.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <vector>

#include "extract/readers/html_tree.h"

namespace walrus::extract {

namespace {

// An element is the content's root only if it holds this share of the visible text.
constexpr double kRootShare = 0.4;
// Below this many characters there is nothing to choose from.
constexpr std::size_t kSmallPage = 600;
constexpr std::size_t kParagraphText = 25;
constexpr std::size_t kShortLinkList = 2000;
constexpr int kScoredAncestors = 4;

constexpr std::array<std::string_view, 34> kSurroundingWords{
    "ad",         "ads",    "advert",  "advertisement", "banner",     "breadcrumb", "breadcrumbs",
    "comments",   "cookie", "cookies", "disqus",        "dropdown",   "footer",     "masthead",
    "menu",       "modal",  "nav",     "navbar",        "navigation", "newsletter", "pager",
    "pagination", "popup",  "promo",   "promotion",     "related",    "share",      "sharing",
    "sidebar",    "skip",   "social",  "sponsor",       "subscribe",  "toolbar"};
constexpr std::array<std::string_view, 9> kContentWords{
    "article", "body", "content", "entry", "main", "post", "story", "text", "page"};

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

// Words that turn what follows around: "no-sidebar", "has-sidebar".
constexpr std::array<std::string_view, 4> kStateWords{"has", "no", "with", "without"};

enum class NameSign { kNone, kSurroundings, kContent };

// One class or id: "site-footer", "siteFooter" and "site_footer" are all two words, of which the
// last that says anything decides, for "main-menu" is a menu.
NameSign sign_of_name(std::string_view name) {
  NameSign sign = NameSign::kNone;
  bool state = false;
  std::string word;
  auto end_word = [&] {
    if (contains(kSurroundingWords, word)) sign = NameSign::kSurroundings;
    if (contains(kContentWords, word)) sign = NameSign::kContent;
    state = state || contains(kStateWords, word);
    word.clear();
  };
  for (char c : name) {
    auto byte = static_cast<unsigned char>(c);
    if (!std::isalnum(byte) || std::isupper(byte)) end_word();
    if (std::isalnum(byte)) word += static_cast<char>(std::tolower(byte));
  }
  end_word();
  return state ? NameSign::kNone : sign;
}

struct NameSigns {
  bool surroundings = false;
  bool content = false;
};

NameSigns name_signs(const GumboNode* element) {
  NameSigns signs;
  for (const char* name : {"class", "id"}) {
    std::string_view names = attribute(element, name).substr(0, 500);
    while (!names.empty()) {
      std::size_t end = std::min(names.find_first_of(" \t\r\n"), names.size());
      NameSign sign = sign_of_name(names.substr(0, end));
      signs.surroundings = signs.surroundings || sign == NameSign::kSurroundings;
      signs.content = signs.content || sign == NameSign::kContent;
      names.remove_prefix(std::min(end + 1, names.size()));
    }
  }
  return signs;
}

std::size_t visible_length(std::string_view text, std::size_t& commas) {
  std::size_t length = 0;
  bool space = true;
  for (char c : text) {
    bool is_space = std::isspace(static_cast<unsigned char>(c)) != 0;
    if (!is_space || !space) ++length;
    space = is_space;
    if (c == ',') ++commas;
  }
  return length;
}

bool is_content_mark(const GumboNode* element) {
  GumboTag tag = element->v.element.tag;
  return tag == GUMBO_TAG_MAIN || tag == GUMBO_TAG_ARTICLE || attribute(element, "role") == "main";
}

bool is_block_in_table(GumboTag tag) {
  return (tag >= GUMBO_TAG_H1 && tag <= GUMBO_TAG_H6) || tag == GUMBO_TAG_UL ||
         tag == GUMBO_TAG_OL || tag == GUMBO_TAG_TABLE || tag == GUMBO_TAG_PRE ||
         tag == GUMBO_TAG_ARTICLE;
}

bool is_inline(GumboTag tag) {
  constexpr std::array kInline{GUMBO_TAG_B,    GUMBO_TAG_I,    GUMBO_TAG_EM,    GUMBO_TAG_STRONG,
                               GUMBO_TAG_SPAN, GUMBO_TAG_CODE, GUMBO_TAG_A,     GUMBO_TAG_SUB,
                               GUMBO_TAG_SUP,  GUMBO_TAG_U,    GUMBO_TAG_SMALL, GUMBO_TAG_FONT,
                               GUMBO_TAG_MARK, GUMBO_TAG_ABBR, GUMBO_TAG_CITE,  GUMBO_TAG_Q};
  return std::ranges::find(kInline, tag) != kInline.end();
}

double link_share(const Measure& measure) {
  return measure.text == 0
             ? 1
             : static_cast<double>(measure.link_text) / static_cast<double>(measure.text);
}

}  // namespace

bool is_invisible(const GumboNode* element) {
  switch (element->v.element.tag) {
    case GUMBO_TAG_HEAD:
    case GUMBO_TAG_SCRIPT:
    case GUMBO_TAG_STYLE:
    case GUMBO_TAG_TEMPLATE:
    case GUMBO_TAG_NOSCRIPT:
    case GUMBO_TAG_IFRAME:
    case GUMBO_TAG_OBJECT:
    case GUMBO_TAG_SVG:
    case GUMBO_TAG_CANVAS:
    case GUMBO_TAG_AUDIO:
    case GUMBO_TAG_VIDEO:
    case GUMBO_TAG_BUTTON:
    case GUMBO_TAG_SELECT:
    case GUMBO_TAG_DATALIST:
    case GUMBO_TAG_TEXTAREA:
      return true;
    default:
      break;
  }
  if (has_attribute(element, "hidden") || attribute(element, "aria-hidden") == "true") return true;
  std::string style(attribute(element, "style").substr(0, 1000));
  std::erase_if(style, [](unsigned char c) { return std::isspace(c); });
  return style.find("display:none") != std::string::npos ||
         style.find("visibility:hidden") != std::string::npos;
}

bool is_surroundings(const GumboNode* element) {
  GumboTag tag = element->v.element.tag;
  if (tag == GUMBO_TAG_HTML || tag == GUMBO_TAG_BODY || is_content_mark(element)) return false;
  if (tag == GUMBO_TAG_NAV || tag == GUMBO_TAG_FOOTER || tag == GUMBO_TAG_ASIDE) return true;
  std::string_view role = attribute(element, "role");
  if (role == "navigation" || role == "complementary" || role == "contentinfo" ||
      role == "dialog" || role == "banner" || role == "search") {
    return true;
  }
  if (tag >= GUMBO_TAG_H1 && tag <= GUMBO_TAG_H6) return false;
  NameSigns signs = name_signs(element);
  return signs.surroundings && !signs.content;
}

// Sums up measures from the leaves, and scores paragraphs into their ancestors.
struct MeasuringVisitor {
  struct Level {
    const GumboNode* node;
    Measure measure;
    std::size_t direct = 0;  // text that is not in a block of its own, without links
    std::size_t commas = 0;
    bool in_link = false;
  };

  PageContent& content;
  std::vector<Level> levels;

  bool enter(const GumboNode* element) {
    if (is_invisible(element) || is_surroundings(element)) return false;
    bool link = element->v.element.tag == GUMBO_TAG_A || (!levels.empty() && levels.back().in_link);
    levels.push_back({element, {}, 0, 0, link});
    return true;
  }

  void text(const GumboNode* node) {
    if (levels.empty()) return;
    Level& level = levels.back();
    std::size_t length = visible_length(node->v.text.text, level.commas);
    level.measure.text += length;
    (level.in_link ? level.measure.link_text : level.direct) += length;
  }

  void leave(const GumboNode*) {
    Level level = levels.back();
    levels.pop_back();
    GumboTag tag = level.node->v.element.tag;
    if (is_content_mark(level.node)) content.marked_ = content.marked_ ? content.body_ : level.node;
    if (!levels.empty()) add_to_parent(level, tag, levels.back());
    if (!is_inline(tag) && level.direct >= kParagraphText) score_ancestors(level);
    Measure& measure = content.measures_[level.node];
    level.measure.score = measure.score;
    measure = level.measure;
  }

  void add_to_parent(const Level& level, GumboTag tag, Level& parent) {
    parent.measure.text += level.measure.text;
    parent.measure.link_text += level.measure.link_text;
    parent.measure.has_blocks =
        parent.measure.has_blocks || level.measure.has_blocks || is_block_in_table(tag);
    if (!is_inline(tag)) return;
    parent.direct += level.direct;
    parent.commas += level.commas;
  }

  void score_ancestors(const Level& level) {
    double value = 1.0 + static_cast<double>(level.commas) +
                   static_cast<double>(std::min<std::size_t>(level.direct / 100, 3));
    int distance = 0;
    for (auto at = levels.rbegin(); at != levels.rend() && distance < kScoredAncestors;
         ++at, ++distance) {
      double share = distance == 0 ? 1.0 : distance == 1 ? 0.5 : 1.0 / (distance * 3.0);
      content.measures_[at->node].score += value * share;
    }
  }
};

PageContent::PageContent(const GumboNode* body) : body_(body) {
  MeasuringVisitor visitor{*this, {}};
  walk(body, visitor);
  root_ = choose_root();
}

std::size_t PageContent::all_text(const GumboNode* body) {
  struct Counter {
    std::size_t length = 0;
    std::size_t commas = 0;
    bool enter(const GumboNode* element) { return !is_invisible(element); }
    void leave(const GumboNode*) {}
    void text(const GumboNode* node) { length += visible_length(node->v.text.text, commas); }
  } counter;
  walk(body, counter);
  return counter.length;
}

const Measure& PageContent::measure(const GumboNode* node) const {
  static const Measure kNothing;
  auto found = measures_.find(node);
  return found == measures_.end() ? kNothing : found->second;
}

double PageContent::rank(const GumboNode* node, const Measure& measure) const {
  return (measure.score + (name_signs(node).content ? 25 : 0)) * (1 - link_share(measure));
}

const GumboNode* PageContent::choose_root() const {
  double visible = static_cast<double>(visible_text());
  if (visible < kSmallPage) return body_;
  auto holds_enough = [&](const GumboNode* node) {
    return static_cast<double>(measure(node).text) >= kRootShare * visible;
  };
  if (marked_ != nullptr && marked_ != body_ && holds_enough(marked_)) return marked_;

  const GumboNode* best = body_;
  double best_rank = 0;
  for (const auto& [node, measure] : measures_) {
    if (measure.score <= 0) continue;
    double value = rank(node, measure);
    if (value <= best_rank) continue;
    best_rank = value;
    best = node;
  }
  while (best != body_ && best->parent != nullptr && !holds_enough(best)) best = best->parent;
  return best;
}

bool PageContent::is_link_list(const GumboNode* element) const {
  switch (element->v.element.tag) {
    case GUMBO_TAG_UL:
    case GUMBO_TAG_OL:
    case GUMBO_TAG_DIV:
    case GUMBO_TAG_SECTION:
    case GUMBO_TAG_TABLE:
      break;
    default:
      return false;
  }
  const Measure& measured = measure(element);
  return measured.text < kShortLinkList && measured.text > 0 && link_share(measured) > 0.5;
}

}  // namespace walrus::extract
