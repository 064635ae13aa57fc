// A Model that says what a test wrote for it.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "llm/model.h"

namespace walrus::testing {

struct ScriptedPiece {
  std::string text;
  Duration before{0};  // waited on the loop's timers
};

struct ModelScript {
  std::vector<ScriptedPiece> pieces;
  // After so many pieces it fails with `error`; never, if there are fewer.
  std::size_t fail_after = static_cast<std::size_t>(-1);
  Error error{ErrorCode::kModelUnavailable, "The scripted model is away.", {}};
};

// Plays its script to every prompt. Obeys a stop before each piece and while it waits. Thread-safe.
class ScriptedModel final : public llm::Model {
 public:
  ScriptedModel(llm::ModelInfo info, ModelScript script);

  const llm::ModelInfo& info() const override { return info_; }
  bool available() const override { return available_; }
  Task<Result<void>> answer(llm::Prompt prompt, llm::OnText on_text, std::stop_token stop) override;

  void set_script(ModelScript script);
  void set_available(bool available) { available_ = available; }
  std::vector<llm::Prompt> prompts() const;  // it was given, in order

 private:
  llm::ModelInfo info_;
  std::atomic<bool> available_{true};
  mutable std::mutex mutex_;
  ModelScript script_;
  std::vector<llm::Prompt> prompts_;
};

}  // namespace walrus::testing
