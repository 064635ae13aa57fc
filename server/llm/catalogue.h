// The models there are, and which of them suits a question.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "llm/model.h"

namespace walrus::llm {

struct ListedModel {
  ModelInfo info;
  bool available = false;
};

// Immutable once made, and thread-safe.
class Catalogue {
 public:
  // `last_resort` needs nothing but the sources and is always there: the extractive model.
  Catalogue(std::vector<std::unique_ptr<Model>> models, std::unique_ptr<Model> last_resort);

  std::vector<ListedModel> list() const;  // the last resort at the end

  // All models, the best first: the requested one, then those whose strengths name `approach`,
  // whose window holds `context_tokens`, that cost less, that are available; equals as they were
  // given. The last resort stays last unless it was asked for. Unknown: a validation_error of
  // /model.
  Result<std::vector<Model*>> choose(Approach approach, std::int64_t context_tokens,
                                     std::optional<std::string_view> requested) const;

 private:
  std::vector<std::unique_ptr<Model>> models_;  // the last resort at the end
};

}  // namespace walrus::llm
