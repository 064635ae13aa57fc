// What a site itself names as its pages, where that is asked for.
#include <deque>

#include "pipelines/crawl_work.h"

namespace walrus::pipelines {

namespace {

constexpr int kMostSitemaps = 50;  // those that an index names included
constexpr int kDepth = 2;          // as if the first page linked to them

}  // namespace

// As well as it goes: a sitemap that cannot be read names nothing.
Task<std::vector<store::PageRecord>> CrawlPipeline::pages_of_sitemaps(Work& work) {
  std::vector<store::PageRecord> found;
  std::deque<std::string> unread;
  if (work.robots.robots) {
    unread.assign(work.robots.robots->sitemaps().begin(), work.robots.robots->sitemaps().end());
  }
  if (unread.empty()) unread.emplace_back("/sitemap.xml");
  for (int read = 0; read < kMostSitemaps && !unread.empty() && !work.stopped(); ++read) {
    auto url = net::Url::parse(unread.front(), &work.root);
    unread.pop_front();
    if (!url) continue;
    crawl::Sitemap sitemap = co_await read_sitemap(work, *url);
    work.counter->touch();
    for (const std::string& each : sitemap.urls) {
      if (sitemap.is_index) {
        unread.push_back(each);
        continue;
      }
      auto page = net::Url::parse(each, &*url);
      if (!page) continue;
      if (auto known = work.frontier.offer(*page, kDepth)) found.push_back(work.record_of(*known));
    }
  }
  co_return found;
}

Task<crawl::Sitemap> CrawlPipeline::read_sitemap(Work& work, net::Url url) {
  std::stop_token stop = work.stop.get_token();
  ++work.waiting_outside;
  auto ticket = co_await parts_.politeness.enter(url.origin(), stop);
  --work.waiting_outside;
  if (!ticket) co_return crawl::Sitemap();
  auto fetched = co_await parts_.fetcher.fetch_beginning(url, crawl::kMostSitemapBytes, stop);
  parts_.politeness.done(
      std::move(*ticket),
      {.status = fetched ? fetched->status : 0, .retry_after = {}, .failed = !fetched});
  if (!fetched || fetched->status != 200) co_return crawl::Sitemap();
  auto parse = [&fetched] { return crawl::parse_sitemap(fetched->body); };
  co_return co_await offload(parts_.workers, parse);
}

}  // namespace walrus::pipelines
