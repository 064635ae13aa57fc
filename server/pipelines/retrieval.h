// From a question to the passages that bear on it: what search answers and chats draw from.
#pragma once

#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/worker_pool.h"
#include "search/embedder.h"
#include "search/index.h"
#include "store/store.h"

namespace walrus::pipelines {

// Which documents may be looked at; empty members mean all.
struct RetrievalFilter {
  std::string document_id;
  std::string document_type;
  std::string file_type;                        // with its dot
  std::map<std::string, json::value> metadata;  // the uploader's own keys

  bool empty() const;
  bool admits(const store::DocumentRecord& document) const;
};

// From `retrieval_filter` of a request. Errors: validation_error naming the member.
Result<RetrievalFilter> filter_from_json(const json::object& filter);
json::object to_json(const RetrievalFilter& filter);

struct Passage {
  store::ChunkRecord chunk;
  std::string filename;
  std::string url;
  double score = 0;  // 0 to 1
};

// The beginning of a passage, for showing beside an answer: at most 200 characters.
std::string snippet(const std::string& text);

// Thread-safe; what it is made of outlives it.
class Retriever {
 public:
  Retriever(store::Store& store, search::Embedder& embedder, search::SearchIndex& index,
            WorkerPool& workers, const Log& log);

  // The `limit` best passages of the owner's documents, best first. Where the query cannot be
  // embedded, keywords alone find. Errors: storage_unavailable, cancelled.
  Task<Result<std::vector<Passage>>> retrieve(std::string owner, std::string query, int limit,
                                              RetrievalFilter filter, std::stop_token stop);

 private:
  Task<Result<std::set<std::string>>> admitted(std::string owner, RetrievalFilter filter);
  Task<std::vector<float>> embed(std::string query, std::stop_token stop);
  Task<Result<std::vector<Passage>>> read_passages(std::string owner,
                                                   std::vector<search::Hit> hits);

  store::Store& store_;
  search::Embedder& embedder_;
  search::SearchIndex& index_;
  WorkerPool& workers_;
  const Log& log_;
};

}  // namespace walrus::pipelines
