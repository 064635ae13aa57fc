#include "extract/readers/html_content.h"

#include "extract/readers/html_tree.h"
#include "extract/readers/html_trim.h"

namespace walrus::extract {

namespace {

// In bytes.
constexpr std::size_t kLittleText = 300;
constexpr std::size_t kShortArticle = 600;

constexpr std::size_t kIndexText = 8;  // times as much, nearly all of it links, as paragraphs
constexpr double kLargePart = 0.25;
constexpr double kLeastCover = 0.3;

}  // namespace

PageContent::PageContent(const GumboNode* body, std::string_view title) : outline_(body, false) {
  choose_strictness();
  Trimmer(outline_, article_, is_article_).leave_out_boxes();
  outline_.add_up();
  if (found() == 0) take_everything();
  Trimmer trimmer(outline_, article_, is_article_);
  headline_ = trimmer.find_headline(title);
  trimmer.trim();
  for (std::size_t part : article_.parts) parts_.push_back(outline_.at(part).node);
}

void PageContent::choose_strictness() {
  Strictness best = Strictness::kAll;
  choose(best);
  for (Strictness next : {Strictness::kCommentsAreContent, Strictness::kTagsOnly}) {
    std::size_t before = found();
    if (before >= kLittleText || (article_.named && before >= kSolidText)) return;
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
  outline_.add_up();
  article_ = {.parts = {0}};
  is_article_ = false;
}

// Kept text in the parts, links and all.
std::size_t PageContent::found() const {
  std::size_t text = 0;
  for (std::size_t part : article_.parts) text += outline_.at(part).kept_text;
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

void PageContent::choose(Strictness strictness) {
  leave_out_surroundings(strictness);
  outline_.add_up();
  article_ = find_article(outline_);
  is_article_ = !article_.parts.empty() && covers_enough();
  if (!is_article_) article_ = {.parts = {whole_page()}};
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

void PageContent::leave_out_surroundings(Strictness strictness) {
  outline_.keep_everything();
  for (std::size_t i = 1; i < outline_.elements().size();) {
    const Element& element = outline_.at(i);
    if (element.tag() == GUMBO_TAG_PRE) {
      i = element.end;  // programs are coloured by classes
    } else if (is_surroundings(element, strictness)) {
      outline_.leave_out(i);
      i = element.end;
    } else {
      ++i;
    }
  }
}

// A page whose best part is a small share of it is a list, a form or a table rather than an
// article.
bool PageContent::covers_enough() const {
  std::size_t found = 0;
  for (std::size_t part : article_.parts) found += outline_.at(part).plain_text();
  std::size_t page = whole_page();
  std::size_t all = outline_.at(page).plain_text();
  bool index = found < kShortArticle && outline_.at(page).kept_text > kIndexText * found;
  if (index && !article_.named) return false;
  return found >= kShortArticle || (article_.named && found >= kSolidText) ||
         static_cast<double>(found) >= kLeastCover * static_cast<double>(all);
}

// The one main element if it holds most, or else everything.
std::size_t PageContent::whole_page() const {
  std::size_t best = 0;
  for (std::size_t i = 1; i < outline_.elements().size(); ++i) {
    const Element& element = outline_.at(i);
    bool is_main = element.tag() == GUMBO_TAG_MAIN || attribute(element.node, "role") == "main";
    if (!is_main || element.left_out) continue;
    if (2 * element.plain_text() >= outline_.at(0).plain_text()) best = i;
    break;
  }
  return best;
}

}  // namespace walrus::extract
