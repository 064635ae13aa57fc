// A language model that answers from given sources.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/task.h"

namespace walrus::llm {

enum class Approach { kSearchFocused, kExplanationFocused, kAnalysisFocused, kSummaryFocused };
std::string_view name_of(Approach approach);  // "search_focused" ..., as the wire has it

// What kind of answer a query asks for. Pure and deterministic; multilingual only by its defaults:
// what it cannot tell is search_focused.
Approach classify(std::string_view query);

struct ModelInfo {
  std::string model_id;
  std::string provider;                // "walrus" or "openai-compatible"
  std::vector<std::string> strengths;  // names of approaches
  std::int64_t context_length = 8192;  // tokens
  double cost_per_million_tokens = 0;  // in the operator's currency, to break ties
};

struct Source {
  std::string chunk_id;
  std::string label;  // file name or URL
  std::string heading;
  int page = 0;
  std::string text;
};

struct Turn {
  std::string role;  // "user" | "assistant"
  std::string text;
};

struct Prompt {
  std::string query;
  Approach approach = Approach::kSearchFocused;
  std::vector<Source> sources;  // in rank order; [1] is the first
  std::vector<Turn> history;    // oldest first
  std::int64_t max_answer_tokens = 1024;
};

// Called on the awaiting coroutine's home loop with the next piece of the answer, never empty.
using OnText = std::function<void(std::string_view text)>;

// Thread-safe.
class Model {
 public:
  virtual ~Model() = default;
  virtual const ModelInfo& info() const = 0;
  // False while its circuit breaker is open (5 s at most after a failure, then it is probed).
  virtual bool available() const = 0;
  // Errors: model_unavailable (before the first piece: another model may be tried), model_failed
  // (after it), timeout (60 s to the first piece, 30 s between pieces), cancelled. The pieces
  // joined are the answer; it is never empty when there is no error.
  virtual Task<Result<void>> answer(Prompt prompt, OnText on_text, std::stop_token stop) = 0;
};

}  // namespace walrus::llm
