#include "text/pretokenize.h"

#include <unicode/uchar.h>

#include <array>

#include "base/utf8.h"

namespace walrus::text {

namespace {

enum class Class : unsigned char { kLetter, kNumber, kSpace, kLineEnd, kOther };

Class classify_by_property(char32_t c) {
  auto point = static_cast<UChar32>(c);
  if (c == '\r' || c == '\n') return Class::kLineEnd;
  if (u_isUWhiteSpace(point)) return Class::kSpace;
  uint32_t category = U_MASK(u_charType(point));
  if (category & U_GC_L_MASK) return Class::kLetter;
  if (category & U_GC_N_MASK) return Class::kNumber;
  return Class::kOther;
}

Class classify(char32_t c) {
  static const std::array<Class, 128> kAscii = [] {
    std::array<Class, 128> classes{};
    for (char32_t i = 0; i < 128; ++i) classes[i] = classify_by_property(i);
    return classes;
  }();
  return c < 128 ? kAscii[c] : classify_by_property(c);
}

struct Character {
  Class kind;
  std::size_t end;
};

Character character_at(std::string_view text, std::size_t at) {
  Class kind = classify(next_code_point(text, at));
  return {kind, at};
}

// The end of the run of `kind` that begins at `at`, of at most `limit` characters.
std::size_t run_end(std::string_view text, std::size_t at, Class kind, int limit = -1) {
  while (at < text.size() && limit-- != 0) {
    Character next = character_at(text, at);
    if (next.kind != kind) break;
    at = next.end;
  }
  return at;
}

// The end of 's, 't, 're and so on, or `at`.
std::size_t contraction_end(std::string_view text, std::size_t at) {
  auto lower = [&](std::size_t i) { return i < text.size() ? text[i] | 0x20 : 0; };
  if (text[at] != '\'') return at;
  int first = lower(at + 1);
  if (first == 's' || first == 'd' || first == 'm' || first == 't') return at + 2;
  int second = lower(at + 2);
  bool long_form = (first == 'l' && second == 'l') || (first == 'v' && second == 'e') ||
                   (first == 'r' && second == 'e');
  return long_form ? at + 3 : at;
}

// White space up to its last line end; without one all of it but the last character, which goes
// with the word behind. At the end of the text, all of it.
std::size_t space_end(std::string_view text, std::size_t begin) {
  std::size_t at = begin;
  std::size_t last_start = begin;
  std::size_t line_end = begin;
  while (at < text.size()) {
    Character next = character_at(text, at);
    if (next.kind != Class::kSpace && next.kind != Class::kLineEnd) break;
    last_start = at;
    at = next.end;
    if (next.kind == Class::kLineEnd) line_end = at;
  }
  if (at == text.size()) return at;
  if (line_end > begin) return line_end;
  return last_start > begin ? last_start : at;
}

}  // namespace

std::size_t piece_end(std::string_view text, std::size_t at) {
  if (std::size_t end = contraction_end(text, at); end > at) return end;

  Character first = character_at(text, at);
  if (first.kind == Class::kLetter) return run_end(text, first.end, Class::kLetter);
  if (first.kind == Class::kNumber) return run_end(text, at, Class::kNumber, 3);
  if (first.kind != Class::kLineEnd) {
    std::size_t end = run_end(text, first.end, Class::kLetter);
    if (end > first.end) return end;
  }

  std::size_t symbols = text[at] == ' ' ? first.end : at;
  std::size_t end = run_end(text, symbols, Class::kOther);
  if (end > symbols) return run_end(text, end, Class::kLineEnd);
  return space_end(text, at);
}

}  // namespace walrus::text
