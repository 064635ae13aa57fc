#include "pipelines/indexing.h"

#include <algorithm>

namespace walrus::pipelines {

namespace {

Task<Result<std::vector<store::ChunkRecord>>> all_chunks(store::Store& store,
                                                         std::string document_id, int version) {
  std::vector<store::ChunkRecord> chunks;
  store::Page page{.limit = 100, .after = {}};
  do {
    auto listing = co_await store.chunks(document_id, version, page);
    if (!listing) co_return std::unexpected(listing.error());
    std::ranges::move(listing->records, std::back_inserter(chunks));
    page.after = listing->next;
  } while (!page.after.empty());
  co_return chunks;
}

}  // namespace

Task<Result<void>> index_version(store::Store& store, search::SearchIndex& index,
                                 WorkerPool& workers, store::DocumentRecord document, int version,
                                 std::stop_token stop) {
  auto chunks = co_await all_chunks(store, document.id, version);
  if (!chunks) co_return std::unexpected(chunks.error());
  int count = 0;
  for (const store::ChunkRecord& chunk : *chunks) count = std::max(count, chunk.last_window);
  auto windows = co_await store.windows(document.id, version, 0, count);
  if (!windows) co_return std::unexpected(windows.error());

  search::IndexedVersion indexed{.owner = document.owner,
                                 .document_id = document.id,
                                 .version = version,
                                 .language = document.language,
                                 .embedder = document.embedder,
                                 .dimensions = windows->dimensions,
                                 .vectors = windows->vectors,
                                 .entries = {},
                                 .stop = std::move(stop)};
  for (store::ChunkRecord& chunk : *chunks) {
    search::IndexEntry entry;
    entry.title = document.filename + " " + chunk.heading;
    entry.text = std::move(chunk.text);
    for (int i = chunk.first_window; i < chunk.last_window; ++i) entry.windows.push_back(i);
    indexed.entries.push_back(std::move(entry));
  }
  auto add = [&index, &indexed] { return index.add(std::move(indexed)); };
  co_return co_await offload(workers, add);
}

Task<void> show_version(search::SearchIndex& index, WorkerPool& workers, const Log& log,
                        std::string owner, std::string document_id, int version) {
  auto body = [&index, &owner, &document_id, version] {
    return index.activate(owner, document_id, version);
  };
  Result<void> shown = co_await offload(workers, body);
  if (!shown) {
    log.error("a finished document could not be made searchable",
              {{"document", document_id}, {"why", shown.error().detail}});
  }
}

Task<void> forget_version(search::SearchIndex& index, WorkerPool& workers, const Log& log,
                          std::string document_id, int version) {
  auto body = [&index, &document_id, version] {
    return index.remove_version(document_id, version);
  };
  Result<void> forgotten = co_await offload(workers, body);
  if (!forgotten) {
    log.warning("what failed is still in the search index, unseen",
                {{"document", document_id}, {"why", forgotten.error().detail}});
  }
}

}  // namespace walrus::pipelines
