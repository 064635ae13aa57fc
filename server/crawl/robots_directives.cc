#include "crawl/robots_directives.h"

#include <algorithm>
#include <array>

namespace walrus::crawl {

namespace {

// Directives that have a value behind a colon, where others have a crawler's name before it.
constexpr std::array<std::string_view, 4> kWithValue{"unavailable_after", "max-snippet",
                                                     "max-image-preview", "max-video-preview"};

constexpr std::string_view kBlanks = " \t\r\n\f";

std::string_view trimmed(std::string_view text) {
  std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

bool has_value(std::string_view name) {
  return std::ranges::any_of(
      kWithValue, [&](std::string_view known) { return equals_ignoring_case(name, known); });
}

void take(std::string_view directive, RobotsDirectives& directives) {
  bool none = equals_ignoring_case(directive, "none");
  if (none || equals_ignoring_case(directive, "noindex")) directives.noindex = true;
  if (none || equals_ignoring_case(directive, "nofollow")) directives.nofollow = true;
}

// A crawler's name counts up to the next one.
void take_all(std::string_view value, std::string_view agent, RobotsDirectives& directives) {
  bool is_meant = true;
  while (!value.empty()) {
    std::size_t end = std::min(value.find(','), value.size());
    std::string_view directive = trimmed(value.substr(0, end));
    value.remove_prefix(std::min(end + 1, value.size()));
    std::size_t colon = directive.find(':');
    std::string_view name = trimmed(directive.substr(0, colon));
    if (colon != std::string_view::npos && !has_value(name)) {
      is_meant = equals_ignoring_case(name, agent);
      directive = trimmed(directive.substr(colon + 1));
    }
    if (is_meant) take(directive, directives);
  }
}

}  // namespace

RobotsDirectives directives_from(std::span<const std::string> values, std::string_view agent) {
  RobotsDirectives directives;
  agent = agent.substr(0, agent.find('/'));
  for (const std::string& value : values) take_all(value, agent, directives);
  return directives;
}

}  // namespace walrus::crawl
