#include "llm/extractive_model.h"

#include <string>

#include "base/stoppable_wait.h"
#include "base/worker_pool.h"
#include "llm/extractive_answer.h"

namespace walrus::llm {

ExtractiveModel::ExtractiveModel(Executor& workers) : workers_(workers) {
  info_.model_id = "extractive";
  info_.provider = "walrus";
  info_.context_length = 1'000'000;
  for (Approach approach : {Approach::kSearchFocused, Approach::kExplanationFocused,
                            Approach::kAnalysisFocused, Approach::kSummaryFocused}) {
    info_.strengths.emplace_back(name_of(approach));
  }
}

Task<Result<void>> ExtractiveModel::answer(Prompt prompt, OnText on_text, std::stop_token stop) {
  if (stop.stop_requested()) co_return fail(ErrorCode::kCancelled, "The answer was cancelled.");
  auto work = [&prompt] { return extractive_answer(prompt); };
  std::string text = co_await offload(workers_, work);
  for (std::string_view group : word_groups(text)) {
    // Others' work comes in between, and so does a stop.
    co_await yield_to_loop();
    if (stop.stop_requested()) co_return fail(ErrorCode::kCancelled, "The answer was cancelled.");
    on_text(group);
  }
  co_return Result<void>();
}

}  // namespace walrus::llm
