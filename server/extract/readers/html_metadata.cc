#include "extract/readers/html_metadata.h"

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>

#include "base/utf8.h"
#include "extract/readers/document_builder.h"
#include "extract/readers/html_tree.h"

namespace walrus::extract {

namespace {

constexpr std::string_view kBotName = "walrusbot";

std::string lowered(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](unsigned char c) { return std::tolower(c); });
  return result;
}

// Whether `word` is one of the words of `list`, in any case.
bool has_word(std::string_view list, std::string_view word) {
  std::string words = lowered(list);
  constexpr std::string_view kBetween = " \t\r\n\f,;";
  for (std::size_t at = words.find_first_not_of(kBetween); at != std::string::npos;
       at = words.find_first_not_of(kBetween, at)) {
    std::size_t end = std::min(words.find_first_of(kBetween, at), words.size());
    if (std::string_view(words).substr(at, end - at) == word) return true;
    at = end;
  }
  return false;
}

// As it may be handed on: URLs lose line breaks and tabs, and have no other control characters.
std::string clean_address(std::string_view written) {
  std::string address(trim(written));
  std::erase_if(address, [](char c) { return c == '\n' || c == '\r' || c == '\t'; });
  if (address.size() > kMaxAddressBytes || !is_valid_utf8(address)) return {};
  for (std::size_t at = 0; at < address.size();) {
    char32_t c = next_code_point(address, at);
    if (c < 0x20 || (c >= 0x7F && c < 0xA0)) return {};
  }
  return address;
}

bool is_language_tag(std::string_view text) {
  auto belongs = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-'; };
  return text.size() <= kMaxLanguageBytes && std::ranges::all_of(text, belongs);
}

struct MetadataVisitor {
  WebPage& page;

  bool enter(const GumboNode* element) {
    switch (element->v.element.tag) {
      case GUMBO_TAG_HTML:
        read_language(attribute(element, "lang"));
        read_language(attribute(element, "xml:lang"));
        break;
      case GUMBO_TAG_META:
        read_meta(element);
        break;
      case GUMBO_TAG_LINK:
        read_canonical(element);
        break;
      case GUMBO_TAG_BASE:
        if (page.base.empty()) page.base = clean_address(attribute(element, "href"));
        break;
      case GUMBO_TAG_A:
      case GUMBO_TAG_AREA:
        add_link(element, "href");
        break;
      case GUMBO_TAG_FRAME:
        add_link(element, "src");
        break;
      default:
        break;
    }
    return true;
  }
  void leave(const GumboNode*) {}
  void text(const GumboNode*) {}

  void read_language(std::string_view text) {
    text = trim(text);
    if (page.language.empty() && is_language_tag(text)) page.language = text;
  }

  void read_meta(const GumboNode* element) {
    std::string_view content = attribute(element, "content");
    if (lowered(attribute(element, "http-equiv")) == "content-language") read_language(content);
    std::string name = lowered(trim(attribute(element, "name")));
    if (name != "robots" && name != kBotName) return;
    bool none = has_word(content, "none");
    page.noindex = page.noindex || none || has_word(content, "noindex");
    page.nofollow = page.nofollow || none || has_word(content, "nofollow");
  }

  // Outside of the head it could be a reader's.
  void read_canonical(const GumboNode* element) {
    const GumboNode* parent = element->parent;
    bool in_head = parent != nullptr && parent->type == GUMBO_NODE_ELEMENT &&
                   parent->v.element.tag == GUMBO_TAG_HEAD;
    if (!in_head || !page.canonical.empty()) return;
    if (has_word(attribute(element, "rel"), "canonical")) {
      page.canonical = clean_address(attribute(element, "href"));
    }
  }

  void add_link(const GumboNode* element, const char* name) {
    if (page.links.size() >= kMaxPageLinks) return;
    std::string address = clean_address(attribute(element, name));
    if (address.empty() || address.front() == '#') return;
    page.links.push_back({std::move(address), has_word(attribute(element, "rel"), "nofollow")});
  }
};

}  // namespace

void read_metadata(const GumboNode* root, WebPage& page) {
  MetadataVisitor visitor{page};
  walk(root, visitor);
}

}  // namespace walrus::extract
