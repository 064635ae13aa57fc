// Text to vectors.
#pragma once

#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/task.h"

namespace walrus::search {

// Thread-safe.
class Embedder {
 public:
  virtual ~Embedder() = default;
  // Names model and version: vectors of different identities are never compared.
  virtual const std::string& identity() const = 0;
  // Whether the model understands a language (ISO 639-1; "" is unknown).
  virtual bool understands(std::string_view language) const = 0;
  // At most this many texts in one call are worked on together.
  virtual int batch_size() const = 0;
  // Row-major vectors of equal length, L2-normalised, one per text. An empty text gives zeros.
  // Errors: embedding_failed, timeout, cancelled.
  virtual Task<Result<std::vector<float>>> embed(std::vector<std::string> texts,
                                                 std::stop_token stop) = 0;
};

}  // namespace walrus::search
