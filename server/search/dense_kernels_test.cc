#include "search/dense_kernels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace walrus::search {
namespace {

constexpr unsigned kSeed = 20240115;

std::vector<float> random_numbers(std::mt19937& random, int count, float reach) {
  std::uniform_real_distribution<float> draw(-reach, reach);
  std::vector<float> numbers(count);
  for (float& number : numbers) number = draw(random);
  return numbers;
}

TEST(DenseKernels, DotOfInt8IsExactForAllLengths) {
  std::mt19937 random(kSeed);
  std::uniform_int_distribution<int> draw(-128, 127);
  for (int length = 0; length < 600; ++length) {
    std::vector<std::int8_t> left(length), right(length);
    std::int32_t expected = 0;
    for (int i = 0; i < length; ++i) {
      left[i] = static_cast<std::int8_t>(draw(random));
      right[i] = static_cast<std::int8_t>(draw(random));
      expected += left[i] * right[i];
    }
    ASSERT_EQ(dot(left.data(), right.data(), length), expected) << length << " seed " << kSeed;
  }
}

TEST(DenseKernels, DotOfInt8HoldsItsExtremes) {
  std::vector<std::int8_t> lowest(4096, -128);
  EXPECT_EQ(dot(lowest.data(), lowest.data(), 4096), 4096 * 128 * 128);
}

TEST(DenseKernels, DotOfFloats) {
  std::mt19937 random(kSeed);
  for (int length = 0; length < 600; ++length) {
    auto left = random_numbers(random, length, 1);
    auto right = random_numbers(random, length, 1);
    double expected = 0;
    for (int i = 0; i < length; ++i) expected += double{left[i]} * right[i];
    ASSERT_NEAR(dot(left.data(), right.data(), length), expected, 1e-4) << "seed " << kSeed;
  }
}

TEST(DenseKernels, SoftmaxSumsToOne) {
  std::mt19937 random(kSeed);
  for (float reach : {0.0F, 1.0F, 30.0F, 1000.0F}) {
    for (int width = 1; width < 140; ++width) {
      auto scores = random_numbers(random, 3 * width, reach);
      auto original = scores;
      softmax(scores.data(), 3, width);
      for (int row = 0; row < 3; ++row) {
        const float* before = original.data() + row * width;
        double largest = *std::max_element(before, before + width);
        double sum = 0;
        for (int i = 0; i < width; ++i) sum += std::exp(before[i] - largest);
        for (int i = 0; i < width; ++i) {
          ASSERT_NEAR(scores[row * width + i], std::exp(before[i] - largest) / sum, 1e-6)
              << "width " << width << " seed " << kSeed;
        }
      }
    }
  }
}

TEST(DenseKernels, LayerNorm) {
  std::mt19937 random(kSeed);
  for (int width : {1, 7, 64, 256, 512}) {
    auto in = random_numbers(random, 2 * width, 5);
    auto scale = random_numbers(random, width, 2);
    auto bias = random_numbers(random, width, 2);
    std::vector<float> out(2 * width);
    layer_norm(in.data(), out.data(), 2, width, scale.data(), bias.data());
    for (int row = 0; row < 2; ++row) {
      double mean = 0;
      double variance = 0;
      for (int i = 0; i < width; ++i) mean += in[row * width + i] / double(width);
      for (int i = 0; i < width; ++i) variance += std::pow(in[row * width + i] - mean, 2) / width;
      for (int i = 0; i < width; ++i) {
        double expected =
            (in[row * width + i] - mean) / std::sqrt(variance + 1e-6) * scale[i] + bias[i];
        ASSERT_NEAR(out[row * width + i], expected, 2e-3 * width / 512 + 1e-4) << "seed " << kSeed;
      }
    }
  }
}

TEST(DenseKernels, BiasAndClip) {
  std::vector<float> values = {-1, 2, 3, -4};
  std::vector<float> bias = {0.5, -3};
  add_bias_and_clip(values.data(), 2, 2, bias.data());
  EXPECT_EQ(values, (std::vector<float>{0, 0, 3.5, 0}));
  add_bias(values.data(), 2, 2, bias.data());
  EXPECT_EQ(values, (std::vector<float>{0.5, -3, 4, -3}));
}

TEST(DenseKernels, QuantizeKeepsDirectionsAndZeros) {
  std::mt19937 random(kSeed);
  auto row = random_numbers(random, 512, 0.2F);
  std::vector<std::int8_t> small(512);
  float scale = quantize(row.data(), small.data(), 512);
  for (int i = 0; i < 512; ++i) ASSERT_NEAR(small[i] * scale, row[i], scale / 2 + 1e-7);
  std::vector<float> zeros(512);
  EXPECT_EQ(quantize(zeros.data(), small.data(), 512), 0);
  EXPECT_TRUE(std::ranges::all_of(small, [](int x) { return x == 0; }));
}

}  // namespace
}  // namespace walrus::search
