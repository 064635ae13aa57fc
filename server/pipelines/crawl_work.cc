#include "pipelines/crawl_work.h"

#include <algorithm>

namespace walrus::pipelines {

using store::PageState;

bool is_crawled(const store::PageRecord& page) {
  return page.state == PageState::kCrawled || !page.text_hash.empty();
}

store::PageRecord CrawlPipeline::Work::record_of(const crawl::KnownPage& page) const {
  store::PageRecord record{.document_id = document_id,
                           .version = input.version,
                           .number = page.number,
                           .url = page.url,
                           .depth = page.depth};
  if (page.skipped.empty()) return record;
  record.state = PageState::kSkipped;
  record.reason = page.skipped;
  return record;
}

void CrawlPipeline::Work::take_up(store::PageRecord page) {
  bool waits = page.state == PageState::kQueued;
  frontier.restore({page.number, page.url, page.depth, {}}, waits, page.requested);
  count(page);
  if (!is_crawled(page)) return;
  remember(page);
  if (page.state == PageState::kCrawled) to_chunk.push_back(std::move(page));
}

void CrawlPipeline::Work::count(const store::PageRecord& page) {
  if (is_crawled(page)) {
    ++crawled;
  } else if (page.state == PageState::kFailed) {
    ++failed;
  } else if (page.state == PageState::kSkipped) {
    ++skipped;
  }
}

void CrawlPipeline::Work::remember(const store::PageRecord& page) {
  if (page.state != PageState::kCrawled) return;
  if (page.number < title_of && !page.title.empty()) {
    title = page.title;
    title_of = page.number;
  }
  urls_by_hash.try_emplace(page.text_hash, page.url);
  near.add(page.fingerprint, page.number);
  urls_by_number.emplace(page.number, *crawled_urls.insert(page.url).first);
}

bool CrawlPipeline::Work::is_root(int number) const {
  auto found = redirected.find(number);
  return number == 0 || (found != redirected.end() && found->second.from_root);
}

// A site may be away for a while; one that says no for ever would be asked for days.
void CrawlPipeline::Work::note_answer(bool answered, Duration now) {
  constexpr int kPages = 5;
  constexpr std::chrono::minutes kPatience{10};
  if (answered) {
    unanswered = 0;
    answered_at = now;
    return;
  }
  ++unanswered;
  given_up = unanswered >= kPages && now - answered_at >= kPatience;
}

// Of the pages that say which; the one that most have.
std::string CrawlPipeline::Work::language() const {
  auto most = std::ranges::max_element(languages, {}, [](const auto& each) { return each.second; });
  return most == languages.end() ? "" : most->first;
}

void CrawlPipeline::Work::count_cut(const store::PageRecord& page) {
  chunks += page.chunk_count;
  windows += page.window_count;
  tokens += page.token_count;
}

void CrawlPipeline::Work::show() {
  using enum status::Step;
  total = std::max(total, frontier.total());
  tracker.set_counter("pages_total", total);
  tracker.set_counter("pages_crawled", crawled);
  tracker.set_counter("pages_failed", failed);
  tracker.set_counter("pages_skipped", skipped + frontier.forgotten());
  tracker.set_counter("chunks_created", chunks);
  tracker.set_counter("total_tokens", tokens);
  auto count = [this](int done, int of) {
    counter->set(static_cast<std::uint64_t>(std::max(done, 0)),
                 static_cast<std::uint64_t>(std::max(of, 1)));
  };
  switch (tracker.state().step) {
    case kCrawling:
      tracker.expect_work(kCrawling, total);
      return count(frontier.requested() - under_way, total);
    case kProcessingContent:
      return count(chunked_pages, chunked_pages + static_cast<int>(to_chunk.size()));
    case kCreatingEmbeddings:
      return count(embedded, windows);
    default:
      return counter->touch();
  }
}

}  // namespace walrus::pipelines
