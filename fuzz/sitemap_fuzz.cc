// Any bytes are a sitemap, within its limits.
#include "crawl/canonical.h"
#include "crawl/sitemap.h"
#include "fuzz/input.h"

using namespace walrus;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  crawl::Sitemap sitemap = crawl::parse_sitemap(fuzz::as_text(data, size));
  fuzz::promise(sitemap.urls.size() <= crawl::kMostSitemapUrls);
  for (const std::string& url : sitemap.urls) {
    fuzz::promise(!url.empty() && url.size() <= crawl::kMostUrlBytes);
    fuzz::promise(url.front() != ' ' && url.back() != ' ');
  }
  return 0;
}
