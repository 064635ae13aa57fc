// An answer from the first model that can give one.
#pragma once

#include <string>
#include <vector>

#include "llm/model.h"

namespace walrus::llm {

struct Fallback {
  std::string model_id;
  ErrorCode error_type;
};

struct Answer {
  std::string model_id;
  std::vector<Fallback> fallbacks;  // that failed before it, in order
};

// Tries `models` in order. One that fails before its first piece makes room for the next; after it
// the answer has ended: model_failed or timeout. Cancelled ends at once. With none left the error
// is the last one's. The models must outlive the task; `models` is not empty.
Task<Result<Answer>> answer_with_fallback(std::vector<Model*> models, Prompt prompt, OnText on_text,
                                          std::stop_token stop);

}  // namespace walrus::llm
