#include "search/use_lite.h"

#include <algorithm>

#include "base/worker_pool.h"

namespace walrus::search {
namespace {

constexpr int kBatch = 64;
// Pieces of one run of the network: enough for full speed, few enough for the second-level cache.
constexpr std::size_t kRunPieces = 384;

std::size_t clipped(const std::vector<int>& ids) {
  return std::min<std::size_t>(ids.size(), kUseLiteMaxPieces);
}

}  // namespace

UseLite::UseLite()
    : tokenizer_(use_lite_vocabulary()),
      network_(locate_use_lite_weights(use_lite_manifest(), use_lite_numbers())) {}

std::vector<float> UseLite::embed(std::span<const std::string> texts, std::stop_token stop) const {
  std::vector<std::vector<int>> ids;
  ids.reserve(texts.size());
  for (const std::string& text : texts) ids.push_back(tokenizer_.encode(text));

  std::vector<float> rows;
  rows.reserve(texts.size() * kUseLiteWidth);
  for (std::size_t begin = 0; begin < ids.size();) {
    if (stop.stop_requested()) return rows;
    std::size_t end = begin;
    std::size_t pieces = 0;
    do {
      pieces += clipped(ids[end++]);
    } while (end < ids.size() && pieces + clipped(ids[end]) <= kRunPieces);
    rows.resize(end * kUseLiteWidth);
    network_.run(std::span(ids).subspan(begin, end - begin), rows.data() + begin * kUseLiteWidth);
    begin = end;
  }
  return rows;
}

bool BuiltinEmbedder::understands(std::string_view language) const {
  return language.empty() || language == "en";
}

int BuiltinEmbedder::batch_size() const {
  return kBatch;
}

Task<Result<std::vector<float>>> BuiltinEmbedder::embed(std::vector<std::string> texts,
                                                        std::stop_token stop) {
  std::vector<float> rows;
  rows.reserve(texts.size() * kUseLiteWidth);
  for (std::size_t begin = 0; begin < texts.size(); begin += kBatch) {
    auto batch = std::span<const std::string>(texts).subspan(
        begin, std::min<std::size_t>(kBatch, texts.size() - begin));
    auto work = [this, batch, stop] { return model_.embed(batch, stop); };
    std::vector<float> done = co_await offload(workers_, work);
    rows.insert(rows.end(), done.begin(), done.end());
    if (stop.stop_requested()) break;
  }
  if (stop.stop_requested()) co_return fail(ErrorCode::kCancelled, "Embedding was cancelled.");
  co_return rows;
}

}  // namespace walrus::search
