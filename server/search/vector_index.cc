#include "search/vector_index.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "search/dense_kernels.h"

namespace walrus::search {
namespace {

// Of int8 codes the true nearest is practically never below this place.
constexpr std::size_t kRescored = 40;

struct Nearest {
  std::int64_t chunk = 0;
  std::int64_t window = 0;
  double nearness = -std::numeric_limits<double>::infinity();

  bool found() const { return window != 0; }
  void offer(std::int64_t candidate, double candidate_nearness) {
    if (candidate_nearness <= nearness) return;
    window = candidate;
    nearness = candidate_nearness;
  }
};

bool is_nearer(const Nearest& a, const Nearest& b) {
  return a.nearness != b.nearness ? a.nearness > b.nearness : a.chunk < b.chunk;
}

// The windows of a chunk, as offsets from its version's first, ascending.
std::vector<std::uint32_t> read_offsets(Blob blob) {
  std::vector<std::uint32_t> offsets(blob.size() / sizeof(std::uint32_t));
  if (!offsets.empty()) std::memcpy(offsets.data(), blob.data(), offsets.size() * 4);
  return offsets;
}

Nearest nearest_window(Connection& connection, const Meaning& meaning, std::int64_t chunk,
                       std::int64_t first_window, const std::vector<std::uint32_t>& offsets) {
  Nearest nearest{.chunk = chunk};
  if (offsets.empty()) return nearest;
  // Nearly always consecutive; where they are not, the rows between them are skipped.
  Statement rows = connection.query("SELECT id, scale, codes FROM windows WHERE id BETWEEN ? AND ?",
                                    first_window + offsets.front(), first_window + offsets.back());
  auto wanted = offsets.begin();
  while (wanted != offsets.end() && rows.step()) {
    std::int64_t window = rows.integer(0);
    if (window != first_window + *wanted) continue;
    nearest.offer(window, meaning.roughly(rows.blob(2), rows.real(1)));
    ++wanted;
  }
  return nearest;
}

void rescore(Connection& connection, const Meaning& meaning, Nearest& nearest) {
  Statement row = connection.query("SELECT numbers FROM vectors WHERE id = ?", nearest.window);
  if (row.step()) nearest.nearness = meaning.exactly(row.blob(0));
}

struct Span {
  std::int64_t first_chunk;
  std::int64_t chunk_count;
  std::int64_t first_window;
  std::int64_t window_count;
};

bool is_among(const std::vector<ChunkRange>* ranges, std::int64_t chunk) {
  if (ranges == nullptr) return true;
  auto after = std::ranges::upper_bound(*ranges, chunk, {}, &ChunkRange::first);
  return after != ranges->begin() && chunk <= std::prev(after)->last;
}

std::vector<Span> comparable_versions(Connection& connection, const Meaning& meaning,
                                      std::int64_t partition,
                                      const std::vector<ChunkRange>* ranges) {
  std::vector<Span> spans;
  Statement rows = connection.query(
      "SELECT first_chunk, chunk_count, first_window, window_count FROM versions "
      "WHERE partition = ? AND active AND embedder = ? AND dimensions = ? ORDER BY first_chunk",
      partition, meaning.embedder(), meaning.dimensions());
  while (rows.step()) {
    Span span{rows.integer(0), rows.integer(1), rows.integer(2), rows.integer(3)};
    if (is_among(ranges, span.first_chunk)) spans.push_back(span);
  }
  return spans;
}

std::vector<float> window_scores(Connection& connection, const Meaning& meaning, const Span& span) {
  std::vector<float> scores(static_cast<std::size_t>(span.window_count));
  Statement rows = connection.query("SELECT id, scale, codes FROM windows WHERE id >= ? AND id < ?",
                                    span.first_window, span.first_window + span.window_count);
  while (rows.step()) {
    auto offset = static_cast<std::size_t>(rows.integer(0) - span.first_window);
    scores[offset] = meaning.roughly(rows.blob(2), rows.real(1));
  }
  return scores;
}

// Keeps the nearest `limit` of all that are offered, with a slack that makes keeping cheap.
void keep_nearest(std::vector<Nearest>& nearest, std::size_t limit) {
  if (nearest.size() <= limit) return;
  std::ranges::nth_element(nearest, nearest.begin() + static_cast<std::ptrdiff_t>(limit),
                           is_nearer);
  nearest.resize(limit);
}

void scan_version(Connection& connection, const Meaning& meaning, const Span& span,
                  std::vector<Nearest>& nearest) {
  std::vector<float> scores = window_scores(connection, meaning, span);
  Statement rows = connection.query("SELECT id, windows FROM chunks WHERE id >= ? AND id < ?",
                                    span.first_chunk, span.first_chunk + span.chunk_count);
  while (rows.step()) {
    Nearest of_chunk{.chunk = rows.integer(0)};
    for (std::uint32_t offset : read_offsets(rows.blob(1))) {
      if (offset < scores.size()) of_chunk.offer(span.first_window + offset, scores[offset]);
    }
    if (of_chunk.found()) nearest.push_back(of_chunk);
  }
}

}  // namespace

void add_vectors(Connection& connection, std::int64_t first_window, std::span<const float> rows,
                 int dimensions) {
  auto width = static_cast<std::size_t>(dimensions);
  std::vector<std::int8_t> codes(width);
  for (std::int64_t window = first_window; rows.size() >= width && width > 0; ++window) {
    std::span<const float> numbers = rows.first(width);
    double scale = quantize(numbers.data(), codes.data(), dimensions);
    connection.run("INSERT INTO windows VALUES (?, ?, ?)", window, scale,
                   std::as_bytes(std::span(codes)));
    connection.run("INSERT INTO vectors VALUES (?, ?)", window, std::as_bytes(numbers));
    rows = rows.subspan(width);
  }
}

void remove_vectors(Connection& connection, std::int64_t first_window, std::int64_t count) {
  connection.run("DELETE FROM windows WHERE id >= ? AND id < ?", first_window,
                 first_window + count);
  connection.run("DELETE FROM vectors WHERE id >= ? AND id < ?", first_window,
                 first_window + count);
}

Meaning::Meaning(std::span<const float> numbers, std::string embedder)
    : numbers_(numbers.begin(), numbers.end()),
      codes_(numbers.size()),
      scale_(quantize(numbers_.data(), codes_.data(), static_cast<int>(numbers.size()))),
      embedder_(std::move(embedder)) {}

bool Meaning::fits(std::string_view embedder, std::int64_t dimensions) const {
  return dimensions == this->dimensions() && embedder == embedder_;
}

float Meaning::roughly(Blob codes, double scale) const {
  if (codes.size() != codes_.size()) return 0;
  auto product =
      dot(codes_.data(), reinterpret_cast<const std::int8_t*>(codes.data()), dimensions());
  return static_cast<float>(product) * scale_ * static_cast<float>(scale);
}

float Meaning::exactly(Blob numbers) const {
  if (numbers.size() != numbers_.size() * sizeof(float)) return 0;
  // A blob's bytes lie anywhere.
  std::vector<float> aligned(numbers_.size());
  std::memcpy(aligned.data(), numbers.data(), numbers.size());
  return dot(numbers_.data(), aligned.data(), dimensions());
}

std::vector<std::optional<double>> compare_chunks(Connection& connection, const Meaning& meaning,
                                                  std::span<const std::int64_t> chunks) {
  std::vector<Nearest> nearest;
  for (std::int64_t chunk : chunks) {
    nearest.push_back({.chunk = chunk});
    Statement row = connection.query(
        "SELECT v.embedder, v.dimensions, v.first_window, c.windows "
        "FROM chunks c JOIN versions v ON v.id = c.version WHERE c.id = ?",
        chunk);
    if (!row.step() || !meaning.fits(row.text(0), row.integer(1))) continue;
    nearest.back() =
        nearest_window(connection, meaning, chunk, row.integer(2), read_offsets(row.blob(3)));
  }
  std::vector<Nearest*> order;
  for (Nearest& of_chunk : nearest) {
    if (of_chunk.found()) order.push_back(&of_chunk);
  }
  std::ranges::sort(order, [](const Nearest* a, const Nearest* b) { return is_nearer(*a, *b); });
  order.resize(std::min(order.size(), kRescored));
  for (Nearest* of_chunk : order) rescore(connection, meaning, *of_chunk);

  std::vector<std::optional<double>> nearness;
  nearness.reserve(nearest.size());
  for (const Nearest& of_chunk : nearest) {
    nearness.push_back(of_chunk.found() ? std::optional(of_chunk.nearness) : std::nullopt);
  }
  return nearness;
}

std::vector<MeaningHit> scan_chunks(Connection& connection, const Meaning& meaning,
                                    std::int64_t partition, const std::vector<ChunkRange>* ranges,
                                    std::size_t limit) {
  std::size_t kept = std::max(limit, kRescored);
  std::vector<Nearest> nearest;
  for (const Span& span : comparable_versions(connection, meaning, partition, ranges)) {
    scan_version(connection, meaning, span, nearest);
    if (nearest.size() > 4 * kept) keep_nearest(nearest, kept);
  }
  keep_nearest(nearest, kept);
  for (Nearest& of_chunk : nearest) rescore(connection, meaning, of_chunk);
  std::ranges::sort(nearest, is_nearer);
  nearest.resize(std::min(nearest.size(), limit));
  std::vector<MeaningHit> hits;
  hits.reserve(nearest.size());
  for (const Nearest& of_chunk : nearest) hits.push_back({of_chunk.chunk, of_chunk.nearness});
  return hits;
}

}  // namespace walrus::search
