#include "extract/readers/html_content.h"
#include "extract/readers/html_render.h"
#include "extract/readers/html_tree.h"
#include "extract/readers/reading.h"
#include "text/charset.h"

namespace walrus::extract {

namespace {

// Where the content is less than this share of what can be seen, it was guessed wrong.
constexpr double kLeastShare = 0.2;

// The first element with `tag` whose attribute has the value, or null; any if `name` is null.
const GumboNode* find_element(const GumboNode* root, GumboTag wanted, const char* name,
                              std::string_view value) {
  struct Finder {
    GumboTag wanted;
    const char* name;
    std::string_view value;
    const GumboNode* found = nullptr;
    bool enter(const GumboNode* element) {
      bool matches = element->v.element.tag == wanted &&
                     (name == nullptr || attribute(element, name) == value);
      if (found == nullptr && matches) found = element;
      return found == nullptr;
    }
    void leave(const GumboNode*) {}
    void text(const GumboNode*) {}
  } finder{wanted, name, value};
  walk(root, finder);
  return finder.found;
}

std::string title_of(const HtmlTree& tree) {
  const GumboNode* head = tree.head() != nullptr ? tree.head() : tree.root();
  if (const GumboNode* title = find_element(head, GUMBO_TAG_TITLE, nullptr, {})) {
    if (std::string text = inner_text(title); !is_blank(text)) return text;
  }
  if (const GumboNode* meta = find_element(head, GUMBO_TAG_META, "property", "og:title")) {
    return std::string(attribute(meta, "content"));
  }
  const GumboNode* heading = find_element(tree.body(), GUMBO_TAG_H1, nullptr, {});
  return heading == nullptr ? std::string() : inner_text(heading);
}

}  // namespace

Result<text::StructuredText> read_html(const Input& input) {
  text::Decoded decoded = text::decode(input.bytes, declared_charset(input.bytes));
  input.progress(0, input.bytes.size());
  auto tree = HtmlTree::parse(decoded.text, input.limits.memory_bytes / 2);
  if (!tree) return std::unexpected(std::move(tree.error()));

  PageContent content((*tree)->body());
  DocumentBuilder builder(input.limits);
  render_html(content.root(), &content, builder);
  double all_text = static_cast<double>(PageContent::all_text((*tree)->body()));
  if (static_cast<double>(builder.size()) <= kLeastShare * all_text) {
    builder = DocumentBuilder(input.limits);
    render_html((*tree)->body(), nullptr, builder);
  }
  builder.set_title(title_of(**tree));
  builder.set_encoding(std::move(decoded.encoding), decoded.guessed);
  input.progress(input.bytes.size(), input.bytes.size());
  return builder.finish();
}

}  // namespace walrus::extract
