#include "llm/answerer.h"

#include <utility>

namespace walrus::llm {

Task<Result<Answer>> answer_with_fallback(std::vector<Model*> models, Prompt prompt, OnText on_text,
                                          std::stop_token stop) {
  std::vector<Fallback> fallbacks;
  bool began = false;
  auto note = [&](std::string_view text) {
    began = true;
    on_text(text);
  };
  Error last{ErrorCode::kModelUnavailable, "There is no model to answer.", {}};
  for (Model* model : models) {
    OnText pass_on = note;
    Result<void> answered = co_await model->answer(prompt, std::move(pass_on), stop);
    const std::string& id = model->info().model_id;
    if (answered) co_return Answer{id, std::move(fallbacks)};
    last = std::move(answered.error());
    if (last.code == ErrorCode::kCancelled) break;
    if (began) {
      if (last.code == ErrorCode::kModelUnavailable) last.code = ErrorCode::kModelFailed;
      break;
    }
    fallbacks.push_back({id, last.code});
  }
  co_return std::unexpected(std::move(last));
}

}  // namespace walrus::llm
