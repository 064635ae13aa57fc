#include "extract/frames.h"
#include "extract/readers/html_content.h"
#include "extract/readers/html_metadata.h"
#include "extract/readers/html_render.h"
#include "extract/readers/html_tree.h"
#include "extract/readers/reading.h"
#include "text/charset.h"
#include "text/encodings.h"

namespace walrus::extract {

namespace {

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

// The byte order mark goes before what the server said, and that before what the page says.
text::Decoded decode(std::string_view bytes, std::string_view charset) {
  bool known = text::find_encoding(charset) != nullptr;
  return text::decode(bytes, known ? charset : declared_charset(bytes));
}

Result<text::StructuredText> main_text(const HtmlTree& tree, text::Decoded& decoded,
                                       const ExtractLimits& limits) {
  std::string title = title_of(tree);
  PageContent content(tree.body(), title);
  DocumentBuilder builder(limits);
  render_html(content, builder);
  builder.set_title(title);
  builder.set_encoding(std::move(decoded.encoding), decoded.guessed);
  return builder.finish();
}

}  // namespace

Result<text::StructuredText> read_html(const Input& input) {
  text::Decoded decoded = decode(input.bytes, {});
  input.progress(0, input.bytes.size());
  auto tree = HtmlTree::parse(decoded.text, input.limits.memory_bytes / 2);
  if (!tree) return std::unexpected(std::move(tree.error()));
  auto document = main_text(**tree, decoded, input.limits);
  input.progress(input.bytes.size(), input.bytes.size());
  return document;
}

Result<WebPage> read_page(const Input& input, std::string_view charset) {
  text::Decoded decoded = decode(input.bytes, charset);
  auto tree = HtmlTree::parse(decoded.text, input.limits.memory_bytes / 2);
  if (!tree) return std::unexpected(std::move(tree.error()));
  WebPage page;
  read_metadata((*tree)->root(), page);
  std::string encoding = decoded.encoding;
  auto document = main_text(**tree, decoded, input.limits);
  bool empty = !document && document.error().code == ErrorCode::kEmptyDocument;
  if (!document && !empty) return std::unexpected(std::move(document.error()));
  if (document) {
    page.document = std::move(*document);
  } else {
    page.document.title = single_line(title_of(**tree), kMaxTitleBytes);
    page.document.encoding = std::move(encoding);
    page.document.encoding_guessed = decoded.guessed;
  }
  return page;
}

}  // namespace walrus::extract
