#include "search/fusion.h"

#include <algorithm>
#include <limits>

namespace walrus::search {
namespace {

class Reach {
 public:
  void include(double value) {
    least_ = std::min(least_, value);
    most_ = std::max(most_, value);
  }
  double stretch(double value) const {
    return most_ > least_ ? (value - least_) / (most_ - least_) : 1;
  }

 private:
  double least_ = std::numeric_limits<double>::infinity();
  double most_ = -std::numeric_limits<double>::infinity();
};

}  // namespace

std::vector<double> fuse(std::span<const Candidate> candidates, double dense_weight) {
  Reach keywords;
  Reach meanings;
  for (const Candidate& candidate : candidates) {
    keywords.include(candidate.keywords);
    if (candidate.meaning) meanings.include(*candidate.meaning);
  }
  std::vector<double> scores;
  scores.reserve(candidates.size());
  for (const Candidate& candidate : candidates) {
    double score = keywords.stretch(candidate.keywords);
    if (candidate.meaning) {
      score = (1 - dense_weight) * score + dense_weight * meanings.stretch(*candidate.meaning);
    }
    scores.push_back(score);
  }
  return scores;
}

}  // namespace walrus::search
