#include "crawl/traps.h"

#include <algorithm>
#include <vector>

namespace walrus::crawl {

namespace {

constexpr std::size_t kMostSegments = 20;
constexpr std::size_t kMostRepetitions = 2;  // of a segment
constexpr std::size_t kMostParameters = 16;
constexpr std::size_t kMostValues = 8;  // of one parameter; a filter may be given some times

std::vector<std::string_view> split(std::string_view text, char mark) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = std::min(text.find(mark, begin), text.size());
    if (end > begin) parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

// In order.
std::vector<std::string_view> parameter_names(const net::Url& url) {
  if (!url.query()) return {};
  std::vector<std::string_view> names = split(*url.query(), '&');
  for (std::string_view& name : names) name = name.substr(0, name.find('='));
  std::ranges::sort(names);
  return names;
}

std::size_t longest_run(const std::vector<std::string_view>& sorted) {
  std::size_t longest = 0;
  std::size_t length = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    length = i > 0 && sorted[i] == sorted[i - 1] ? length + 1 : 1;
    longest = std::max(longest, length);
  }
  return longest;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

void append_without_numbers(std::string& out, std::string_view path) {
  bool in_number = false;
  for (char c : path) {
    if (!is_digit(c)) {
      out += c;
    } else if (!in_number) {
      out += '#';
    }
    in_number = is_digit(c);
  }
}

}  // namespace

std::optional<Trap> find_trap(const net::Url& url) {
  std::vector<std::string_view> segments = split(url.path(), '/');
  if (segments.size() > kMostSegments) return Trap::kDeepPath;
  std::ranges::sort(segments);
  if (longest_run(segments) > kMostRepetitions) return Trap::kRepeatedSegment;
  std::vector<std::string_view> names = parameter_names(url);
  bool long_query = names.size() > kMostParameters || longest_run(names) > kMostValues;
  return long_query ? std::optional(Trap::kLongQuery) : std::nullopt;
}

std::string_view words_of(Trap trap) {
  switch (trap) {
    case Trap::kDeepPath:
      return "its path has over 20 segments";
    case Trap::kRepeatedSegment:
      return "its path has one segment in over two places";
    case Trap::kLongQuery:
      return "its query has over 16 parameters, or one of them over 8 times";
  }
  return {};
}

std::string page_shape(const net::Url& url) {
  std::string shape = url.origin();
  append_without_numbers(shape, url.path());
  std::vector<std::string_view> names = parameter_names(url);
  auto repeated = std::ranges::unique(names);
  names.erase(repeated.begin(), repeated.end());
  char mark = '?';
  for (std::string_view name : names) {
    shape += mark;
    append_without_numbers(shape, name);
    mark = '&';
  }
  return shape;
}

}  // namespace walrus::crawl
