// What runs beside the fetching: pages are cut into chunks, and their windows embedded.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "pipelines/crawl_work.h"
#include "pipelines/extracted_text.h"

namespace walrus::pipelines {

namespace {

// Windows that wait to be embedded; chunks wait beyond it.
constexpr std::size_t kMostWaiting = 512;

// A page's chunks and windows, from 0 on.
struct Cut {
  std::vector<store::ChunkRecord> chunks;
  std::vector<std::string> windows;
  std::int64_t tokens = 0;
};

Cut cut_page(const store::PageRecord& page, const text::StructuredText& text,
             const text::TokenCounter& tokens, const text::ChunkOptions& options, bool embeds) {
  Cut cut;
  text::ChunkPlan plan = text::plan_chunks(text, options);
  auto slice = [&text](std::size_t begin, std::size_t end) {
    return text.text.substr(begin, end - begin);
  };
  for (const text::Chunk& chunk : plan.chunks) {
    store::ChunkRecord record{.document_id = page.document_id,
                              .version = page.version,
                              .text = slice(chunk.begin, chunk.end),
                              .page = chunk.page,
                              .heading = std::string(chunk.heading),
                              .start = static_cast<std::int64_t>(chunk.start_offset),
                              .end = static_cast<std::int64_t>(chunk.end_offset),
                              .url = page.url,
                              .first_window = embeds ? chunk.first_window : 0,
                              .last_window = embeds ? chunk.last_window : 0};
    if (record.heading.empty()) record.heading = text.title;
    record.token_count = static_cast<std::int64_t>(tokens.count(record.text));
    cut.chunks.push_back(std::move(record));
  }
  cut.tokens = static_cast<std::int64_t>(tokens.count(text.text));
  if (!embeds) return cut;
  for (const text::Window& window : plan.windows) {
    cut.windows.push_back(slice(window.begin, window.end));
  }
  return cut;
}

}  // namespace

Task<void> CrawlPipeline::chunk_pages(Work& work) {
  while (!work.stopped()) {
    if (work.to_embed.size() > kMostWaiting || (work.to_chunk.empty() && !work.fetched)) {
      co_await work.bell->next_ring();
      continue;
    }
    if (work.to_chunk.empty()) break;
    store::PageRecord page = std::move(work.to_chunk.front());
    work.to_chunk.pop_front();
    Result<void> cut = co_await chunk_page(work, std::move(page));
    if (!cut) co_return work.fail(cut.error());
    ++work.chunked_pages;
    work.bell->ring();
  }
  work.chunked = true;
  work.bell->ring();
}

// What an earlier run has cut keeps its place: equal texts are cut in equal pieces.
Task<Result<void>> CrawlPipeline::chunk_page(Work& work, store::PageRecord page) {
  if (!page.language.empty()) ++work.languages[page.language];
  bool embedded = page.first_window + page.window_count <= work.embedded;
  if (page.chunked && embedded) co_return Result<void>();
  auto blob = co_await parts_.store.page_text(page.document_id, page.version, page.number);
  if (!blob) co_return std::unexpected(blob.error());
  if (!*blob) co_return fail(ErrorCode::kInternal, "A page's text is lost. Crawl the site again.");
  bool embeds = parts_.embedder.understands(page.language);
  auto body = [this, &page, &blob, embeds]() -> Result<Cut> {
    auto text = text_from_blob(**blob);
    if (!text) return std::unexpected(text.error());
    return cut_page(page, *text, parts_.tokens, parts_.chunking, embeds);
  };
  auto cut = co_await offload(parts_.workers, body);
  if (!cut) co_return std::unexpected(cut.error());
  if (!page.chunked) {
    page.chunked = true;
    page.first_chunk = work.chunks;
    page.chunk_count = static_cast<int>(cut->chunks.size());
    page.first_window = work.windows;
    page.window_count = static_cast<int>(cut->windows.size());
    page.token_count = cut->tokens;
    Result<void> kept = co_await keep_chunks(work, page, std::move(cut->chunks));
    if (!kept) co_return kept;
  }
  int known = work.embedded + work.embedding + static_cast<int>(work.to_embed.size());
  for (int i = std::max(known - page.first_window, 0); i < page.window_count; ++i) {
    work.to_embed.push_back(std::move(cut->windows[static_cast<std::size_t>(i)]));
  }
  co_return Result<void>();
}

// All of a page's in one commit with its row: the next page's follow behind them, whichever it is.
Task<Result<void>> CrawlPipeline::keep_chunks(Work& work, store::PageRecord page,
                                              std::vector<store::ChunkRecord> chunks) {
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    chunks[i].index = page.first_chunk + static_cast<int>(i);
    chunks[i].first_window += page.first_window;
    chunks[i].last_window += page.first_window;
  }
  store::WriteBatch batch;
  batch.mutations.push_back(store::PutChunks{std::move(chunks)});
  batch.mutations.push_back(store::PutPages{{page}});
  Result<void> kept = co_await parts_.store.commit(std::move(batch));
  if (kept) work.count_cut(page);
  co_return kept;
}

Task<void> CrawlPipeline::embed_windows(Work& work) {
  auto full = static_cast<std::size_t>(parts_.embedder.batch_size());
  while (!work.stopped()) {
    bool may_grow = !work.chunked && work.to_embed.size() < full;
    if (may_grow) {
      co_await work.bell->next_ring();
      continue;
    }
    if (work.to_embed.empty()) break;
    Result<void> embedded = co_await embed_batch(work);
    if (!embedded) co_return work.fail(embedded.error());
    work.bell->ring();
  }
}

Task<Result<void>> CrawlPipeline::embed_batch(Work& work) {
  auto most = static_cast<std::size_t>(parts_.embedder.batch_size());
  std::vector<std::string> texts;
  while (!work.to_embed.empty() && texts.size() < most) {
    texts.push_back(std::move(work.to_embed.front()));
    work.to_embed.pop_front();
  }
  auto count = static_cast<int>(texts.size());
  work.embedding = count;
  auto vectors = co_await parts_.embedder.embed(std::move(texts), work.stop.get_token());
  if (!vectors) co_return std::unexpected(vectors.error());
  int dimensions = static_cast<int>(vectors->size()) / count;
  bool fits = dimensions > 0 && (work.dimensions == 0 || work.dimensions == dimensions);
  if (!fits) co_return co_await refuse_vectors(work, dimensions);
  work.dimensions = dimensions;
  store::WindowsRecord windows{.document_id = work.document_id,
                               .version = work.input.version,
                               .first = work.embedded,
                               .dimensions = dimensions,
                               .vectors = std::move(*vectors)};
  store::WriteBatch batch;
  batch.mutations.push_back(store::PutWindows{std::move(windows)});
  batch.mutations.push_back(work.checkpoint());
  Result<void> kept = co_await parts_.store.commit(std::move(batch));
  work.embedding = 0;
  if (kept) work.embedded += count;
  co_return kept;
}

// What is embedded goes with the next attempt, which finds that no embedder is named.
Task<Result<void>> CrawlPipeline::refuse_vectors(Work& work, int dimensions) {
  work.embedder.clear();
  store::WriteBatch batch;
  batch.mutations.push_back(work.checkpoint());
  Result<void> forgotten = co_await parts_.store.commit(std::move(batch));
  if (!forgotten) co_return forgotten;
  co_return fail(ErrorCode::kEmbeddingFailed,
                 fmt::format("The embedding server now gives vectors of another size: {} numbers, "
                             "where it gave {} before. Retry to embed the site anew.",
                             dimensions, work.dimensions));
}

}  // namespace walrus::pipelines
