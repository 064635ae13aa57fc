#include "llm/quoted_text.h"

#include <cctype>
#include <charconv>

#include "base/utf8.h"

namespace walrus::llm {

namespace {

constexpr std::size_t kLongestSentence = 700;  // bytes; beyond it is a table or a list
constexpr std::size_t kMostDigits = 3;         // of a footnote

struct Mark {
  std::size_t size = 0;  // bytes; 0: there is none
  std::size_t number = 0;
};

// The mark that `text` ends with.
Mark last_mark(std::string_view text) {
  std::size_t begin = text.rfind('[');
  if (begin == std::string_view::npos || text.size() - begin > kMostDigits + 2) return {};
  Mark mark;
  const char* end = text.data() + text.size() - 1;
  auto [stop, error] = std::from_chars(text.data() + begin + 1, end, mark.number);
  if (error == std::errc() && stop == end) mark.size = text.size() - begin;
  return mark;
}

// Identifiers are ASCII; behind another script's letter it is a footnote.
bool belongs_to_word(std::string_view before) {
  if (before.empty()) return false;
  auto last = static_cast<unsigned char>(before.back());
  return last < 0x80 && (std::isalnum(last) || last == '_' || last == ')' || last == ']');
}

bool ends_sentence(std::string_view before) {
  return before.ends_with('.') || before.ends_with('!') || before.ends_with('?') ||
         before.ends_with("\u3002");
}

}  // namespace

std::string without_marks(std::string_view text, std::size_t sources) {
  std::string out;
  std::size_t removed_at = std::string::npos;
  for (char c : text) {
    // Looked for in what is left, where a removed mark may have joined the parts of another one.
    out += c;
    Mark mark = c == ']' ? last_mark(out) : Mark();
    if (mark.size == 0) continue;
    std::string_view before = std::string_view(out).substr(0, out.size() - mark.size);
    bool of_source = mark.number >= 1 && mark.number <= sources && !belongs_to_word(before);
    if (!of_source && !ends_sentence(before) && before.size() != removed_at) continue;
    out.resize(before.size());
    if (out.ends_with(' ')) out.pop_back();
    removed_at = out.size();
  }
  return out;
}

std::string tidy(std::string_view sentence) {
  for (std::string_view bullet : {"- ", "* ", "\u2022 ", "\u2022"}) {
    if (sentence.starts_with(bullet)) sentence.remove_prefix(bullet.size());
  }
  std::string out;
  for (char c : sentence) {
    bool blank = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (blank && (out.empty() || out.back() == ' ')) continue;
    out += blank ? ' ' : c;
  }
  while (out.ends_with(' ')) out.pop_back();
  if (out.size() <= kLongestSentence) return out;
  std::size_t end = out.rfind(' ', kLongestSentence);
  if (end == std::string::npos || end == 0) end = kLongestSentence;
  while (end > 0 && !is_code_point_start(out, end)) --end;
  return out.substr(0, end) + " \u2026";
}

}  // namespace walrus::llm
