#include "search/use_lite_network.h"

#include <cblas.h>

#include <algorithm>
#include <cmath>

#include "search/dense_kernels.h"

namespace walrus::search {
namespace {

constexpr int kHeads = 4;

// c = a * b + beta * c, where a is [rows, inner] and b is [inner, columns].
void multiply(const float* a, const float* b, float* c, int rows, int columns, int inner,
              float beta = 0) {
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, rows, columns, inner, 1, a, inner, b,
              columns, beta, c, columns);
}

void grow(std::vector<float>& buffer, std::size_t size) {
  if (buffer.size() < size) buffer.resize(size);
}

void normalize(float* row, int width) {
  float squares = dot(row, row, width);
  float inverse = 1 / std::sqrt(std::max(squares, 1e-12F));
  for (int i = 0; i < width; ++i) row[i] *= inverse;
}

}  // namespace

struct UseLiteNetwork::Scratch {
  void reserve(std::size_t pieces) {
    grow(state, pieces * kUseLiteWidth);
    grow(widened, pieces * kUseLiteWidth);
    grow(normed, pieces * kUseLiteWidth);
    grow(inner, pieces * kUseLiteInnerWidth);
    grow(scores, kUseLiteMaxPieces * kUseLiteMaxPieces);
  }
  int rows() const { return starts.back(); }

  std::vector<int> starts;   // text i is rows [starts[i], starts[i + 1])
  std::vector<float> state;  // [rows, 256], [rows, 512] after the first layer
  std::vector<float> widened;
  std::vector<float> normed;
  std::vector<float> inner;   // queries, keys and values; the feed-forward's inside
  std::vector<float> scores;  // of one head of one text
};

UseLiteNetwork::Scratch& UseLiteNetwork::scratch() {
  thread_local Scratch mine;
  return mine;
}

UseLiteNetwork::UseLiteNetwork(const UseLiteWeights& weights) : weights_(weights) {
  // Parallelism comes from the workers. A BLAS with threads of its own would fight them.
  openblas_set_num_threads(1);
  constexpr int kHalf = kUseLiteEmbeddingWidth / 2;
  positions_.resize(std::size_t{kUseLiteMaxPieces} * kUseLiteEmbeddingWidth);
  for (int position = 0; position < kUseLiteMaxPieces; ++position) {
    float* row = positions_.data() + std::size_t{kUseLiteEmbeddingWidth} * position;
    for (int i = 0; i < kHalf; ++i) {
      float angle = static_cast<float>(position) * weights.frequencies[i];
      row[i] = std::sin(angle);
      row[kHalf + i] = std::cos(angle);
    }
  }
}

void UseLiteNetwork::run(std::span<const std::vector<int>> texts, float* out) const {
  Scratch& mine = scratch();
  mine.starts.assign(1, 0);
  for (const std::vector<int>& ids : texts) {
    int pieces = std::min(kUseLiteMaxPieces, static_cast<int>(ids.size()));
    mine.starts.push_back(mine.rows() + pieces);
  }
  mine.reserve(
      static_cast<std::size_t>(std::max<int>(mine.rows(), static_cast<int>(texts.size()))));
  if (mine.rows() > 0) {
    look_up(texts, mine);
    for (const UseLiteLayer& layer : weights_.layers) run_layer(layer, mine);
  }
  pool(mine, out);
}

void UseLiteNetwork::look_up(std::span<const std::vector<int>> texts, Scratch& mine) const {
  constexpr int kWidth = kUseLiteEmbeddingWidth;
  float* row = mine.state.data();
  for (std::size_t text = 0; text < texts.size(); ++text) {
    int pieces = mine.starts[text + 1] - mine.starts[text];
    for (int position = 0; position < pieces; ++position, row += kWidth) {
      const float* piece = weights_.embeddings + std::size_t{kWidth} * texts[text][position];
      const float* signal = positions_.data() + std::size_t{kWidth} * position;
      for (int i = 0; i < kWidth; ++i) row[i] = 2 * piece[i] + signal[i];
    }
  }
}

