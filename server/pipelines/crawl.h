// What happens to a website, step by step.
#pragma once

#include <memory>

#include "base/worker_pool.h"
#include "crawl/fetcher.h"
#include "crawl/frontier.h"
#include "crawl/politeness.h"
#include "crawl/robots_cache.h"
#include "crawl/sitemap.h"
#include "jobs/job.h"
#include "pipelines/crawl_input.h"
#include "pipelines/site_reader.h"
#include "search/embedder.h"
#include "search/index.h"
#include "store/store.h"
#include "text/chunker.h"
#include "text/tokens.h"

namespace walrus::pipelines {

// What the pipeline works with; all of it outlives the pipeline.
struct CrawlParts {
  store::Store& store;
  crawl::Fetcher& fetcher;
  crawl::Politeness& politeness;
  crawl::RobotsCache& robots;
  const extract::Extractor& extractor;
  const store::Blobs& blobs;
  const text::TokenCounter& tokens;
  search::Embedder& embedder;
  search::SearchIndex& index;
  WorkerPool& workers;
  const Log& log;
  text::ChunkOptions chunking;
  std::string agent;  // what robots directives call the crawler
  int at_once = 8;    // pages of one crawl under way
};

// Bound to Kind::kWebCrawl. Pages are fetched side by side, cut into chunks and embedded while
// later ones are fetched. Every page is durable with the links that were found on it, then its
// chunks, then its vectors: a run that finds them goes on behind them, and asks again only for what
// was under way. Thread-safe.
class CrawlPipeline {
 public:
  explicit CrawlPipeline(CrawlParts parts) : parts_(std::move(parts)) {}

  Task<Result<void>> run(jobs::Job job);
  Task<Result<std::shared_ptr<const status::Writes>>> failure_writes(store::OperationRecord record,
                                                                     Error error);

 private:
  struct Work;  // what one run has made so far
  Task<Result<void>> run_steps(Work& work);
  Task<Result<void>> initialize(Work& work);
  Task<Result<void>> take_up(Work& work);
  Task<Result<void>> take_up_content(Work& work);
  Task<Result<void>> cut_all_anew(Work& work);
  Task<Result<void>> begin_at_root(Work& work);
  Task<Result<void>> look_at_robots(Work& work);
  Task<Result<void>> crawl(Work& work);
  Task<Result<void>> process_content(Work& work);
  Task<Result<void>> create_embeddings(Work& work);
  Task<Result<void>> store_metadata(Work& work);
  Task<Result<void>> finish(Work& work);
  Task<void> remove_replaced(store::DocumentRecord before, int version);

  // crawl_taking_over.cc
  Task<Result<void>> take_over_pages(Work& work);
  Task<Result<void>> take_over(Work& work, std::vector<store::PageRecord> pages);

  // crawl_fetching.cc
  Task<void> fetch_pages(Work& work);
  Task<void> fetch_page(Work& work, crawl::KnownPage page);
  Task<Result<void>> try_page(Work& work, crawl::KnownPage page);
  Task<Result<crawl::FetchedPage>> ask_politely(Work& work, net::Url url);
  Task<Result<void>> take_page(Work& work, crawl::KnownPage page, net::Url url,
                               crawl::FetchedPage fetched);
  Task<Result<void>> take_redirect(Work& work, crawl::KnownPage page, net::Url url,
                                   std::string location);
  Task<Result<void>> end_of_redirects(Work& work, crawl::KnownPage page);
  Task<Result<void>> take_content(Work& work, store::PageRecord record, net::Url url,
                                  crawl::FetchedPage fetched);
  static std::string crawled_original(Work& work, const net::Url& url, const extract::WebPage& page,
                                      const store::PageRecord& record,
                                      std::vector<store::PageRecord>& pages);
  static std::vector<store::PageRecord> discover(Work& work, const net::Url& url,
                                                 const extract::WebPage& page, int depth);
  Task<Result<void>> take_text(Work& work, store::PageRecord record, extract::WebPage page,
                               std::vector<store::PageRecord> found);
  Task<Result<void>> keep(Work& work, store::PageRecord record,
                          std::vector<store::PageRecord> found,
                          std::optional<store::PutPageText> text = {});
  Task<Result<void>> skip_the_rest(Work& work);

  // crawl_sitemaps.cc
  Task<std::vector<store::PageRecord>> pages_of_sitemaps(Work& work);
  Task<crawl::Sitemap> read_sitemap(Work& work, net::Url url);

  // crawl_content.cc
  Task<void> chunk_pages(Work& work);
  Task<Result<void>> chunk_page(Work& work, store::PageRecord page);
  Task<Result<void>> keep_chunks(Work& work, store::PageRecord page,
                                 std::vector<store::ChunkRecord> chunks);
  Task<void> embed_windows(Work& work);
  Task<Result<void>> embed_batch(Work& work);
  Task<Result<void>> refuse_vectors(Work& work, int dimensions);

  CrawlParts parts_;
};

}  // namespace walrus::pipelines
