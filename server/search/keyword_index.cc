#include "search/keyword_index.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <numeric>

namespace walrus::search {
namespace {

// BM25 takes about 1 us for each chunk that has one of the terms.
constexpr std::int64_t kCheapPostings = 4'000;
constexpr std::int64_t kMostPostings = 45'000;
// Terms of a query that are counted at all: a pasted page has hundreds.
constexpr std::size_t kMostCounted = 4 * kMostTerms;
// Ranges that are asked for one by one; more are filtered out of what is found between their ends.
constexpr std::size_t kMostQueriedRanges = 16;
// Chunks so few that all of a query's terms may be looked up in them.
constexpr std::int64_t kFewChunks = 1'000;
constexpr std::size_t kMostRememberedTerms = 20'000;
constexpr std::size_t kMostRememberedPartitions = 1'000;

std::string table(std::int64_t partition) {
  return fmt::format("keywords_{}", partition);
}

struct CompressedHeader {
  std::uint32_t title_size;
  std::uint32_t size;
};

template <class Use>
void for_each_chunk_terms(Connection& connection, ChunkRange chunks, Use use) {
  Statement rows = connection.query("SELECT id, compressed FROM terms WHERE id BETWEEN ? AND ?",
                                    chunks.first, chunks.last);
  while (rows.step()) {
    std::optional<ChunkTerms> terms = decompress_terms(rows.blob(1));
    if (!terms) return connection.fail_as_damaged();
    use(rows.integer(0), *terms);
  }
}

void find_in(Connection& connection, const std::string& expression, std::int64_t partition,
             ChunkRange range, std::vector<KeywordHit>& hits) {
  Statement rows = connection.prepare_once(
      fmt::format("SELECT rowid, bm25({0}, 2.0, 1.0) FROM {0} WHERE {0} MATCH ?1 "
                  "AND rowid BETWEEN ?2 AND ?3",
                  table(partition)));
  rows.bind(expression, range.first, range.last);
  while (rows.step()) hits.push_back({rows.integer(0), -rows.real(1)});
}

bool contains(const std::vector<ChunkRange>& ranges, std::int64_t chunk) {
  auto after = std::ranges::upper_bound(ranges, chunk, {}, &ChunkRange::first);
  return after != ranges.begin() && chunk <= std::prev(after)->last;
}

std::vector<KeywordHit> find_any(Connection& connection, const KeywordQuery& query,
                                 const std::string& expression) {
  std::vector<KeywordHit> hits;
  if (query.ranges == nullptr) {
    find_in(connection, expression, query.partition, {0, INT64_MAX}, hits);
  } else if (query.ranges->size() <= kMostQueriedRanges) {
    for (ChunkRange range : *query.ranges) {
      find_in(connection, expression, query.partition, range, hits);
    }
  } else {
    ChunkRange span{query.ranges->front().first, query.ranges->back().last};
    find_in(connection, expression, query.partition, span, hits);
    std::erase_if(hits, [&](KeywordHit hit) { return !contains(*query.ranges, hit.chunk); });
  }
  return hits;
}

void keep_best(std::vector<KeywordHit>& hits, std::size_t limit) {
  auto better = [](const KeywordHit& a, const KeywordHit& b) {
    return a.score != b.score ? a.score > b.score : a.chunk < b.chunk;
  };
  auto end = hits.begin() + static_cast<std::ptrdiff_t>(std::min(limit, hits.size()));
  std::partial_sort(hits.begin(), end, hits.end(), better);
  hits.erase(end, hits.end());
}

bool are_few(const std::vector<ChunkRange>& ranges) {
  std::int64_t chunks = 0;
  for (ChunkRange range : ranges) chunks += range.last - range.first + 1;
  return chunks <= kFewChunks;
}

std::vector<std::string> pick(std::span<const std::string> terms,
                              std::span<const std::size_t> places) {
  std::vector<std::string> picked;
  for (std::size_t place : places) picked.push_back(terms[place]);
  return picked;
}

}  // namespace

void create_keyword_table(Connection& connection, std::int64_t partition) {
  connection.execute(
      fmt::format("CREATE VIRTUAL TABLE {} USING fts5("
                  "title, body, content = '', tokenize = 'unicode61')",
                  table(partition)));
}

void add_keywords(Connection& connection, std::int64_t partition, ChunkRange chunks) {
  Statement insert = connection.prepare_once(
      fmt::format("INSERT INTO {}(rowid, title, body) VALUES (?, ?, ?)", table(partition)));
  for_each_chunk_terms(connection, chunks, [&](std::int64_t id, const ChunkTerms& terms) {
    insert.run(id, terms.title, terms.body);
  });
}

void remove_keywords(Connection& connection, std::int64_t partition, ChunkRange chunks) {
  Statement remove = connection.prepare_once(fmt::format(
      "INSERT INTO {0}({0}, rowid, title, body) VALUES ('delete', ?, ?, ?)", table(partition)));
  for_each_chunk_terms(connection, chunks, [&](std::int64_t id, const ChunkTerms& terms) {
    remove.run(id, terms.title, terms.body);
  });
}

void clear_keywords(Connection& connection, std::int64_t partition) {
  connection.execute(fmt::format("INSERT INTO {0}({0}) VALUES ('delete-all')", table(partition)));
}

std::string compress_terms(const ChunkTerms& terms) {
  std::string plain = terms.title + terms.body;
  CompressedHeader header{static_cast<std::uint32_t>(terms.title.size()),
                          static_cast<std::uint32_t>(plain.size())};
  uLongf size = compressBound(plain.size());
  std::string out(sizeof(header) + size, '\0');
  std::memcpy(out.data(), &header, sizeof(header));
  compress2(reinterpret_cast<Bytef*>(out.data() + sizeof(header)), &size,
            reinterpret_cast<const Bytef*>(plain.data()), plain.size(), Z_BEST_SPEED);
  out.resize(sizeof(header) + size);
  return out;
}

std::optional<ChunkTerms> decompress_terms(Blob compressed) {
  CompressedHeader header{};
  if (compressed.size() < sizeof(header)) return std::nullopt;
  std::memcpy(&header, compressed.data(), sizeof(header));
  Blob packed = compressed.subspan(sizeof(header));
  // deflate makes at most 1,032 bytes of one.
  if (header.title_size > header.size || header.size / 1032 > packed.size()) return std::nullopt;
  std::string plain(header.size, '\0');
  uLongf size = header.size;
  int code = uncompress(reinterpret_cast<Bytef*>(plain.data()), &size,
                        reinterpret_cast<const Bytef*>(packed.data()), packed.size());
  if (code != Z_OK || size != header.size) return std::nullopt;
  return ChunkTerms{plain.substr(0, header.title_size), plain.substr(header.title_size)};
}

DocumentFrequencies::Partition& DocumentFrequencies::current(std::int64_t partition,
                                                             std::int64_t chunks) {
  if (partitions_.size() > kMostRememberedPartitions) partitions_.clear();
  Partition& known = partitions_[partition];
  bool grown = std::abs(chunks - known.chunks) * 10 > known.chunks;
  if (grown || known.counts.size() > kMostRememberedTerms) known = {chunks, {}};
  return known;
}

std::vector<std::int64_t> DocumentFrequencies::of(Connection& connection, std::int64_t partition,
                                                  std::int64_t partition_chunks,
                                                  std::span<const std::string> terms) {
  std::vector<std::int64_t> counts(terms.size(), -1);
  {
    std::lock_guard lock(mutex_);
    const Partition& known = current(partition, partition_chunks);
    for (std::size_t i = 0; i < terms.size(); ++i) {
      auto found = known.counts.find(terms[i]);
      if (found != known.counts.end()) counts[i] = found->second;
    }
  }
  // By a query and not by fts5vocab, whose terms are what the tokenizer made of ours: it may have
  // cut them or taken their accents off.
  Statement count = connection.prepare_once(
      fmt::format("SELECT count(*) FROM {0} WHERE {0} MATCH ?", table(partition)));
  std::vector<std::size_t> looked_up;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    if (counts[i] >= 0) continue;
    std::string expression = match_expression(terms.subspan(i, 1));
    count.bind(expression);
    counts[i] = count.step() ? count.integer(0) : 0;
    looked_up.push_back(i);
  }
  if (looked_up.empty() || connection.failed()) return counts;
  std::lock_guard lock(mutex_);
  Partition& known = current(partition, partition_chunks);
  for (std::size_t i : looked_up) known.counts[terms[i]] = counts[i];
  return counts;
}

