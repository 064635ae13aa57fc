// Whatever parses, with or without a base, has a normal form that parses to itself.
#include <optional>
#include <string>

#include "crawl/canonical.h"
#include "crawl/traps.h"
#include "fuzz/input.h"
#include "net/url.h"

using namespace walrus;

namespace {

// Two URLs lie in the input, on two lines.
void check(const net::Url& url) {
  std::string href = url.href();
  fuzz::promise(std::ranges::all_of(href, [](char c) { return c >= 0x20 && c < 0x7f; }));
  auto again = net::Url::parse(href);
  fuzz::promise(again && *again == url && again->href() == href);
  if (!crawl::is_crawlable(url)) return;
  fuzz::promise(!url.host().empty() && url.path().starts_with('/'));
  fuzz::promise(crawl::Scope(url).contains(url));
  for (crawl::Tracking tracking : {crawl::Tracking::kKept, crawl::Tracking::kDropped}) {
    std::string key = crawl::page_key(url, tracking);
    fuzz::promise(crawl::page_key(net::Url::parse(key).value(), tracking) == key);
  }
  crawl::find_trap(url);
  fuzz::promise(crawl::page_shape(url) == crawl::page_shape(*again));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text = fuzz::as_text(data, size);
  std::size_t line = std::min(text.find('\n'), text.size());
  auto base = net::Url::parse(text.substr(0, line));
  if (base) check(*base);
  if (line == text.size()) return 0;
  auto url = net::Url::parse(text.substr(line + 1), base ? &*base : nullptr);
  if (url) check(*url);
  return 0;
}
