#include "search/use_lite_weights.h"

#include <bit>
#include <map>
#include <stdexcept>
#include <string>

#include "base/json.h"

extern "C" {
extern const unsigned char walrus_use_lite_manifest[];
extern const unsigned char walrus_use_lite_manifest_end[];
extern const unsigned char walrus_use_lite_vocabulary[];
extern const unsigned char walrus_use_lite_vocabulary_end[];
extern const unsigned char walrus_use_lite_numbers[];
extern const unsigned char walrus_use_lite_numbers_end[];
}

namespace walrus::search {
namespace {

static_assert(std::endian::native == std::endian::little);

struct Tensor {
  const float* numbers;
  std::size_t count;
};

using Tensors = std::map<std::string, Tensor, std::less<>>;

// The manifest lists the tensors in the order their numbers stand in, without gaps.
Tensors read_tensors(std::string_view manifest, std::span<const float> numbers) {
  Result<json::value> model = parse_json(manifest);
  if (!model) throw std::logic_error("the weights' manifest is not JSON");
  Tensors tensors;
  std::size_t offset = 0;
  for (const json::value& group : model->at("weightsManifest").as_array()) {
    for (const json::value& weight : group.at("weights").as_array()) {
      std::size_t count = 1;
      for (const json::value& extent : weight.at("shape").as_array()) {
        count *= extent.to_number<std::size_t>();
      }
      tensors[std::string(view(weight.at("name").as_string()))] = {numbers.data() + offset, count};
      offset += count;
    }
  }
  if (offset != numbers.size()) throw std::logic_error("the weights do not fill their manifest");
  return tensors;
}

// Names in the graph stand under one of three scopes.
class Scope {
 public:
  Scope(const Tensors& tensors, std::string prefix)
      : tensors_(tensors), prefix_(std::move(prefix)) {}

  const float* get(std::string_view name, std::size_t count) const {
    auto found = tensors_.find(prefix_ + std::string(name));
    if (found == tensors_.end() || found->second.count != count) {
      throw std::logic_error("the weights have no fitting " + prefix_ + std::string(name));
    }
    return found->second.numbers;
  }

 private:
  const Tensors& tensors_;
  std::string prefix_;
};

const std::string kFolded = "module_apply_default/Encoder_en/KonaTransformer/Encode/";
const std::string kVariables = "module/Encoder_en/KonaTransformer/Encode/";
const std::string kStack = kFolded + "TransformerStack/";

UseLiteLayer locate_layer(const Tensors& tensors, int index) {
  std::string layer = "Layer_" + std::to_string(index) + "/TransformerLayer/";
  Scope folded(tensors, kFolded + layer);
  Scope variables(tensors, kVariables + layer);
  Scope stack(tensors, kStack + layer);
  constexpr std::size_t kWide = kUseLiteWidth;
  constexpr std::size_t kInner = kUseLiteInnerWidth;
  bool first = index == 0;
  std::size_t width = first ? kUseLiteEmbeddingWidth : kUseLiteWidth;

  UseLiteLayer found{};
  found.width = static_cast<int>(width);
  found.attention_norm_scale =
      folded.get("layer_prepostprocess/layer_norm/layer_norm_scale/ConcatPartitions/concat", width);
  found.attention_norm_bias =
      folded.get("layer_prepostprocess/layer_norm/layer_norm_bias/ConcatPartitions/concat", width);
  found.query_key_value =
      variables.get("MultiheadAttention/qkv_transform_single/kernel/part_0", width * 3 * width);
  found.query_key_value_bias =
      folded.get("MultiheadAttention/qkv_transform_single/bias/ConcatPartitions/concat", 3 * width);
  found.attention_output =
      variables.get("MultiheadAttention/output_transform_single/kernel/part_0", width * kWide);
  found.attention_output_bias =
      folded.get("MultiheadAttention/output_transform_single/bias/ConcatPartitions/concat", kWide);
  if (first) {
    found.widen = folded.get("dense/kernel/ConcatPartitions/concat", width * kWide);
    found.widen_bias = folded.get("dense/bias/ConcatPartitions/concat", kWide);
  }
  found.feed_forward_norm_scale = folded.get(
      "FFN/layer_prepostprocess/layer_norm/layer_norm_scale/ConcatPartitions/concat", kWide);
  found.feed_forward_norm_bias = folded.get(
      "FFN/layer_prepostprocess/layer_norm/layer_norm_bias/ConcatPartitions/concat", kWide);
  found.expand = stack.get("FFN/conv1/Tensordot/Reshape_1", kWide * kInner);
  found.expand_bias = folded.get("FFN/conv1/bias/ConcatPartitions/concat", kInner);
  found.contract = stack.get("FFN/conv2/Tensordot/Reshape_1", kInner * kWide);
  found.contract_bias = folded.get("FFN/conv2/bias/ConcatPartitions/concat", kWide);
  return found;
}

std::string_view text_between(const unsigned char* begin, const unsigned char* end) {
  return {reinterpret_cast<const char*>(begin), static_cast<std::size_t>(end - begin)};
}

}  // namespace

UseLiteWeights locate_use_lite_weights(std::string_view manifest, std::span<const float> numbers) {
  Tensors tensors = read_tensors(manifest, numbers);
  Scope all(tensors, "");
  constexpr std::size_t kWide = kUseLiteWidth;
  UseLiteWeights weights{};
  // Two rows more than the vocabulary has pieces: no piece refers to them.
  weights.embeddings =
      all.get("module/Embeddings_en", (kUseLiteVocabulary + 2) * kUseLiteEmbeddingWidth);
  weights.frequencies = all.get(kStack + "Layer_0/AddTimingSignal/TimingSignal/ExpandDims_1",
                                kUseLiteEmbeddingWidth / 2);
  weights.layers[0] = locate_layer(tensors, 0);
  weights.layers[1] = locate_layer(tensors, 1);
  weights.output = all.get("module/Encoder_en/hidden_layers/tanh_layer_0/weights", kWide * kWide);
  weights.output_bias = all.get("module/Encoder_en/hidden_layers/tanh_layer_0/bias", kWide);
  return weights;
}

std::string_view use_lite_manifest() {
  return text_between(walrus_use_lite_manifest, walrus_use_lite_manifest_end);
}

std::string_view use_lite_vocabulary() {
  return text_between(walrus_use_lite_vocabulary, walrus_use_lite_vocabulary_end);
}

std::span<const float> use_lite_numbers() {
  auto bytes = static_cast<std::size_t>(walrus_use_lite_numbers_end - walrus_use_lite_numbers);
  return {reinterpret_cast<const float*>(walrus_use_lite_numbers), bytes / sizeof(float)};
}

}  // namespace walrus::search
