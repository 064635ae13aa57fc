// The step crawling: pages are asked for, read, and kept with the links that were found on them.
#include <fmt/format.h>

#include <algorithm>

#include "base/digest.h"
#include "crawl/link_query.h"
#include "crawl/robots_directives.h"
#include "pipelines/crawl_work.h"
#include "pipelines/extracted_text.h"
#include "text/terms.h"

namespace walrus::pipelines {

using store::PageState;

namespace {

constexpr int kTries = 3;
constexpr int kMostRedirects = 10;              // one after the other
constexpr std::chrono::seconds kFirstPause{1};  // before the next try; doubles
constexpr std::size_t kSkippedAtOnce = 500;

bool may_get_better(const Result<crawl::FetchedPage>& fetched) {
  if (!fetched) return fetched.error().code == ErrorCode::kFetchFailed;
  constexpr int kStatuses[] = {408, 429, 500, 502, 503, 504};
  return std::ranges::find(kStatuses, fetched->status) != std::end(kStatuses);
}

bool is_refused(const Result<crawl::FetchedPage>& fetched) {
  if (!fetched) return fetched.error().code == ErrorCode::kFetchFailed;
  return fetched->status == 429 || fetched->status == 503;
}

Error root_failed(std::string why) {
  return {ErrorCode::kFetchFailed, "The first page could not be crawled: " + std::move(why), {}};
}

// Counts while it lives, however it goes.
class UnderWay {
 public:
  UnderWay(int& count, Bell& bell) : count_(count), bell_(bell) { ++count_; }
  UnderWay(const UnderWay&) = delete;
  ~UnderWay() {
    --count_;
    bell_.ring();
  }

