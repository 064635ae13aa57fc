#include "search/dense_kernels.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

// Sanitizers instrument the resolvers that pick a clone, which run before the sanitizers' own
// start.
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !__has_feature(address_sanitizer) && \
    !__has_feature(thread_sanitizer)
#define WALRUS_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define WALRUS_CLONES
#endif

// Sums in any order: what lets a loop be vectorised.
#define WALRUS_ANY_ORDER _Pragma("clang fp reassociate(on) contract(fast)")

namespace walrus::search {
namespace {

// exp(x) for x <= 0: 2^n * e^r with |r| <= ln(2)/2, e^r by its series to the sixth power (relative
// error below 2e-7). Inlined into each clone.
[[gnu::always_inline]] inline float exp_of_negative(float x) {
  constexpr float kLog2E = 1.44269504F;
  constexpr float kLn2High = 0.693359375F;
  constexpr float kLn2Low = -2.12194440e-4F;
  constexpr float kRound = 12582912.0F;  // 1.5 * 2^23: adding it leaves whole numbers
  x = std::max(x, -87.0F);
  float n = (x * kLog2E + kRound) - kRound;
  float r = x - n * kLn2High - n * kLn2Low;
  float series = 1.0F / 720;
  series = series * r + 1.0F / 120;
  series = series * r + 1.0F / 24;
  series = series * r + 1.0F / 6;
  series = series * r + 0.5F;
  series = series * r + 1.0F;
  series = series * r + 1.0F;
  return series * std::bit_cast<float>((static_cast<std::int32_t>(n) + 127) << 23);
}

}  // namespace

WALRUS_CLONES void layer_norm(const float* in, float* out, int rows, int width, const float* scale,
                              const float* bias) {
  WALRUS_ANY_ORDER
  for (int row = 0; row < rows; ++row, in += width, out += width) {
    float sum = 0;
    for (int i = 0; i < width; ++i) sum += in[i];
    float mean = sum / static_cast<float>(width);
    float squares = 0;
    for (int i = 0; i < width; ++i) squares += (in[i] - mean) * (in[i] - mean);
    float inverse = 1.0F / std::sqrt(squares / static_cast<float>(width) + 1e-6F);
    for (int i = 0; i < width; ++i) out[i] = (in[i] - mean) * (scale[i] * inverse) + bias[i];
  }
}

WALRUS_CLONES void softmax(float* scores, int rows, int width) {
  WALRUS_ANY_ORDER
  for (int row = 0; row < rows; ++row, scores += width) {
    float largest = scores[0];
    for (int i = 1; i < width; ++i) largest = scores[i] > largest ? scores[i] : largest;
    for (int i = 0; i < width; ++i) scores[i] = exp_of_negative(scores[i] - largest);
    float sum = 0;
    for (int i = 0; i < width; ++i) sum += scores[i];
    float inverse = 1.0F / sum;
    for (int i = 0; i < width; ++i) scores[i] *= inverse;
  }
}

WALRUS_CLONES void add_bias(float* values, int rows, int width, const float* bias) {
  for (int row = 0; row < rows; ++row, values += width) {
    for (int i = 0; i < width; ++i) values[i] += bias[i];
  }
}

WALRUS_CLONES void add_bias_and_clip(float* values, int rows, int width, const float* bias) {
  for (int row = 0; row < rows; ++row, values += width) {
    for (int i = 0; i < width; ++i) values[i] = std::max(0.0F, values[i] + bias[i]);
  }
}

WALRUS_CLONES float dot(const float* left, const float* right, int length) {
  WALRUS_ANY_ORDER
  float sum = 0;
  for (int i = 0; i < length; ++i) sum += left[i] * right[i];
  return sum;
}

WALRUS_CLONES std::int32_t dot(const std::int8_t* left, const std::int8_t* right, int length) {
  std::int32_t sum = 0;
  for (int i = 0; i < length; ++i) sum += std::int32_t{left[i]} * std::int32_t{right[i]};
  return sum;
}

float quantize(const float* values, std::int8_t* out, int length) {
  float largest = 0;
  for (int i = 0; i < length; ++i) largest = std::max(largest, std::abs(values[i]));
  float scale = largest / 127;
  float inverse = scale > std::numeric_limits<float>::min() ? 1 / scale : 0;
  for (int i = 0; i < length; ++i) {
    out[i] = static_cast<std::int8_t>(std::lround(values[i] * inverse));
  }
  return inverse == 0 ? 0 : scale;
}

}  // namespace walrus::search