void UseLiteNetwork::run_layer(const UseLiteLayer& layer, Scratch& mine) const {
  int rows = mine.rows();
  int width = layer.width;
  float* normed = mine.normed.data();
  float* inner = mine.inner.data();

  layer_norm(mine.state.data(), normed, rows, width, layer.attention_norm_scale,
             layer.attention_norm_bias);
  multiply(normed, layer.query_key_value, inner, rows, 3 * width, width);
  add_bias(inner, rows, 3 * width, layer.query_key_value_bias);
  attend(width, mine);
  if (layer.widen != nullptr) {
    multiply(mine.state.data(), layer.widen, mine.widened.data(), rows, kUseLiteWidth, width);
    add_bias(mine.widened.data(), rows, kUseLiteWidth, layer.widen_bias);
    std::swap(mine.state, mine.widened);
  }
  float* state = mine.state.data();
  multiply(normed, layer.attention_output, state, rows, kUseLiteWidth, width, 1);
  add_bias(state, rows, kUseLiteWidth, layer.attention_output_bias);

  layer_norm(state, normed, rows, kUseLiteWidth, layer.feed_forward_norm_scale,
             layer.feed_forward_norm_bias);
  multiply(normed, layer.expand, inner, rows, kUseLiteInnerWidth, kUseLiteWidth);
  add_bias_and_clip(inner, rows, kUseLiteInnerWidth, layer.expand_bias);
  multiply(inner, layer.contract, state, rows, kUseLiteWidth, kUseLiteInnerWidth, 1);
  add_bias(state, rows, kUseLiteWidth, layer.contract_bias);
}

// From `inner` (queries, keys, values) to `normed`, text by text and head by head.
void UseLiteNetwork::attend(int width, Scratch& mine) const {
  int head_width = width / kHeads;
  int stride = 3 * width;
  float scale = 1 / std::sqrt(static_cast<float>(head_width));
  float* scores = mine.scores.data();
  for (std::size_t text = 0; text + 1 < mine.starts.size(); ++text) {
    int first = mine.starts[text];
    int pieces = mine.starts[text + 1] - first;
    if (pieces == 0) continue;
    for (int head = 0; head < kHeads; ++head) {
      const float* query =
          mine.inner.data() + static_cast<std::size_t>(first) * stride + head * head_width;
      float* out = mine.normed.data() + static_cast<std::size_t>(first) * width + head * head_width;
      cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, pieces, pieces, head_width, scale, query,
                  stride, query + width, stride, 0, scores, pieces);
      softmax(scores, pieces, pieces);
      cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, pieces, head_width, pieces, 1, scores,
                  pieces, query + 2 * width, stride, 0, out, width);
    }
  }
}

void UseLiteNetwork::pool(Scratch& mine, float* out) const {
  constexpr int kWidth = kUseLiteWidth;
  int texts = static_cast<int>(mine.starts.size()) - 1;
  float* means = mine.normed.data();
  std::fill_n(means, static_cast<std::size_t>(texts) * kWidth, 0.0F);
  for (int text = 0; text < texts; ++text) {
    float* mean = means + std::size_t{kWidth} * text;
    int pieces = mine.starts[text + 1] - mine.starts[text];
    const float* row = mine.state.data() + std::size_t{kWidth} * mine.starts[text];
    for (int piece = 0; piece < pieces; ++piece, row += kWidth) add_bias(mean, 1, kWidth, row);
    for (int i = 0; i < kWidth; ++i) mean[i] /= static_cast<float>(std::max(1, pieces));
  }
  multiply(means, weights_.output, out, texts, kWidth, kWidth);
  add_bias(out, texts, kWidth, weights_.output_bias);
  for (int text = 0; text < texts; ++text) {
    float* row = out + std::size_t{kWidth} * text;
    if (mine.starts[text + 1] == mine.starts[text]) {
      std::fill_n(row, kWidth, 0.0F);
      continue;
    }
    for (int i = 0; i < kWidth; ++i) row[i] = std::tanh(row[i]);
    normalize(row, kWidth);
  }
}

}  // namespace walrus::search
