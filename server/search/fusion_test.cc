#include "search/fusion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace walrus::search {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

auto near(double value) {
  return DoubleNear(value, 1e-12);
}

TEST(Fusion, NothingOfNothing) {
  EXPECT_THAT(fuse({}, 0.2), IsEmpty());
}

TEST(Fusion, WeighsBothSidesStretched) {
  std::vector<Candidate> candidates = {{10, 0.1}, {5, 0.5}, {0, 0.3}};
  EXPECT_THAT(fuse(candidates, 0.2), ElementsAre(near(0.8), near(0.4 + 0.2), near(0.1)));
}

TEST(Fusion, ASingleCandidateScoresOne) {
  EXPECT_THAT(fuse(std::vector<Candidate>{{0.001, -0.7}}, 0.2), ElementsAre(near(1)));
  EXPECT_THAT(fuse(std::vector<Candidate>{{0.001, {}}}, 0.2), ElementsAre(near(1)));
}

TEST(Fusion, EqualScoresAreDecidedByTheOtherSide) {
  EXPECT_THAT(fuse(std::vector<Candidate>{{3, 0.2}, {3, 0.4}}, 0.2),
              ElementsAre(near(0.8), near(1)));
  EXPECT_THAT(fuse(std::vector<Candidate>{{3, 0.2}, {1, 0.2}}, 0.2),
              ElementsAre(near(1), near(0.2)));
}

TEST(Fusion, WithoutMeaningKeywordsDecideAlone) {
  std::vector<Candidate> candidates = {{4, {}}, {2, 0.9}, {0, 0.1}};
  EXPECT_THAT(fuse(candidates, 0.2), ElementsAre(near(1), near(0.4 + 0.2), near(0)));
}

TEST(Fusion, AWeightOfZeroOrOne) {
  std::vector<Candidate> candidates = {{4, 0.1}, {2, 0.9}};
  EXPECT_THAT(fuse(candidates, 0), ElementsAre(near(1), near(0)));
  EXPECT_THAT(fuse(candidates, 1), ElementsAre(near(0), near(1)));
}

}  // namespace
}  // namespace walrus::search
