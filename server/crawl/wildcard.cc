#include "crawl/wildcard.h"

namespace walrus::crawl {

namespace {

// Takes everything up to the last '*' off the pattern, and off the text what it matches: each piece
// where it is found first, which leaves the most to the pieces behind it. False where it does not.
bool consume_to_last_star(std::string_view& text, std::string_view& pattern) {
  std::size_t star = pattern.find('*');
  if (!text.starts_with(pattern.substr(0, star))) return false;
  text.remove_prefix(star);
  pattern.remove_prefix(star + 1);
  while ((star = pattern.find('*')) != std::string_view::npos) {
    std::size_t at = text.find(pattern.substr(0, star));
    if (at == std::string_view::npos) return false;
    text.remove_prefix(at + star);
    pattern.remove_prefix(star + 1);
  }
  return true;
}

}  // namespace

bool matches_whole(std::string_view text, std::string_view pattern) {
  if (!pattern.contains('*')) return text == pattern;
  return consume_to_last_star(text, pattern) && text.ends_with(pattern);
}

bool matches_beginning(std::string_view text, std::string_view pattern) {
  if (!pattern.contains('*')) return text.starts_with(pattern);
  return consume_to_last_star(text, pattern) && text.contains(pattern);
}

}  // namespace walrus::crawl
