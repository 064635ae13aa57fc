#include "extract/readers/html_tree.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/ascii.h"

namespace walrus::extract {

namespace {

// As browsers have it. Parsing takes time by depth, too.
constexpr int kMaxNesting = 512;
constexpr std::size_t kCharsetBytes = 4096;

// Elements that close themselves or each other, and so do not nest however often they are opened.
constexpr std::array<std::string_view, 41> kFlatTags{
    "area",  "base",   "basefont", "bgsound", "body",   "br",       "col",    "colgroup", "command",
    "dd",    "dt",     "embed",    "frame",   "head",   "hr",       "html",   "image",    "img",
    "input", "keygen", "li",       "link",    "meta",   "optgroup", "option", "p",        "param",
    "rb",    "rp",     "rt",       "rtc",     "source", "tbody",    "td",     "tfoot",    "th",
    "thead", "tr",     "track",    "wbr",     "a"};
constexpr std::array<std::string_view, 6> kRawTags{"script", "style", "textarea",
                                                   "title",  "xmp",   "iframe"};

// Takes out the tags that nest more deeply than kMaxNesting, in one pass over all tags: what is
// inside stays, one beside the other.
class Flattener {
 public:
  explicit Flattener(std::string_view html) : html_(html) {}

  // The HTML without them, or nothing if there are none.
  std::optional<std::string> flatten() {
    for (std::size_t at = html_.find('<'); at < html_.size(); at = html_.find('<', at)) {
      at = html_.substr(at).starts_with("<!--") ? after("-->", at + 4) : tag(at);
    }
    if (copied_ == 0) return std::nullopt;
    flat_ += html_.substr(copied_);
    return std::move(flat_);
  }

 private:
  struct Count {
    int open = 0;
    int taken_out = 0;  // of the open ones, the innermost
  };

  std::size_t after(std::string_view end, std::size_t at) const {
    std::size_t found = html_.find(end, at);
    return found == std::string_view::npos ? html_.size() : found + end.size();
  }

  std::size_t tag(std::size_t start) {
    std::size_t at = start + 1;
    bool closing = at < html_.size() && html_[at] == '/';
    if (closing) ++at;
    std::string name;
    while (at < html_.size() && std::isalnum(static_cast<unsigned char>(html_[at])) &&
           name.size() < 16) {
      name += ascii_lower(html_[at++]);
    }
    if (name.empty()) return at;
    if (std::ranges::find(kRawTags, name) != kRawTags.end())
      return closing ? at : after_raw(name, at);
    if (std::ranges::find(kFlatTags, name) != kFlatTags.end()) return at;
    Count& count = counts_[name];
    return closing ? close(count, start, at) : open(count, start, at);
  }

  std::size_t open(Count& count, std::size_t start, std::size_t at) {
    ++count.open;
    if (depth_ < kMaxNesting) {
      ++depth_;
      return at;
    }
    ++count.taken_out;
    return take_out(start, at);
  }

  std::size_t close(Count& count, std::size_t start, std::size_t at) {
    if (count.open == 0) return at;
    --count.open;
    if (count.taken_out == 0) {
      --depth_;
      return at;
    }
    --count.taken_out;
    return take_out(start, at);
  }

  std::size_t take_out(std::size_t start, std::size_t at) {
    char quote = 0;
    for (; at < html_.size() && (quote != 0 || html_[at] != '>'); ++at) {
      if (quote == 0 && (html_[at] == '"' || html_[at] == '\'')) {
        quote = html_[at];
      } else if (html_[at] == quote) {
        quote = 0;
      }
    }
    at = std::min(at + 1, html_.size());
    flat_ += html_.substr(copied_, start - copied_);
    flat_ += ' ';
    copied_ = at;
    return at;
  }

  std::size_t after_raw(const std::string& name, std::size_t at) const {
    while ((at = html_.find("</", at)) != std::string_view::npos) {
      at += 2;
      std::string_view end = html_.substr(at, name.size());
      if (equal_ignoring_case(end, name)) return at;
    }
    return html_.size();
  }

