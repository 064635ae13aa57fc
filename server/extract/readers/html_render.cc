#include "extract/readers/html_render.h"

#include "extract/readers/html_tree.h"

namespace walrus::extract {

namespace {

bool is_cell(GumboTag tag) {
  return tag == GUMBO_TAG_TD || tag == GUMBO_TAG_TH;
}

// Blocks with an empty line around them.
bool stands_apart(GumboTag tag) {
  switch (tag) {
    case GUMBO_TAG_P:
    case GUMBO_TAG_PRE:
    case GUMBO_TAG_UL:
    case GUMBO_TAG_OL:
    case GUMBO_TAG_DL:
    case GUMBO_TAG_TABLE:
    case GUMBO_TAG_BLOCKQUOTE:
    case GUMBO_TAG_SECTION:
    case GUMBO_TAG_ARTICLE:
    case GUMBO_TAG_FIGURE:
    case GUMBO_TAG_HR:
    case GUMBO_TAG_HEADER:
    case GUMBO_TAG_MAIN:
      return true;
    default:
      return is_heading(tag);
  }
}

// Blocks on lines of their own.
bool is_line(GumboTag tag) {
  switch (tag) {
    case GUMBO_TAG_DIV:
    case GUMBO_TAG_LI:
    case GUMBO_TAG_DT:
    case GUMBO_TAG_DD:
    case GUMBO_TAG_TR:
    case GUMBO_TAG_CAPTION:
    case GUMBO_TAG_FIGCAPTION:
    case GUMBO_TAG_ADDRESS:
    case GUMBO_TAG_FORM:
    case GUMBO_TAG_FIELDSET:
    case GUMBO_TAG_LEGEND:
    case GUMBO_TAG_DETAILS:
    case GUMBO_TAG_SUMMARY:
    case GUMBO_TAG_CENTER:
    case GUMBO_TAG_BR:
      return true;
    default:
      return false;
  }
}

class Renderer {
 public:
  Renderer(const PageContent* content, DocumentBuilder& builder)
      : content_(content), builder_(builder) {}

  bool enter(const GumboNode* element) {
    if (is_left_out(element)) return false;
    GumboTag tag = element->v.element.tag;
    if (content_ != nullptr && element == content_->headline()) {
      builder_.begin_section(0, inner_text(element));
      return false;
    }
    if (is_heading(tag) && in_cells_ == 0) builder_.begin_section(0, inner_text(element));
    break_before(tag);
    if (tag == GUMBO_TAG_LI && in_cells_ == 0) item_begins_ = true;
    if (tag == GUMBO_TAG_PRE) ++in_pre_;
    if (tag == GUMBO_TAG_TABLE) enter_table(element);
    if (is_cell(tag)) enter_cell();
    return true;
  }

  void text(const GumboNode* node) {
    if (item_begins_ && !is_blank(node->v.text.text)) {
      builder_.append("- ");
      item_begins_ = false;
    }
    if (in_pre_ > 0 && in_cells_ == 0) {
      builder_.append(node->v.text.text);
    } else {
      builder_.append_words(node->v.text.text);
    }
  }

  void leave(const GumboNode* element) {
    GumboTag tag = element->v.element.tag;
    if (tag == GUMBO_TAG_LI) item_begins_ = false;
    if (tag == GUMBO_TAG_PRE) --in_pre_;
    if (is_cell(tag) && !cells_.empty() && cells_.back()) --in_cells_;
    if (tag == GUMBO_TAG_TABLE && !cells_.empty()) cells_.pop_back();
    break_after(tag);
  }

 private:
  bool is_left_out(const GumboNode* element) const {
    return content_ != nullptr ? content_->is_left_out(element) : is_invisible(element);
  }

  // A table that holds headings, lists or tables lays out a page: its cells are blocks then.
  void enter_table(const GumboNode* table) {
    cells_.push_back(content_ == nullptr || !content_->lays_out(table));
  }

  void enter_cell() {
    if (cells_.empty() || !cells_.back()) return builder_.break_paragraph();
    if (!builder_.at_line_start()) builder_.append_tab();
    ++in_cells_;
  }

  // Inside a cell all is one line, for the row is.
  void break_before(GumboTag tag) {
    if (in_cells_ > 0) {
      if (stands_apart(tag) || is_line(tag)) builder_.append_words(" ");
    } else if (stands_apart(tag)) {
      builder_.break_paragraph();
    } else if (is_line(tag)) {
      builder_.break_line();
    }
  }
  void break_after(GumboTag tag) {
    if (tag != GUMBO_TAG_BR) break_before(tag);
  }

  const PageContent* content_;
  DocumentBuilder& builder_;
  std::vector<bool> cells_;  // of each open table: whether its cells hold data
  int in_cells_ = 0;
  int in_pre_ = 0;
  bool item_begins_ = false;  // its mark is written with its first text
};

}  // namespace

void render_html(const GumboNode* root, DocumentBuilder& builder) {
  Renderer renderer(nullptr, builder);
  walk(root, renderer);
  builder.break_paragraph();
}

void render_html(const PageContent& content, DocumentBuilder& builder) {
  for (const GumboNode* part : content.parts()) {
    Renderer renderer(&content, builder);
    builder.break_paragraph();
    walk(part, renderer);
  }
  builder.break_paragraph();
}

}  // namespace walrus::extract
