// The built-in embedder: Universal Sentence Encoder lite (English, 512 numbers), part of the
// program.
#pragma once

#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "search/embedder.h"
#include "search/use_lite_network.h"
#include "search/use_lite_tokenizer.h"

namespace walrus::search {

// Texts to vectors on the calling thread. Immutable and thread-safe once made, which takes 20 ms.
class UseLite {
 public:
  UseLite();

  // One row of kUseLiteWidth numbers a text. Looks at `stop` every few hundred pieces (about 50 ms)
  // and then returns less rows than there are texts.
  std::vector<float> embed(std::span<const std::string> texts, std::stop_token stop = {}) const;

  const UseLiteTokenizer& tokenizer() const { return tokenizer_; }
  const UseLiteNetwork& network() const { return network_; }

 private:
  UseLiteTokenizer tokenizer_;
  UseLiteNetwork network_;
};

// Works on `workers`, which must outlive it. Knows the first 128 pieces (about 95 words) of a text.
class BuiltinEmbedder final : public Embedder {
 public:
  explicit BuiltinEmbedder(Executor& workers) : workers_(workers) {}

  const std::string& identity() const override { return identity_; }
  bool understands(std::string_view language) const override;
  int batch_size() const override;
  Task<Result<std::vector<float>>> embed(std::vector<std::string> texts,
                                         std::stop_token stop) override;

 private:
  Executor& workers_;
  std::string identity_ = "use-lite-512/1";
  UseLite model_;
};

}  // namespace walrus::search
