// Any bytes are a robots.txt, and its verdict names a line of it.
#include <algorithm>
#include <string>

#include "crawl/robots.h"
#include "fuzz/input.h"

using namespace walrus;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text = fuzz::as_text(data, size);
  // The first line is the URL.
  std::size_t line = std::min(text.find('\n'), text.size());
  std::string_view url = text.substr(0, line);
  text.remove_prefix(std::min(line + 1, text.size()));
  auto lines = 1 + std::ranges::count_if(text, [](char c) { return c == '\n' || c == '\r'; });
  for (std::string_view agent : {"WalrusBot", "WalrusBot/0.1", ""}) {
    crawl::Robots robots = crawl::Robots::parse(text, agent);
    crawl::RobotsVerdict verdict = robots.check(url);
    fuzz::promise(verdict.line >= 0 && verdict.line <= lines);
    fuzz::promise((verdict.line == 0) == verdict.rule.empty());
    fuzz::promise(verdict.line > 0 || verdict.allowed);
    if (auto delay = robots.crawl_delay()) {
      fuzz::promise(delay->count() >= 0 && *delay <= std::chrono::hours(24));
    }
    for (const std::string& sitemap : robots.sitemaps()) fuzz::promise(!sitemap.empty());
  }
  return 0;
}
