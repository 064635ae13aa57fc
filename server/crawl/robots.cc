#include "crawl/robots.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/ascii.h"
#include "crawl/wildcard.h"
#include "net/percent_encoding.h"

namespace walrus::crawl {

namespace {

constexpr std::string_view kBlanks = " \t\v\f";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
// Of a line; Google takes eight times what a browser takes of a URL.
constexpr std::size_t kMostLineBytes = 8 * 2083;

constexpr double kMostDelaySeconds = 24 * 60 * 60;

char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c;
}

// A beginning of the mark is taken for it.
std::string_view without_byte_order_mark(std::string_view text) {
  auto [end, unused] = std::ranges::mismatch(text, kByteOrderMark);
  return {end, text.end()};
}

// What is cut off midway would be another rule than its author wrote.
std::string_view whole_lines_within_limit(std::string_view text) {
  if (text.size() <= Robots::kMostBytes) return text;
  return text.substr(0, text.find_last_of("\r\n", Robots::kMostBytes) + 1);
}

// "%e3" as "%E3".
void raise_hex_digits(std::string& path) {
  for (std::size_t at = 0; at + 2 < path.size(); ++at) {
    bool escape = path[at] == '%' && net::hex_digit_value(path[at + 1]) >= 0 &&
                  net::hex_digit_value(path[at + 2]) >= 0;
    if (!escape) continue;
    path[at + 1] = upper(path[at + 1]);
    path[at + 2] = upper(path[at + 2]);
    at += 2;
  }
}

// As paths of URLs have it. Blanks and the like stay: they can match nothing.
std::string normal_pattern(std::string_view pattern) {
  std::string out;
  for (char c : pattern) {
    if (static_cast<unsigned char>(c) < 0x80) {
      out += c;
    } else {
      net::append_percent_encoded(out, {&c, 1}, net::EncodeSet::kControl);
    }
  }
  raise_hex_digits(out);
  return out;
}

// Path and query, as Google cuts them out of any text.
std::string path_of(std::string_view url) {
  std::size_t begin = url.starts_with("//") ? 2 : 0;
  std::size_t host = url.find("://", begin);
  bool has_scheme = host != std::string_view::npos && host < url.find_first_of("/?;", begin);
  std::size_t path = url.find_first_of("/?;", has_scheme ? host + 3 : begin);
  std::size_t end = std::min(url.find('#', begin), url.size());
  if (path == std::string_view::npos || end < path) return "/";
  std::string out(url.substr(path, end - path));
  if (out[0] != '/') out.insert(0, "/");
  raise_hex_digits(out);
  return out;
}

// The beginning of a User-agent line's value that can be a product token.
std::string_view product_token(std::string_view value) {
  auto is_other = [](char c) {
    return (ascii_lower(c) < 'a' || ascii_lower(c) > 'z') && c != '-' && c != '_';
  };
  return {value.begin(), std::ranges::find_if(value, is_other)};
}

bool names_everybody(std::string_view value) {
  return value == "*" || (value.starts_with('*') && kBlanks.contains(value[1]));
}

std::optional<std::chrono::milliseconds> delay_of(std::string_view value) {
  double seconds = 0;
  auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
  bool number = error == std::errc() && end == value.data() + value.size();
  if (!number || !(seconds >= 0)) return std::nullopt;
  return std::chrono::milliseconds(std::llround(std::min(seconds, kMostDelaySeconds) * 1000));
}

struct Line {
  std::string_view key;
  std::string_view value;
};

// Empty where the line says nothing. The colon may be missing between two words.
Line split_line(std::string_view line) {
  line = trimmed(line.substr(0, line.find('#')), kBlanks);
  std::size_t colon = line.find(':');
  if (colon != std::string_view::npos) {
    return {trimmed(line.substr(0, colon), kBlanks), trimmed(line.substr(colon + 1), kBlanks)};
  }
  std::size_t blank = line.find_first_of(kBlanks);
  if (blank == std::string_view::npos) return {};
  std::string_view value = trimmed(line.substr(blank), kBlanks);
  if (value.find_first_of(kBlanks) != std::string_view::npos) return {};
  return {line.substr(0, blank), value};
}

}  // namespace

