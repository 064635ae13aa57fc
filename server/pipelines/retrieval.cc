#include "pipelines/retrieval.h"

#include "base/utf8.h"

namespace walrus::pipelines {

std::string snippet(const std::string& text) {
  constexpr std::size_t kLength = 200;
  std::size_t at = 0;
  for (std::size_t count = 0; at < text.size() && count < kLength; ++count)
    next_code_point(text, at);
  std::string shown = text.substr(0, at);
  for (char& c : shown) {
    if (c == '\n' || c == '\t') c = ' ';
  }
  return at < text.size() ? shown + "…" : shown;
}

Retriever::Retriever(store::Store& store, search::Embedder& embedder, search::SearchIndex& index,
                     WorkerPool& workers, const Log& log)
    : store_(store), embedder_(embedder), index_(index), workers_(workers), log_(log) {}

Task<Result<std::vector<Passage>>> Retriever::retrieve(std::string owner, std::string query,
                                                       int limit, RetrievalFilter filter,
                                                       std::stop_token stop) {
  search::Query asked{
      .owner = owner, .text = query, .limit = limit, .embedder = embedder_.identity()};
  if (!filter.empty()) {
    auto documents = co_await admitted(owner, std::move(filter));
    if (!documents) co_return std::unexpected(documents.error());
    if (documents->empty()) co_return std::vector<Passage>();
    asked.documents = std::move(*documents);
  }
  asked.vector = co_await embed(std::move(query), stop);
  if (stop.stop_requested()) co_return fail(ErrorCode::kCancelled, "The work was stopped.");
  auto look = [this, &asked] { return index_.search(asked); };
  auto hits = co_await offload(workers_, look);
  if (!hits) co_return std::unexpected(hits.error());
  co_return co_await read_passages(std::move(owner), std::move(*hits));
}

Task<Result<std::set<std::string>>> Retriever::admitted(std::string owner, RetrievalFilter filter) {
  std::set<std::string> ids;
  if (!filter.document_id.empty()) {
    auto document = co_await store_.document(owner, filter.document_id);
    if (!document) co_return std::unexpected(document.error());
    if (*document && filter.admits(**document)) ids.insert(filter.document_id);
    co_return ids;
  }
  store::Page page{.limit = 100, .after = {}};
  do {
    auto listing = co_await store_.documents(owner, filter.document_type, page);
    if (!listing) co_return std::unexpected(listing.error());
    for (const store::DocumentRecord& document : listing->records) {
      if (filter.admits(document)) ids.insert(document.id);
    }
    page.after = listing->next;
  } while (!page.after.empty());
  co_return ids;
}

Task<std::vector<float>> Retriever::embed(std::string query, std::stop_token stop) {
  std::vector<std::string> texts;
  texts.push_back(std::move(query));
  auto vector = co_await embedder_.embed(std::move(texts), stop);
  if (vector) co_return std::move(*vector);
  log_.warning("a query could not be embedded: keywords alone are searched",
               {{"error_type", info(vector.error().code).word}, {"why", vector.error().detail}});
  co_return std::vector<float>();
}

// The tables decide: what was deleted or replaced since the index was asked is passed over.
Task<Result<std::vector<Passage>>> Retriever::read_passages(std::string owner,
                                                            std::vector<search::Hit> hits) {
  std::vector<Passage> passages;
  std::map<std::string, std::optional<store::DocumentRecord>> documents;
  for (const search::Hit& hit : hits) {
    if (!documents.contains(hit.document_id)) {
      auto document = co_await store_.document(owner, hit.document_id);
      if (!document) co_return std::unexpected(document.error());
      documents[hit.document_id] = std::move(*document);
    }
    const auto& document = documents[hit.document_id];
    if (!document || document->active_version != hit.version) continue;
    auto chunk = co_await store_.chunk(hit.document_id, hit.version, hit.chunk);
    if (!chunk) co_return std::unexpected(chunk.error());
    if (!*chunk) continue;
    std::string url = (*chunk)->url.empty() ? document->url : (*chunk)->url;
    passages.push_back({std::move(**chunk), document->filename, std::move(url), hit.score});
  }
  co_return passages;
}

}  // namespace walrus::pipelines
