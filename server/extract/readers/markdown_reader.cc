// Markdown stays as it is, for it reads well; only its headings are looked for (CommonMark 0.31).
#include <algorithm>
#include <optional>
#include <utility>

#include "extract/readers/document_builder.h"
#include "extract/readers/reading.h"
#include "text/charset.h"

namespace walrus::extract {

namespace {

// The line without up to three blanks before it; four make it code, which is empty here.
std::string_view unindent(std::string_view line) {
  std::size_t blanks = line.find_first_not_of(' ');
  if (blanks == std::string_view::npos || blanks > 3 || line[blanks] == '\t') return {};
  return line.substr(blanks);
}

// Words without markup: `[text](target)` becomes its text; `*`, backquotes and backslashes go.
std::string plain_heading(std::string_view markup) {
  std::string plain;
  for (std::size_t at = 0; at < markup.size(); ++at) {
    char c = markup[at];
    if (c == ']' && at + 1 < markup.size() && markup[at + 1] == '(') {
      std::size_t close = markup.find(')', at);
      at = close == std::string_view::npos ? at : close;
    } else if (c != '*' && c != '`' && c != '[' && c != ']' && c != '\\') {
      plain += c;
    }
  }
  return plain;
}

class HeadingFinder {
 public:
  explicit HeadingFinder(DocumentBuilder& builder) : builder_(builder) {}

  void add(std::string_view line) {
    if (in_fence_) {
      append(line);
      in_fence_ = !closes_fence(line);
    } else if (opens_fence(line)) {
      in_fence_ = true;
      flush_held();
      append(line);
    } else if (is_underline(line)) {
      add_underlined(line);
    } else if (std::size_t level = atx_level(line); level > 0) {
      flush_held();
      begin(unindent(line).substr(level));
      append(line);
    } else {
      hold(line);
    }
  }

  void finish() { flush_held(); }
  const std::string& title() const { return title_; }

 private:
  bool opens_fence(std::string_view line) {
    std::string_view text = unindent(line);
    if (!text.starts_with("```") && !text.starts_with("~~~")) return false;
    fence_ = text[0];
    fence_length_ = std::min(text.find_first_not_of(fence_), text.size());
    return fence_ == '~' || text.find('`', fence_length_) == std::string_view::npos;
  }

  bool closes_fence(std::string_view line) const {
    std::string_view text = trim(unindent(line));
    return text.size() >= fence_length_ && text.find_first_not_of(fence_) == std::string_view::npos;
  }

  static std::size_t atx_level(std::string_view line) {
    std::string_view text = unindent(line);
    std::size_t level = std::min(text.find_first_not_of('#'), text.size());
    bool spaced = level == text.size() || text[level] == ' ' || text[level] == '\t';
    return level >= 1 && level <= 6 && spaced ? level : 0;
  }

  // `===` or `---` below a paragraph makes a heading of it.
  bool is_underline(std::string_view line) const {
    std::string_view text = trim(unindent(line));
    bool marks = !text.empty() && (text[0] == '=' || text[0] == '-') &&
                 text.find_first_not_of(text[0]) == std::string_view::npos;
    return marks && held_;
  }

  void add_underlined(std::string_view line) {
    std::string heading = *std::exchange(held_, std::nullopt);
    begin(heading);
    append(heading);
    append(line);
  }

  // A paragraph's latest line waits, for an underline may follow.
  void hold(std::string_view line) {
    flush_held();
    std::string_view text = unindent(line);
    bool other_block = is_blank(text) ||
                       std::string_view(">|<").find(text[0]) != std::string_view::npos ||
                       text.starts_with("- ") || text.starts_with("* ") || text.starts_with("+ ");
    if (other_block) {
      append(line);
    } else {
      held_ = line;
    }
  }

  void flush_held() {
    if (held_) append(*std::exchange(held_, std::nullopt));
  }

  void begin(std::string_view markup) {
    std::string_view text = trim(markup);
    std::size_t end = text.find_last_not_of('#');
    bool closed = end != std::string_view::npos && end + 1 < text.size() && text[end] == ' ';
    std::string heading = plain_heading(closed ? text.substr(0, end) : text);
    if (title_.empty()) title_ = heading;
    builder_.begin_section(0, heading);
  }

  void append(std::string_view line) {
    builder_.append(line);
    builder_.append("\n");
  }

  DocumentBuilder& builder_;
  std::string title_;
  std::optional<std::string> held_;
  bool in_fence_ = false;
  char fence_ = '`';
  std::size_t fence_length_ = 3;
};

// Metadata between `---` lines at the start; its title, if it names one.
std::string front_matter_title(std::string_view text, std::size_t& end) {
  end = 0;
  if (!text.starts_with("---\n")) return {};
  std::size_t close = text.find("\n---\n", 3);
  if (close == std::string_view::npos) return {};
  end = close + 5;
  std::string_view matter = text.substr(0, close + 1);
  std::size_t at = matter.find("\ntitle:");
  if (at == std::string_view::npos) return {};
  std::string_view value = trim(matter.substr(at + 7, matter.find('\n', at + 7) - at - 7));
  bool quoted =
      value.size() >= 2 && (value[0] == '"' || value[0] == '\'') && value.back() == value[0];
  return std::string(quoted ? value.substr(1, value.size() - 2) : value);
}

}  // namespace

Result<text::StructuredText> read_markdown(const Input& input) {
  DocumentBuilder builder(input.limits);
  text::Decoded decoded = text::decode(input.bytes, "");
  builder.set_encoding(std::move(decoded.encoding), decoded.guessed);
  std::string text = text::normalize(decoded.text);

  std::size_t at = 0;
  std::string title = front_matter_title(text, at);
  builder.append(std::string_view(text).substr(0, at));
  HeadingFinder finder(builder);
  while (at < text.size() && !builder.full()) {
    std::size_t end = std::min(text.find('\n', at), text.size());
    finder.add(std::string_view(text).substr(at, end - at));
    at = end + 1;
  }
  finder.finish();
  builder.set_title(title.empty() ? finder.title() : title);
  input.progress(input.bytes.size(), input.bytes.size());
  return builder.finish();
}

}  // namespace walrus::extract