// Goes through the lines once and keeps two groups: that of the crawler by its name, and that of
// everybody, which counts where there is no other.
class RobotsReader {
 public:
  explicit RobotsReader(std::string_view agent) : agent_(agent.substr(0, agent.find('/'))) {}

  Robots read(std::string_view text) {
    text = without_byte_order_mark(whole_lines_within_limit(text));
    for (int number = 1; !text.empty(); ++number) {
      std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
      take(split_line(text.substr(0, std::min(end, kMostLineBytes))), number);
      bool pair = text.substr(end).starts_with("\r\n");
      text.remove_prefix(std::min(end + (pair ? 2 : 1), text.size()));
    }
    Group& group = named_ ? own_ : everybody_;
    Robots robots;
    robots.rules_ = std::move(group.rules);
    robots.crawl_delay_ = group.delay;
    robots.sitemaps_ = std::move(sitemaps_);
    return robots;
  }

 private:
  struct Group {
    bool open = false;  // the lines are for it
    std::vector<Robots::Rule> rules;
    std::optional<std::chrono::milliseconds> delay;
  };

  void take(Line line, int number) {
    auto is = [&](std::string_view key) { return equal_ignoring_case(line.key, key); };
    if (is("user-agent")) {
      take_agent(line.value);
    } else if (is("allow") || is("disallow")) {
      take_rule(line, number, is("allow"));
    } else if (is("crawl-delay")) {
      take_delay(line.value);
    } else if (is("sitemap") && !line.value.empty()) {
      sitemaps_.emplace_back(line.value);
    }
  }

  // Agents in a row have their rules together.
  void take_agent(std::string_view value) {
    if (has_rules_) own_.open = everybody_.open = has_rules_ = false;
    if (names_everybody(value)) {
      everybody_.open = true;
    } else if (equal_ignoring_case(product_token(value), agent_)) {
      own_.open = named_ = true;
    }
  }

  void take_rule(const Line& line, int number, bool allows) {
    has_rules_ = has_rules_ || own_.open || everybody_.open;
    std::string pattern = normal_pattern(line.value);
    std::string text = fmt::format("{}: {}", line.key, line.value);
    add_rule(pattern, number, allows, text);
    // Google takes a folder's index page for the folder.
    std::size_t slash = pattern.rfind('/');
    bool index = slash != std::string::npos && pattern.substr(slash).starts_with("/index.htm");
    if (allows && index) add_rule(pattern.substr(0, slash + 1) + '$', number, allows, text);
  }

  void add_rule(std::string pattern, int number, bool allows, const std::string& text) {
    if (pattern.empty()) return;
    bool to_the_end = pattern.ends_with('$');
    if (to_the_end) pattern.pop_back();
    Robots::Rule rule{allows, std::move(pattern), to_the_end, number, text};
    if (own_.open) {
      own_.rules.push_back(std::move(rule));
    } else if (everybody_.open) {
      everybody_.rules.push_back(std::move(rule));
    }
  }

  void take_delay(std::string_view value) {
    auto delay = delay_of(value);
    if (!delay) return;
    for (Group* group : {&own_, &everybody_}) {
      if (group->open) group->delay = std::max(group->delay.value_or(*delay), *delay);
    }
  }

  std::string_view agent_;
  Group own_;
  Group everybody_;
  bool named_ = false;      // there is a group for the crawler by its name, be it empty
  bool has_rules_ = false;  // since the last agent that somebody here answers to
  std::vector<std::string> sitemaps_;
};

bool Robots::Rule::matches(std::string_view path) const {
  return to_the_end ? matches_whole(path, pattern) : matches_beginning(path, pattern);
}

Robots Robots::parse(std::string_view text, std::string_view agent) {
  return RobotsReader(agent).read(text);
}

RobotsVerdict Robots::check(std::string_view url) const {
  std::string path = path_of(url);
  const Rule* decided = nullptr;
  for (const Rule& rule : rules_) {
    bool longer = !decided || rule.length() > decided->length() ||
                  (rule.length() == decided->length() && rule.allows && !decided->allows);
    if (longer && rule.matches(path)) decided = &rule;
  }
  if (!decided) return {.allowed = true, .line = 0, .rule = {}};
  return {.allowed = decided->allows, .line = decided->line, .rule = decided->text};
}

}  // namespace walrus::crawl
