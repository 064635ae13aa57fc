// The loops over floats and int8 that no BLAS has. On x86-64 each is built for AVX-512, AVX2 and
// the baseline, and the machine's own is taken at the start.
#pragma once

#include <cstdint>

namespace walrus::search {

// Of each row: (x - mean) / sqrt(variance + 1e-6) * scale + bias. `out` may be `in`.
void layer_norm(const float* in, float* out, int rows, int width, const float* scale,
                const float* bias);

// Of each row: exp(x - max) over their sum, in place. Within 1e-6 of the exact value.
void softmax(float* scores, int rows, int width);

void add_bias(float* values, int rows, int width, const float* bias);
// max(0, x + bias)
void add_bias_and_clip(float* values, int rows, int width, const float* bias);

float dot(const float* left, const float* right, int length);
// Exact for lengths below 130,000.
std::int32_t dot(const std::int8_t* left, const std::int8_t* right, int length);

// To int8 with one scale: values are about out * result. Zeros give zeros and a scale of 0.
float quantize(const float* values, std::int8_t* out, int length);

}  // namespace walrus::search