  std::string_view html_;
  std::string flat_;
  std::size_t copied_ = 0;                         // of the HTML, what is in flat_ or taken out
  std::unordered_map<std::string, Count> counts_;  // by name: only what is open can be closed
  int depth_ = 0;                                  // of what is not taken out
};

// The value behind `word` in `text`, with or without quotes.
std::string_view value_behind(std::string_view word, std::string_view text,
                              std::string_view lowered) {
  std::size_t at = lowered.find(word);
  if (at == std::string_view::npos) return {};
  std::size_t start = text.find_first_not_of(" \"'=", at + word.size());
  if (start == std::string_view::npos) return {};
  std::size_t end = std::min(text.find_first_of(" \"'/>;\r\n\t", start), text.size());
  return text.substr(start, end - start);
}

}  // namespace

// Every allocation is in this list, so that all are freed whatever state the tree is in.
struct HtmlTree::Block {
  Block* previous;
  Block* next;
  std::size_t size;
  std::size_t padding;  // keeps what follows aligned to 16
};

// gumbo does not check for null, so there is no coming back from here but to run_parser().
void* HtmlTree::allocate(void* self, std::size_t size) {
  auto* tree = static_cast<HtmlTree*>(self);
  std::size_t whole = size + sizeof(Block);
  auto* block = whole <= tree->memory_left_ ? static_cast<Block*>(std::malloc(whole)) : nullptr;
  if (block == nullptr) std::longjmp(tree->out_of_memory_, 1);
  *block = {nullptr, tree->blocks_, whole, 0};
  if (tree->blocks_ != nullptr) tree->blocks_->previous = block;
  tree->blocks_ = block;
  tree->memory_left_ -= whole;
  return block + 1;
}

void HtmlTree::release(void* self, void* memory) {
  if (memory == nullptr) return;
  auto* tree = static_cast<HtmlTree*>(self);
  Block* block = static_cast<Block*>(memory) - 1;
  (block->previous != nullptr ? block->previous->next : tree->blocks_) = block->next;
  if (block->next != nullptr) block->next->previous = block->previous;
  tree->memory_left_ += block->size;
  std::free(block);
}

HtmlTree::~HtmlTree() {
  while (blocks_ != nullptr) {
    Block* block = std::exchange(blocks_, blocks_->next);
    std::free(block);
  }
}

// Nothing but C frames lies between setjmp and longjmp.
bool HtmlTree::run_parser(std::string_view utf8) {
  GumboOptions options = kGumboDefaultOptions;
  options.allocator = &HtmlTree::allocate;
  options.deallocator = &HtmlTree::release;
  options.userdata = this;
  options.max_errors = 0;
  if (setjmp(out_of_memory_) != 0) return false;
  root_ = gumbo_parse_with_options(&options, utf8.data(), utf8.size())->root;
  return true;
}

void HtmlTree::find_parts() {
  body_ = root_;
  const GumboVector& children = root_->v.element.children;
  for (unsigned i = 0; i < children.length; ++i) {
    auto* child = static_cast<const GumboNode*>(children.data[i]);
    if (child->type != GUMBO_NODE_ELEMENT) continue;
    if (child->v.element.tag == GUMBO_TAG_BODY) body_ = child;
    if (child->v.element.tag == GUMBO_TAG_HEAD) head_ = child;
  }
}

Result<std::unique_ptr<HtmlTree>> HtmlTree::parse(std::string_view utf8,
                                                  std::uint64_t memory_bytes) {
  std::optional<std::string> flat = Flattener(utf8).flatten();
  if (flat) utf8 = *flat;
  std::unique_ptr<HtmlTree> tree(new HtmlTree());
  tree->memory_left_ = memory_bytes;
  if (!tree->run_parser(utf8)) {
    return fail(ErrorCode::kTooLarge, "The HTML needs more memory than one document may take.");
  }
  tree->find_parts();
  return tree;
}

std::string_view attribute(const GumboNode* element, const char* name) {
  const GumboAttribute* found = gumbo_get_attribute(&element->v.element.attributes, name);
  return found == nullptr ? std::string_view() : std::string_view(found->value);
}

bool has_attribute(const GumboNode* element, const char* name) {
  return gumbo_get_attribute(&element->v.element.attributes, name) != nullptr;
}

std::string inner_text(const GumboNode* node) {
  struct Collector {
    std::string words;
    bool enter(const GumboNode* element) {
      GumboTag tag = element->v.element.tag;
      if (tag == GUMBO_TAG_BR) words += ' ';
      return tag != GUMBO_TAG_SCRIPT && tag != GUMBO_TAG_STYLE && tag != GUMBO_TAG_SVG;
    }
    void leave(const GumboNode*) {}
    void text(const GumboNode* found) { words += found->v.text.text; }
  } collector;
  walk(node, collector);
  return std::move(collector.words);
}

std::string_view declared_charset(std::string_view bytes) {
  std::string_view head = bytes.substr(0, kCharsetBytes);
  std::string lowered = ascii_lower(head);
  if (head.starts_with("<?xml")) {
    std::string_view declaration = head.substr(0, head.find("?>"));
    std::string_view name = value_behind("encoding", declaration, lowered);
    if (!name.empty()) return name;
  }
  for (std::size_t at = lowered.find("<meta"); at != std::string::npos;
       at = lowered.find("<meta", at + 1)) {
    std::size_t length = lowered.find('>', at) - at;
    std::string_view tag = std::string_view(lowered).substr(at, length);
    std::string_view name = value_behind("charset", head.substr(at, length), tag);
    if (!name.empty()) return name;
  }
  return {};
}

}  // namespace walrus::extract
