// A site that is embedded anew: its pages are those of an earlier version, and nobody is asked.
#include <unordered_set>

#include "pipelines/crawl_work.h"

namespace walrus::pipelines {

namespace {

// Of pages whose texts may have megabytes each.
constexpr int kPagesOfBatch = 50;

}  // namespace

// What an interrupted run has taken over stays as it is, cut or not.
Task<Result<void>> CrawlPipeline::take_over_pages(Work& work) {
  std::unordered_set<int> known;
  store::Page page{.limit = kPagesOfBatch, .after = {}};
  do {
    auto own = co_await parts_.store.pages(work.document_id, work.input.version, page);
    if (!own) co_return std::unexpected(own.error());
    for (const store::PageRecord& record : own->records) known.insert(record.number);
    page.after = own->next;
  } while (!page.after.empty());
  do {
    auto earlier = co_await parts_.store.pages(work.document_id, work.input.pages_of, page);
    if (!earlier) co_return std::unexpected(earlier.error());
    page.after = earlier->next;
    std::erase_if(earlier->records, [&known](const store::PageRecord& record) {
      return known.contains(record.number);
    });
    Result<void> taken = co_await take_over(work, std::move(earlier->records));
    if (!taken) co_return taken;
  } while (!page.after.empty());
  co_return Result<void>();
}

Task<Result<void>> CrawlPipeline::take_over(Work& work, std::vector<store::PageRecord> pages) {
  if (pages.empty()) co_return Result<void>();
  store::WriteBatch batch;
  for (store::PageRecord& page : pages) {
    page.version = work.input.version;
    if (page.chunk_count == 0) continue;
    auto text = co_await parts_.store.page_text(work.document_id, work.input.pages_of, page.number);
    if (!text) co_return std::unexpected(text.error());
    if (!*text) {
      co_return fail(ErrorCode::kExtractionFailed,
                     "The texts of the site's pages are no longer kept. Crawl the site again.");
    }
    batch.mutations.push_back(
        store::PutPageText{work.document_id, work.input.version, page.number, std::move(**text)});
    page.chunked = false;
  }
  batch.mutations.push_back(store::PutPages{std::move(pages)});
  co_return co_await parts_.store.commit(std::move(batch));
}

}  // namespace walrus::pipelines
