// Sitemaps (https://www.sitemaps.org): the pages that a website itself names.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace walrus::crawl {

// The protocol's limits, of the decompressed text.
inline constexpr std::size_t kMostSitemapBytes = 50 << 20;
inline constexpr std::size_t kMostSitemapUrls = 50'000;

struct Sitemap {
  bool is_index = false;          // the URLs are other sitemaps'
  std::vector<std::string> urls;  // as they are written, at most kMostUrlBytes each
};

// Any bytes: XML, text with a URL on each line, or one of them in gzip. Never more than the limits
// is read, and what is malformed ends the list; so does a document type, which no sitemap has. In
// time linear in the text, which for a hostile one is a matter for a worker and not for a loop.
Sitemap parse_sitemap(std::string_view body);

}  // namespace walrus::crawl
