// The weights of Universal Sentence Encoder lite, used where the linker put them.
#pragma once

#include <span>
#include <string_view>

namespace walrus::search {

// Row-major matrices; a projection is [in, out].
struct UseLiteLayer {
  int width;  // of its input; its output is kUseLiteWidth wide
  const float* attention_norm_scale;
  const float* attention_norm_bias;
  const float* query_key_value;  // [width, 3 * width]
  const float* query_key_value_bias;
  const float* attention_output;  // [width, 512]
  const float* attention_output_bias;
  const float* widen;  // [256, 512], the residual's way into 512; null in the second layer
  const float* widen_bias;
  const float* feed_forward_norm_scale;
  const float* feed_forward_norm_bias;
  const float* expand;  // [512, 1536]
  const float* expand_bias;
  const float* contract;  // [1536, 512]
  const float* contract_bias;
};

inline constexpr int kUseLiteWidth = 512;
inline constexpr int kUseLiteEmbeddingWidth = 256;
inline constexpr int kUseLiteInnerWidth = 1536;
inline constexpr int kUseLiteVocabulary = 8000;
inline constexpr int kUseLiteMaxPieces = 128;

struct UseLiteWeights {
  const float* embeddings;   // [8002, 256]
  const float* frequencies;  // [128], of the position signal
  UseLiteLayer layers[2];
  const float* output;  // [512, 512]
  const float* output_bias;
};

// Finds the tensors by `manifest`, a TensorFlow.js model.json. `numbers` must outlive the result.
// Throws std::logic_error where they do not fit: both are part of the program.
UseLiteWeights locate_use_lite_weights(std::string_view manifest, std::span<const float> numbers);

// What is linked into the program.
std::string_view use_lite_manifest();
std::string_view use_lite_vocabulary();
std::span<const float> use_lite_numbers();  // little-endian, as are the machines we run on

}  // namespace walrus::search
