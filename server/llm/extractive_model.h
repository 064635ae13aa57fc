// The built-in model: answers with the sources' own sentences, needs no service and never fails.
#pragma once

#include "base/executor.h"
#include "llm/model.h"

namespace walrus::llm {

class ExtractiveModel final : public Model {
 public:
  // Reads the sources on `workers`, which must outlive it.
  explicit ExtractiveModel(Executor& workers);

  const ModelInfo& info() const override { return info_; }
  bool available() const override { return true; }
  Task<Result<void>> answer(Prompt prompt, OnText on_text, std::stop_token stop) override;

 private:
  Executor& workers_;
  ModelInfo info_;
};

}  // namespace walrus::llm
