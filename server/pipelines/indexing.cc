#include "pipelines/indexing.h"

#include <algorithm>

namespace walrus::pipelines {

namespace {

constexpr int kChunksOfPiece = 100;

std::vector<search::IndexEntry> entries_of(const store::DocumentRecord& document,
                                           std::vector<store::ChunkRecord> chunks) {
  std::vector<search::IndexEntry> entries;
  for (store::ChunkRecord& chunk : chunks) {
    search::IndexEntry& entry = entries.emplace_back();
    entry.title = document.filename + " " + chunk.heading;
    entry.text = std::move(chunk.text);
    for (int i = chunk.first_window; i < chunk.last_window; ++i) entry.windows.push_back(i);
  }
  return entries;
}

}  // namespace

Task<Result<void>> index_version(store::Store& store, search::SearchIndex& index,
                                 WorkerPool& workers, store::DocumentRecord document, int version,
                                 std::stop_token stop,
                                 std::function<void(std::int64_t)> on_indexed) {
  auto first = co_await store.windows(document.id, version, 0, 1);
  if (!first) co_return std::unexpected(first.error());
  auto windows = co_await store.window_count(document.id, version);
  if (!windows) co_return std::unexpected(windows.error());
  search::IndexPiece piece{.entries = document.chunk_count, .windows = *windows};
  store::Page page{.limit = kChunksOfPiece, .after = {}};
  do {
    auto chunks = co_await store.chunks(document.id, version, page);
    if (!chunks) co_return std::unexpected(chunks.error());
    page.after = chunks->next;
    auto behind = static_cast<int>(piece.first_window);  // the windows of these chunks
    for (const store::ChunkRecord& chunk : chunks->records)
      behind = std::max(behind, chunk.last_window);
    auto rows = co_await store.windows(document.id, version, static_cast<int>(piece.first_window),
                                       behind - static_cast<int>(piece.first_window));
    if (!rows) co_return std::unexpected(rows.error());
    search::IndexedVersion indexed{.owner = document.owner,
                                   .document_id = document.id,
                                   .version = version,
                                   .language = document.language,
                                   .embedder = document.embedder,
                                   .dimensions = first->dimensions,
                                   .vectors = rows->vectors,
                                   .entries = entries_of(document, std::move(chunks->records)),
                                   .piece = piece,
                                   .stop = stop};
    piece.first_entry += std::ssize(indexed.entries);
    piece.first_window = behind;
    auto add = [&index, &indexed] { return index.add(std::move(indexed)); };
    Result<void> added = co_await offload(workers, add);
    if (!added) co_return added;
    if (on_indexed) on_indexed(piece.first_entry);
  } while (!page.after.empty());
  co_return Result<void>();
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
