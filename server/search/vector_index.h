// The dense side: a window's vector as int8 with a scale to look through, and as floats to be exact
// about the best. Flat: every comparable vector asked about is compared.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "search/keyword_index.h"
#include "search/sqlite_connection.h"

namespace walrus::search {

// Rows of `dimensions` numbers, L2-normalised; the first becomes window `first_window`.
void add_vectors(Connection& connection, std::int64_t first_window, std::span<const float> rows,
                 int dimensions);
void remove_vectors(Connection& connection, std::int64_t first_window, std::int64_t count);

// A vector to be near to, and what it may be compared with.
class Meaning {
 public:
  Meaning(std::span<const float> numbers, std::string embedder);

  bool fits(std::string_view embedder, std::int64_t dimensions) const;
  // About the cosine; 0 for a row of another length.
  float roughly(Blob codes, double scale) const;
  // The cosine, of L2-normalised numbers.
  float exactly(Blob numbers) const;

  const std::string& embedder() const { return embedder_; }
  int dimensions() const { return static_cast<int>(numbers_.size()); }

 private:
  std::vector<float> numbers_;
  std::vector<std::int8_t> codes_;
  float scale_;
  std::string embedder_;
};

// The nearness of each of `chunks`: that of its nearest window, exact for the nearest 40 chunks.
// Nothing for a chunk whose vectors are absent or of another embedder.
std::vector<std::optional<double>> compare_chunks(Connection& connection, const Meaning& meaning,
                                                  std::span<const std::int64_t> chunks);

struct MeaningHit {
  std::int64_t chunk = 0;
  double nearness = 0;
};

// The nearest chunks of all active ones in a partition, nearest first. `ranges` as in KeywordQuery,
// each a whole version.
std::vector<MeaningHit> scan_chunks(Connection& connection, const Meaning& meaning,
                                    std::int64_t partition, const std::vector<ChunkRange>* ranges,
                                    std::size_t limit);

}  // namespace walrus::search
