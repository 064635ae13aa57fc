#include "crawl/robots_directives.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"

namespace walrus::crawl {

namespace {

// Directives that have a value behind a colon, where others have a crawler's name before it.
constexpr std::array<std::string_view, 4> kWithValue{"unavailable_after", "max-snippet",
                                                     "max-image-preview", "max-video-preview"};

constexpr std::string_view kBlanks = " \t\r\n\f";

bool has_value(std::string_view name) {
  return std::ranges::any_of(
      kWithValue, [&](std::string_view known) { return equal_ignoring_case(name, known); });
}

void take(std::string_view directive, RobotsDirectives& directives) {
  bool none = equal_ignoring_case(directive, "none");
  if (none || equal_ignoring_case(directive, "noindex")) directives.noindex = true;
  if (none || equal_ignoring_case(directive, "nofollow")) directives.nofollow = true;
}

// A crawler's name counts up to the next one.
void take_all(std::string_view value, std::string_view agent, RobotsDirectives& directives) {
  bool is_meant = true;
  while (!value.empty()) {
    std::size_t end = std::min(value.find(','), value.size());
    std::string_view directive = trimmed(value.substr(0, end), kBlanks);
    value.remove_prefix(std::min(end + 1, value.size()));
    std::size_t colon = directive.find(':');
    std::string_view name = trimmed(directive.substr(0, colon), kBlanks);
    if (colon != std::string_view::npos && !has_value(name)) {
      is_meant = equal_ignoring_case(name, agent);
      directive = trimmed(directive.substr(colon + 1), kBlanks);
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
