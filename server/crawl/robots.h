// robots.txt by RFC 9309 as Google reads it: what a crawler may fetch of a site.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace walrus::crawl {

struct RobotsVerdict {
  bool allowed;
  int line;          // of the rule that decided, from 1; 0 where none matches
  std::string rule;  // "Disallow: /private"; empty where none matches
};

// The part of a robots.txt that is meant for one crawler. Immutable, thread-safe.
class Robots {
 public:
  // The RFC asks for this much; what follows is not read.
  static constexpr std::size_t kMostBytes = 500 * 1024;

  // Any bytes are a robots.txt. `agent` is a product token, "WalrusBot"; what follows a '/' in it
  // does not count.
  static Robots parse(std::string_view text, std::string_view agent);

  // Of a URL in its normal form. The longest rule that matches decides, and of equal ones the one
  // that allows.
  RobotsVerdict check(std::string_view url) const;

  // As the site wishes it, at most a day; the longest where there are several.
  std::optional<std::chrono::milliseconds> crawl_delay() const { return crawl_delay_; }
  // As they are written, for whichever crawler.
  const std::vector<std::string>& sitemaps() const { return sitemaps_; }

 private:
  friend class RobotsReader;

  struct Rule {
    bool allows;
    std::string pattern;
    bool to_the_end;  // '$': the whole path, and not its beginning
    int line;
    std::string text;

    std::size_t length() const { return pattern.size() + (to_the_end ? 1 : 0); }
    bool matches(std::string_view path) const;
  };

  std::vector<Rule> rules_;
  std::optional<std::chrono::milliseconds> crawl_delay_;
  std::vector<std::string> sitemaps_;
};

}  // namespace walrus::crawl
