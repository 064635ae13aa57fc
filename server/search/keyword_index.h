// The keyword side: an FTS5 table per owner, ranked by BM25.
//
// A table of its own gives each owner statistics of its own (nobody's words weigh in another's
// ranking) and queries that read no other owner's postings. It is contentless: FTS5 keeps postings
// and lengths alone.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "search/sqlite_connection.h"

namespace walrus::search {

// Terms as they are stored: separated by single spaces.
struct ChunkTerms {
  std::string title;
  std::string body;
};

struct KeywordHit {
  std::int64_t chunk = 0;
  double score = 0;  // BM25, more is better
};

// Consecutive chunk ids, [first, last].
struct ChunkRange {
  std::int64_t first = 0;
  std::int64_t last = 0;
};

void create_keyword_table(Connection& connection, std::int64_t partition);
void add_keywords(Connection& connection, std::int64_t partition, ChunkRange chunks);
// `chunks` must have been added and their terms be unchanged.
void remove_keywords(Connection& connection, std::int64_t partition, ChunkRange chunks);
// Forgets every posting at once; leaves no trace of them in the file's live pages.
void clear_keywords(Connection& connection, std::int64_t partition);

std::string compress_terms(const ChunkTerms& terms);
// Nothing where the bytes are not what compress_terms made.
std::optional<ChunkTerms> decompress_terms(Blob compressed);

// How many chunks of an owner have a term, remembered. Thread-safe. The numbers may be a little
// old: they decide which terms are worth looking up, not what is found.
class DocumentFrequencies {
 public:
  // Those of `terms`, in order; looked up over `connection` where they are not known.
  std::vector<std::int64_t> of(Connection& connection, std::int64_t partition,
                               std::int64_t partition_chunks, std::span<const std::string> terms);

 private:
  struct Partition {
    std::int64_t chunks = 0;  // when the first number was looked up
    std::unordered_map<std::string, std::int64_t> counts;
  };
  Partition& current(std::int64_t partition, std::int64_t chunks);

  std::mutex mutex_;
  std::unordered_map<std::int64_t, Partition> partitions_;
};

struct KeywordQuery {
  std::int64_t partition = 0;
  std::int64_t partition_chunks = 0;
  std::vector<std::string> terms;
  // Where to look, sorted and apart; everywhere if absent.
  const std::vector<ChunkRange>* ranges = nullptr;
  int limit = 100;
};

// The best `limit` chunks with any of the terms, best first, equal ones by id.
std::vector<KeywordHit> find_keywords(Connection& connection, DocumentFrequencies& frequencies,
                                      const KeywordQuery& query);

// Which terms to look up, as places in `counts` (chunks that have the term). All of them, where
// that is cheap. Else from the rarest on, while the sum of the counts keeps a query's time in
// bounds, and without those in more than half of the chunks, of which BM25 makes nothing anyway;
// but if nothing rarer is found anywhere, the rarest of those. Never more than kMostTerms.
inline constexpr std::size_t kMostTerms = 64;
std::vector<std::size_t> choose_terms(std::span<const std::int64_t> counts, std::int64_t chunks);

// An FTS5 expression for any of the terms, each quoted: nothing in them is syntax.
std::string match_expression(std::span<const std::string> terms);

}  // namespace walrus::search
