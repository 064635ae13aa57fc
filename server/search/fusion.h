// Two rankings of the same chunks to one.
#pragma once

#include <optional>
#include <span>
#include <vector>

namespace walrus::search {

struct Candidate {
  double keywords = 0;            // BM25, more is better
  std::optional<double> meaning;  // cosine, where the chunk has vectors that can be compared
};

// Scores from 0 to 1: dense_weight parts of the meaning, the rest of the keywords, each stretched
// to [0, 1] over the candidates (all 1 where they are equal). A candidate without a meaning is
// weighed by its keywords alone, so that a document in a language the embedder does not know loses
// nothing.
std::vector<double> fuse(std::span<const Candidate> candidates, double dense_weight);

}  // namespace walrus::search