std::vector<std::size_t> choose_terms(std::span<const std::int64_t> counts, std::int64_t chunks) {
  std::vector<std::size_t> order(counts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return std::pair(counts[i], i); });
  bool cheap = std::reduce(counts.begin(), counts.end(), std::int64_t{0}) <= kCheapPostings;
  std::int64_t postings = 0;
  std::size_t taken = 0;
  for (; taken < std::min(order.size(), kMostTerms); ++taken) {
    std::int64_t count = counts[order[taken]];
    bool dear = count * 2 > chunks || postings + count > kMostPostings;
    if (!cheap && dear && postings > 0) break;
    postings += count;
  }
  order.resize(taken);
  return order;
}

std::string match_expression(std::span<const std::string> terms) {
  std::string expression;
  for (const std::string& term : terms) {
    if (!expression.empty()) expression += " OR ";
    expression += '"';
    for (char c : term) {
      // SQLite reads an expression up to its first NUL; to the tokenizer both are white space.
      expression += c == '\0' ? ' ' : c;
      if (c == '"') expression += '"';
    }
    expression += '"';
  }
  return expression;
}

std::vector<KeywordHit> find_keywords(Connection& connection, DocumentFrequencies& frequencies,
                                      const KeywordQuery& query) {
  std::span<const std::string> terms(query.terms);
  if (terms.empty() || query.limit <= 0) return {};
  if (query.ranges != nullptr && query.ranges->empty()) return {};
  terms = terms.first(std::min(terms.size(), kMostCounted));
  std::vector<std::string> chosen;
  if (query.ranges != nullptr && are_few(*query.ranges)) {
    terms = terms.first(std::min(terms.size(), kMostTerms));
    chosen.assign(terms.begin(), terms.end());
  } else {
    auto counts = frequencies.of(connection, query.partition, query.partition_chunks, terms);
    chosen = pick(terms, choose_terms(counts, query.partition_chunks));
  }
  auto hits = find_any(connection, query, match_expression(chosen));
  if (hits.empty() && chosen.size() < terms.size()) {
    // What was left out may be all that is found among the ranges, or since the counts are known.
    terms = terms.first(std::min(terms.size(), kMostTerms));
    hits = find_any(connection, query, match_expression(terms));
  }
  keep_best(hits, static_cast<std::size_t>(query.limit));
  return hits;
}

}  // namespace walrus::search
