#include "search/index_reader.h"

#include <algorithm>
#include <chrono>
#include <numeric>

#include "search/fusion.h"
#include "search/vector_index.h"
#include "text/terms.h"

namespace walrus::search {
namespace {

// Languages of an owner's documents a query is prepared for where its own language cannot tell.
constexpr int kMostLanguages = 3;

class Stopwatch {
 public:
  explicit Stopwatch(std::int64_t& micros) : micros_(micros) {}
  ~Stopwatch() {
    auto spent = std::chrono::steady_clock::now() - begin_;
    micros_ += std::chrono::duration_cast<std::chrono::microseconds>(spent).count();
  }

 private:
  std::int64_t& micros_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

struct Partition {
  std::int64_t id = 0;
  std::int64_t chunks = 0;
};

Partition find_partition(Connection& connection, const std::string& owner) {
  Statement row = connection.query("SELECT partition, chunks FROM owners WHERE owner = ?", owner);
  return row.step() ? Partition{row.integer(0), row.integer(1)} : Partition{};
}

// Most of the documents first.
std::vector<std::string> languages_of(Connection& connection, std::int64_t partition) {
  std::vector<std::string> languages;
  Statement rows = connection.query(
      "SELECT language FROM languages WHERE partition = ? ORDER BY chunks DESC, language",
      partition);
  while (rows.step()) languages.emplace_back(rows.text(0));
  return languages;
}

// The documents say which language a query is in: short ones are hard to tell. Where they are of
// several, the query's own decides, and where it cannot, each of the most common gets its terms.
std::vector<std::string> terms_of(Connection& connection, std::int64_t partition,
                                  const std::string& text) {
  std::vector<std::string> languages = languages_of(connection, partition);
  if (languages.size() > 1) {
    std::string own = text::detect_language(text);
    if (std::ranges::find(languages, own) != languages.end()) languages = {own};
  }
  if (languages.size() > kMostLanguages) languages.resize(kMostLanguages);
  std::vector<std::string> terms;
  for (const std::string& language : languages) {
    for (std::string& term : text::query_terms(text, language)) {
      if (std::ranges::find(terms, term) == terms.end()) terms.push_back(std::move(term));
    }
  }
  return terms;
}

std::vector<ChunkRange> ranges_of(Connection& connection, std::int64_t partition,
                                  const std::set<std::string>& documents) {
  std::vector<ChunkRange> ranges;
  for (const std::string& document : documents) {
    Statement row = connection.query(
        "SELECT first_chunk, chunk_count FROM versions "
        "WHERE partition = ? AND document_id = ? AND active AND chunk_count > 0",
        partition, document);
    if (row.step()) ranges.push_back({row.integer(0), row.integer(0) + row.integer(1) - 1});
  }
  std::ranges::sort(ranges, {}, &ChunkRange::first);
  return ranges;
}

struct Scored {
  std::int64_t chunk;
  double score;
};

std::vector<Scored> pair_up(std::span<const std::int64_t> chunks, std::span<const double> scores) {
  std::vector<Scored> pairs;
  pairs.reserve(chunks.size());
  for (std::size_t i = 0; i < chunks.size(); ++i) pairs.push_back({chunks[i], scores[i]});
  return pairs;
}

std::vector<Scored> rerank(Connection& connection, const std::vector<KeywordHit>& found,
                           const std::optional<Meaning>& meaning, double dense_weight) {
  std::vector<std::int64_t> chunks;
  std::vector<Candidate> candidates;
  for (const KeywordHit& hit : found) {
    chunks.push_back(hit.chunk);
    candidates.push_back({hit.score, std::nullopt});
  }
  if (meaning) {
    auto nearness = compare_chunks(connection, *meaning, chunks);
    for (std::size_t i = 0; i < nearness.size(); ++i) candidates[i].meaning = nearness[i];
  }
  return pair_up(chunks, fuse(candidates, dense_weight));
}

// By meaning alone. Its best gets no more than the dense side's part of a score: that no keyword
// was found is a sign of its own.
std::vector<Scored> scan(Connection& connection, std::int64_t partition, const Meaning& meaning,
                         const std::vector<ChunkRange>* ranges, std::size_t limit,
                         double dense_weight) {
  std::vector<std::int64_t> chunks;
  std::vector<Candidate> candidates;
  for (const MeaningHit& hit : scan_chunks(connection, meaning, partition, ranges, limit)) {
    chunks.push_back(hit.chunk);
    candidates.push_back({0, hit.nearness});
  }
  std::vector<double> scores = fuse(candidates, 1);
  for (double& score : scores) score *= dense_weight;
  return pair_up(chunks, scores);
}

std::vector<Hit> resolve(Connection& connection, std::vector<Scored> scored, std::size_t limit) {
  std::ranges::sort(scored, [](const Scored& a, const Scored& b) {
    return a.score != b.score ? a.score > b.score : a.chunk < b.chunk;
  });
  if (scored.size() > limit) scored.resize(limit);
  std::vector<Hit> hits;
  for (const Scored& one : scored) {
    Statement row = connection.query(
        "SELECT v.document_id, v.version, c.id - v.first_chunk "
        "FROM chunks c JOIN versions v ON v.id = c.version WHERE c.id = ?",
        one.chunk);
    if (!row.step()) continue;
    hits.push_back({std::string(row.text(0)), static_cast<int>(row.integer(1)),
                    static_cast<int>(row.integer(2)), one.score});
  }
  return hits;
}

}  // namespace

std::vector<Hit> run_query(Connection& connection, DocumentFrequencies& frequencies,
                           const SearchIndex::Options& options, const Query& query,
                           QueryCost& cost) {
  Partition partition = find_partition(connection, query.owner);
  if (partition.chunks == 0 || query.limit <= 0) return {};
  std::optional<std::vector<ChunkRange>> ranges;
  if (query.documents) ranges = ranges_of(connection, partition.id, *query.documents);
  if (ranges && ranges->empty()) return {};
  std::optional<Meaning> meaning;
  if (!query.vector.empty()) meaning.emplace(query.vector, query.embedder);

  KeywordQuery keywords{.partition = partition.id,
                        .partition_chunks = partition.chunks,
                        .ranges = ranges ? &*ranges : nullptr,
                        .limit = std::max(query.limit, options.candidates)};
  std::vector<KeywordHit> found;
  {
    Stopwatch watch(cost.terms);
    keywords.terms = terms_of(connection, partition.id, query.text);
  }
  {
    Stopwatch watch(cost.keywords);
    found = find_keywords(connection, frequencies, keywords);
  }
  auto limit = static_cast<std::size_t>(query.limit);
  Stopwatch watch(cost.vectors);
  cost.scanned = found.empty() && meaning.has_value();
  std::vector<Scored> scored =
      cost.scanned
          ? scan(connection, partition.id, *meaning, keywords.ranges, limit, options.dense_weight)
          : rerank(connection, found, meaning, options.dense_weight);
  return resolve(connection, std::move(scored), limit);
}

std::vector<SearchIndex::Version> list_versions(Connection& connection) {
  std::vector<SearchIndex::Version> versions;
  Statement rows = connection.query(
      "SELECT o.owner, v.document_id, v.version, v.active, v.embedder "
      "FROM versions v JOIN owners o USING (partition) ORDER BY v.id");
  while (rows.step()) {
    versions.push_back({std::string(rows.text(0)), std::string(rows.text(1)),
                        static_cast<int>(rows.integer(2)), rows.integer(3) != 0,
                        std::string(rows.text(4))});
  }
  return versions;
}

}  // namespace walrus::search
