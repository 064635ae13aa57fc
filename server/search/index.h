// Finds the chunks that bear on a query: FTS5 keywords, reranked by vectors.
//
// A file of its own beside the tables, made of them and rebuilt from them when it is missing, old
// or damaged. It holds terms, int8 vectors to scan and float vectors to rescore, never the text.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/log.h"

namespace walrus::search {

// A chunk to be found, of a document version that is not searched yet.
struct IndexEntry {
  std::string title;  // file name and heading: counts twice
  std::string text;
  std::vector<int> windows;  // numbers of the version's windows, from 0
};

// A version that is too large to be held at once comes in pieces, in order.
struct IndexPiece {
  std::int64_t first_entry = 0;   // of this piece, among all of the version
  std::int64_t first_window = 0;  // of its vectors
  std::int64_t entries = 0;       // of the whole version
  std::int64_t windows = 0;       // of the whole version; 0 where it has no vectors
};

struct IndexedVersion {
  std::string owner;
  std::string document_id;
  int version = 1;
  std::string language;                  // ISO 639-1 or ""
  std::string embedder;                  // identity
  int dimensions = 0;                    // 0: no vectors
  std::span<const float> vectors;        // row-major, one per window
  std::vector<IndexEntry> entries;       // in index order
  std::optional<IndexPiece> piece = {};  // nothing: this is all of it
  std::stop_token stop = {};             // looked at while the entries are made ready
};

struct Query {
  std::string owner;
  std::string text;
  int limit = 8;
  // Only chunks of these documents, where given.
  std::optional<std::set<std::string>> documents;
  std::vector<float> vector;  // of the text, or empty: keywords alone
  std::string embedder;       // identity `vector` is of
};

struct Hit {
  std::string document_id;
  int version = 1;
  int chunk = 0;
  double score = 0;  // 0 to 1, of this query alone
};

// Where a query's time went, microseconds.
struct QueryCost {
  std::int64_t terms = 0;
  std::int64_t keywords = 0;
  std::int64_t vectors = 0;
  bool scanned = false;  // no keyword was found: every vector was looked at
};

// Thread-safe; blocking: for worker threads. Errors of every call: storage_unavailable. Writers
// wait for each other, queries for nobody.
class SearchIndex {
 public:
  struct Options {
    double dense_weight = 0.2;  // of the fused score
    int candidates = 100;       // of the keyword side, reranked by vectors
  };
  // Creates the file where needed; `:memory:` keeps it in memory. A file that is damaged or of
  // another schema is moved away (`<file>.old`) and an empty one made: `versions()` then says what
  // is missing. `log` must outlive the index.
  static Result<std::unique_ptr<SearchIndex>> open(std::filesystem::path file, Options options,
                                                   const Log& log);
  virtual ~SearchIndex() = default;

  // Makes a version known without showing it. Again with the same key: replaces it; so does the
  // first piece, which the others follow before the version is activated. not_found for a later
  // piece of a version that has none before it.
  virtual Result<void> add(IndexedVersion version) = 0;
  // From now on queries see `version` of the document and no other. One moment: a query sees the
  // old or the new. Older versions are removed. not_found where it was not added.
  virtual Result<void> activate(std::string owner, std::string document_id, int version) = 0;
  virtual Result<void> remove(std::string document_id) = 0;  // all versions
  virtual Result<void> remove_version(std::string document_id, int version) = 0;

  struct Version {
    std::string owner;
    std::string document_id;
    int version;
    bool active;
    std::string embedder;
  };
  // All that is in the file, for reconciling with the tables at the start.
  virtual Result<std::vector<Version>> versions() = 0;

  // Best first.
  virtual Result<std::vector<Hit>> search(const Query& query, QueryCost* cost = nullptr) = 0;
};

}  // namespace walrus::search
