// The built-in model: answers with the sources' own sentences, needs no service and never fails.
#pragma once

#include "base/executor.h"
#include "llm/model.h"
#include "llm/prompt_builder.h"

namespace walrus::llm {

class ExtractiveModel final : public Model {
 public:
  // Reads the sources on `workers`, which must outlive it.
  ExtractiveModel(Executor& workers, CountTokens count_tokens);

  const ModelInfo& info() const override { return info_; }
  bool available() const override { return true; }
  Task<Result<Completion>> answer(Prompt prompt, OnText on_text, std::stop_token stop) override;

 private:
  Executor& workers_;
  CountTokens count_tokens_;
  ModelInfo info_;
};

}  // namespace walrus::llm
