#include "llm/extractive_model.h"

#include <string>
#include <utility>

#include "base/worker_pool.h"
#include "llm/extractive_answer.h"
#include "llm/stoppable_wait.h"

namespace walrus::llm {

namespace {

struct Written {
  std::string text;
  Completion counts;
};

Written write(const Prompt& prompt, const CountTokens& count_tokens) {
  Written written{extractive_answer(prompt), {}};
  std::size_t read = count_tokens(prompt.query);
  for (const Source& source : prompt.sources) read += count_tokens(source.text);
  written.counts = {static_cast<std::int64_t>(read),
                    static_cast<std::int64_t>(count_tokens(written.text))};
  return written;
}

}  // namespace

ExtractiveModel::ExtractiveModel(Executor& workers, CountTokens count_tokens)
    : workers_(workers), count_tokens_(std::move(count_tokens)) {
  info_.model_id = "extractive";
  info_.provider = "walrus";
  info_.context_length = 1'000'000;
  for (Approach approach : {Approach::kSearchFocused, Approach::kExplanationFocused,
                            Approach::kAnalysisFocused, Approach::kSummaryFocused}) {
    info_.strengths.emplace_back(name_of(approach));
  }
}

Task<Result<Completion>> ExtractiveModel::answer(Prompt prompt, OnText on_text,
                                                 std::stop_token stop) {
  if (stop.stop_requested()) co_return fail(ErrorCode::kCancelled, "The answer was cancelled.");
  auto work = [this, &prompt] { return write(prompt, count_tokens_); };
  Written written = co_await offload(workers_, work);
  for (std::string_view group : word_groups(written.text)) {
    // Others' work comes in between, and so does a stop.
    co_await yield_to_loop();
    if (stop.stop_requested()) co_return fail(ErrorCode::kCancelled, "The answer was cancelled.");
    on_text(group);
  }
  co_return written.counts;
}

}  // namespace walrus::llm
