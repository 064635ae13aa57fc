// What a crawl's job works on, as it lies in the store.
#pragma once

#include <string>
#include <vector>

#include "pipelines/upload_input.h"

namespace walrus::pipelines {

struct CrawlInput {
  int version = 1;   // what pages and chunks are stored under
  int pages_of = 0;  // the version whose pages are cut and embedded anew; 0: the site is asked
  std::string url = {};
  int max_depth = 2;
  int max_pages = 50;
  std::vector<std::string> include = {};
  std::vector<std::string> exclude = {};
  bool sitemap = false;        // begins with the URLs of the site's sitemaps, too
  bool drop_tracking = false;  // URLs that differ in tracking parameters alone are one page
};
json::object to_json(const CrawlInput& input);
CrawlInput crawl_input_from(const json::object& input);

// A new operation of the document, waiting to start.
QueuedWork queued_crawl(const store::DocumentRecord& document, const CrawlInput& input,
                        TimePoint now);

}  // namespace walrus::pipelines
