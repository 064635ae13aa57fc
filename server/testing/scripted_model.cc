#include "testing/scripted_model.h"

#include <utility>

#include "base/stoppable_wait.h"

namespace walrus::testing {

ScriptedModel::ScriptedModel(llm::ModelInfo info, ModelScript script)
    : info_(std::move(info)), script_(std::move(script)) {}

void ScriptedModel::set_script(ModelScript script) {
  std::lock_guard lock(mutex_);
  script_ = std::move(script);
}

std::vector<llm::Prompt> ScriptedModel::prompts() const {
  std::lock_guard lock(mutex_);
  return prompts_;
}

Task<Result<void>> ScriptedModel::answer(llm::Prompt prompt, llm::OnText on_text,
                                         std::stop_token stop) {
  ModelScript script;
  {
    std::lock_guard lock(mutex_);
    prompts_.push_back(std::move(prompt));
    script = script_;
  }
  std::size_t passed = 0;
  for (const ScriptedPiece& piece : script.pieces) {
    if (passed == script.fail_after) co_return std::unexpected(script.error);
    if (piece.before > Duration(0)) co_await sleep_unless_stopped(piece.before, stop);
    if (stop.stop_requested()) co_return fail(ErrorCode::kCancelled, "The answer was cancelled.");
    on_text(piece.text);
    ++passed;
  }
  if (passed == script.fail_after) co_return std::unexpected(script.error);
  co_return Result<void>();
}

}  // namespace walrus::testing
