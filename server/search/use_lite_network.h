// Universal Sentence Encoder lite's network: two transformer layers, the mean, one dense layer.
#pragma once

#include <span>
#include <vector>

#include "search/use_lite_weights.h"

namespace walrus::search {

// Immutable and thread-safe once made. Each thread that runs it keeps scratch memory of about
// 18 KB a piece of the largest run.
class UseLiteNetwork {
 public:
  explicit UseLiteNetwork(const UseLiteWeights& weights);

  // Piece ids of each text (those after the 128th are not looked at) to a row of 512 numbers each,
  // L2-normalised. A text without pieces gets zeros. Texts are packed without padding, so that
  // their lengths need not be alike; a few hundred pieces in all keep the products in the caches.
  void run(std::span<const std::vector<int>> texts, float* out) const;

 private:
  struct Scratch;
  static Scratch& scratch();

  void look_up(std::span<const std::vector<int>> texts, Scratch& scratch) const;
  void run_layer(const UseLiteLayer& layer, Scratch& scratch) const;
  void attend(int width, Scratch& scratch) const;
  void pool(Scratch& scratch, float* out) const;

  UseLiteWeights weights_;
  std::vector<float> positions_;  // [128, 256]: the signal added to the piece at each position
};

}  // namespace walrus::search