 private:
  int& count_;
  Bell& bell_;
};

}  // namespace

Task<void> CrawlPipeline::fetch_pages(Work& work) {
  for (;;) {
    while (work.under_way < parts_.at_once && !work.stopped() && !work.given_up) {
      auto page = work.frontier.next();
      if (!page) break;
      work.tasks.start(fetch_page(work, std::move(*page)));
    }
    work.show();
    if (work.under_way == 0) co_return;
    co_await work.bell->next_ring();
  }
}

Task<void> CrawlPipeline::fetch_page(Work& work, crawl::KnownPage page) {
  UnderWay one_more(work.under_way, *work.bell);
  Result<void> taken = co_await try_page(work, std::move(page));
  if (!taken) work.fail(taken.error());
}

Task<Result<void>> CrawlPipeline::try_page(Work& work, crawl::KnownPage page) {
  auto url = net::Url::parse(page.url);
  if (!url) co_return std::unexpected(url.error());
  if (work.robots.kind == crawl::RobotsAnswer::Kind::kRules) {
    crawl::RobotsVerdict verdict = work.robots.robots->check(page.url);
    if (!verdict.allowed) {
      work.frontier.take_back();
      page.skipped = "robots.txt: " + verdict.rule;
      co_return co_await keep(work, work.record_of(page), {});
    }
  }
  auto fetched = co_await ask_politely(work, *url);
  if (work.stopped()) co_return Result<void>();  // it waits for the next run
  Loop& home = co_await home_loop();
  work.note_answer(!is_refused(fetched), home.clock().monotonic());
  if (fetched) co_return co_await take_page(work, std::move(page), *url, std::move(*fetched));
  if (work.is_root(page.number)) work.root_error = fetched.error();
  store::PageRecord record = work.record_of(page);
  record.requested = true;
  record.state = PageState::kFailed;
  record.reason = fetched.error().message;
  co_return co_await keep(work, std::move(record), {});
}

Task<Result<crawl::FetchedPage>> CrawlPipeline::ask_politely(Work& work, net::Url url) {
  Loop& home = co_await home_loop();
  std::stop_token stop = work.stop.get_token();
  for (int tried = 1;; ++tried) {
    ++work.waiting_outside;
    auto ticket = co_await parts_.politeness.enter(url.origin(), stop);
    --work.waiting_outside;
    if (!ticket) co_return std::unexpected(ticket.error());
    work.tracker.set_fact("current_url", url.href());
    work.counter->touch();
    Duration began = home.clock().monotonic();
    auto fetched = co_await parts_.fetcher.fetch(url, stop);
    crawl::Politeness::Outcome outcome{.latency = home.clock().monotonic() - began,
                                       .failed = !fetched};
    if (fetched) {
      outcome.status = fetched->status;
      outcome.retry_after = fetched->retry_after;
    }
    parts_.politeness.done(std::move(*ticket), outcome);
    if (tried == kTries || !may_get_better(fetched) || work.stopped()) co_return fetched;
    co_await sleep_for(kFirstPause * (1 << (tried - 1)));
  }
}

Task<Result<void>> CrawlPipeline::take_page(Work& work, crawl::KnownPage page, net::Url url,
                                            crawl::FetchedPage fetched) {
  if (fetched.location) co_return co_await take_redirect(work, page, url, *fetched.location);
  store::PageRecord record = work.record_of(page);
  record.requested = true;
  if (fetched.status >= 200 && fetched.status <= 299) {
    co_return co_await take_content(work, std::move(record), std::move(url), std::move(fetched));
  }
  record.state = PageState::kFailed;
  record.reason = fmt::format("HTTP {}", fetched.status);
  if (work.is_root(page.number)) {
    work.root_error = root_failed(fmt::format("the site answered HTTP {}.", fetched.status));
  }
  co_return co_await keep(work, std::move(record), {});
}

// A page of its own, as deep as the one that leads there, which counts for nothing.
Task<Result<void>> CrawlPipeline::take_redirect(Work& work, crawl::KnownPage page, net::Url url,
                                                std::string location) {
  work.frontier.take_back();
  Redirected chain = work.redirected[page.number];
  chain.from_root = work.is_root(page.number);
  if (chain.times++ == kMostRedirects) co_return co_await end_of_redirects(work, page);
  auto target = net::Url::parse(location, &url);
  page.skipped = "redirect to " + (target ? target->href() : location);
  std::vector<store::PageRecord> pages;
  bool leads_on = false;
  if (target) {
    auto found = work.frontier.offer(*target, page.depth);
    leads_on = found && found->skipped.empty();
    if (leads_on) work.redirected[found->number] = chain;
    if (found) pages.push_back(work.record_of(*found));
  }
  if (chain.from_root && !leads_on) {
    work.root_error = root_failed(
        fmt::format("it redirects to {}, which is outside of what was asked for. Crawl that "
                    "address instead.",
                    target ? target->href() : location));
  }
  co_return co_await keep(work, work.record_of(page), std::move(pages));
}

Task<Result<void>> CrawlPipeline::end_of_redirects(Work& work, crawl::KnownPage page) {
  store::PageRecord record = work.record_of(page);
  record.state = PageState::kFailed;
  record.reason = fmt::format("redirected more than {} times", kMostRedirects);
  if (work.is_root(page.number)) work.root_error = root_failed("it was " + record.reason + ".");
  co_return co_await keep(work, std::move(record), {});
}

Task<Result<void>> CrawlPipeline::take_content(Work& work, store::PageRecord record, net::Url url,
                                               crawl::FetchedPage fetched) {
  std::stop_token stop = work.stop.get_token();
  auto body = [&work, &fetched, &url, stop] { return work.reader->read(fetched, url, stop); };
  auto read = co_await offload(parts_.workers, body);
  if (work.stopped()) co_return Result<void>();
  if (!read) {
    bool no_page = read.error().code == ErrorCode::kUnsupportedFormat;
    record.state = no_page ? PageState::kSkipped : PageState::kFailed;
    record.reason = no_page ? "type: " + fetched.content_type : read.error().message;
    if (work.is_root(record.number)) work.root_error = root_failed(read.error().message);
    co_return co_await keep(work, std::move(record), {});
  }
  crawl::RobotsDirectives directives = crawl::directives_from(fetched.robots_tags, parts_.agent);
  directives.noindex = directives.noindex || read->noindex;
  directives.nofollow = directives.nofollow || read->nofollow;
  std::vector<store::PageRecord> pages;
  if (!directives.nofollow) pages = discover(work, url, *read, record.depth + 1);
  if (directives.noindex) {
    record.state = PageState::kSkipped;
    record.reason = "noindex";
    if (work.is_root(record.number) && pages.empty()) {
      work.root_error = {ErrorCode::kRobotsDenied, "The first page asks not to be indexed.", {}};
    }
    co_return co_await keep(work, std::move(record), std::move(pages));
  }
  std::string original = crawled_original(work, url, *read, record, pages);
  if (!original.empty()) {
    record.state = PageState::kSkipped;
    record.reason = "duplicate";
    record.duplicate_of = std::move(original);
    co_return co_await keep(work, std::move(record), std::move(pages));
  }
  co_return co_await take_text(work, std::move(record), std::move(*read), std::move(pages));
}

// What the page calls its original, where that was crawled; else it is asked for like any.
std::string CrawlPipeline::crawled_original(Work& work, const net::Url& url,
                                            const extract::WebPage& page,
                                            const store::PageRecord& record,
                                            std::vector<store::PageRecord>& pages) {
  if (page.canonical.empty()) return {};
  auto original = net::Url::parse(page.canonical, &url);
  if (!original || original->origin() != url.origin()) return {};
  std::string key = crawl::page_key(*original, crawl::Tracking::kKept);
  if (key == record.url) return {};
  if (work.crawled_urls.contains(key)) return key;
  if (auto found = work.frontier.offer(*original, record.depth)) {
    pages.push_back(work.record_of(*found));
  }
  return {};
}

std::vector<store::PageRecord> CrawlPipeline::discover(Work& work, const net::Url& url,
                                                       const extract::WebPage& page, int depth) {
  std::vector<store::PageRecord> found;
  auto base = net::Url::parse(page.base, &url);
  const net::Url& from = page.base.empty() || !base ? url : *base;
  for (const extract::PageLink& link : page.links) {
    if (link.nofollow) continue;
    auto target =
        net::Url::parse(crawl::with_query_in(link.address, page.document.encoding), &from);
    if (!target) continue;
    if (auto known = work.frontier.offer(*target, depth)) found.push_back(work.record_of(*known));
  }
  return found;
}

Task<Result<void>> CrawlPipeline::take_text(Work& work, store::PageRecord record,
                                            extract::WebPage page,
                                            std::vector<store::PageRecord> pages) {
  std::string blob;
  auto describe = [&record, &page, &blob] {
    record.text_hash = sha256_hex(page.document.text);
    record.fingerprint = crawl::fingerprint_of(page.document.text);
    record.language = text::detect_language(page.document.text);
    blob = to_blob(page.document);
  };
  co_await offload(parts_.workers, describe);
  record.title = page.document.title;
  record.state = PageState::kCrawled;
  auto equal = work.urls_by_hash.find(record.text_hash);
  bool has_text = page.document.text.find_first_not_of(" \n\t") != std::string::npos;
  if (has_text && equal != work.urls_by_hash.end()) {
    record.state = PageState::kSkipped;
    record.reason = "duplicate";
    record.duplicate_of = equal->second;
  } else if (int near = work.near.find(record.fingerprint); near >= 0) {
    record.duplicate_of = std::string(work.urls_by_number.at(near));
  }
  work.remember(record);
  bool to_chunk = has_text && record.state == PageState::kCrawled;
  if (!to_chunk) {
    record.chunked = true;  // nothing of it is cut
    co_return co_await keep(work, std::move(record), std::move(pages));
  }
  store::PutPageText text{work.document_id, work.input.version, record.number, std::move(blob)};
  store::PageRecord cut = record;
  Result<void> kept = co_await keep(work, std::move(record), std::move(pages), std::move(text));
  if (kept) work.to_chunk.push_back(std::move(cut));
  co_return kept;
}

// Durable, then counted. A page may be asked for before those that link to it are kept: they do not
// put it back into the queue.
Task<Result<void>> CrawlPipeline::keep(Work& work, store::PageRecord record,
                                       std::vector<store::PageRecord> found,
                                       std::optional<store::PutPageText> text) {
  store::WriteBatch batch;
  if (text) batch.mutations.push_back(std::move(*text));
  batch.mutations.push_back(work.checkpoint());
  std::erase_if(
      found, [&work](const store::PageRecord& page) { return work.settled.contains(page.number); });
  work.settled.insert(record.number);
  found.push_back(std::move(record));
  batch.mutations.push_back(store::PutPages{found});
  Result<void> kept = co_await parts_.store.commit(std::move(batch));
  if (!kept) co_return kept;
  for (const store::PageRecord& page : found) work.count(page);
  co_return kept;
}

Task<Result<void>> CrawlPipeline::skip_the_rest(Work& work) {
  std::string reason =
      work.given_up ? "the site refuses, or does not answer any more" : "max_pages";
  std::vector<crawl::KnownPage> left = work.frontier.drain(reason);
  for (std::size_t first = 0; first < left.size(); first += kSkippedAtOnce) {
    store::PutPages put;
    for (std::size_t i = first; i < std::min(first + kSkippedAtOnce, left.size()); ++i) {
      put.pages.push_back(work.record_of(left[i]));
    }
    store::WriteBatch batch;
    batch.mutations.push_back(put);
    Result<void> kept = co_await parts_.store.commit(std::move(batch));
    if (!kept) co_return kept;
    for (const store::PageRecord& page : put.pages) work.count(page);
  }
  work.show();
  co_return Result<void>();
}

}  // namespace walrus::pipelines
