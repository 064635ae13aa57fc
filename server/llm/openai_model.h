// A model behind an OpenAI-compatible endpoint (`POST {url}/chat/completions`), streamed.
#pragma once

#include <atomic>
#include <chrono>
#include <string>

#include "base/executor.h"
#include "base/log.h"
#include "llm/circuit_breaker.h"
#include "llm/model.h"
#include "llm/prompt_builder.h"
#include "net/http_client.h"

namespace walrus::llm {

struct OpenAiOptions {
  std::string url;      // the base, "https://…/v1"
  std::string api_key;  // empty: none is sent
  ModelInfo info;       // model_id is the model's name at the endpoint too
  std::chrono::milliseconds first_token_timeout{60'000};
  std::chrono::milliseconds between_tokens_timeout{30'000};
  std::chrono::milliseconds total_timeout{900'000};
};

// Everything given must outlive the model; prompts are built on `workers`.
class OpenAiModel final : public Model {
 public:
  OpenAiModel(OpenAiOptions options, net::HttpClient& http, Executor& workers,
              CountTokens count_tokens, const Clock& clock, const Log& log);

  const ModelInfo& info() const override { return options_.info; }
  bool available() const override { return breaker_.closed(); }
  // Tries once more, before the first piece only, when nothing came back at all, the server asks
  // for a pause of at most 2 s, or it wants the answer's limit under its other name.
  Task<Result<void>> answer(Prompt prompt, OnText on_text, std::stop_token stop) override;

 private:
  struct Attempt;
  struct Receipt;

  net::ClientRequest request_for(const BuiltPrompt& prompt) const;
  Task<Result<void>> answer_built(BuiltPrompt prompt, OnText on_text, std::stop_token stop);
  Task<Attempt> attempt(net::ClientRequest request, OnText on_text, std::stop_token stop);
  Attempt refused(const net::ClientResponse& response);
  Attempt judge(Receipt& receipt, Result<net::ClientResponse> response) const;
  void settle(const Attempt& attempt);

  OpenAiOptions options_;
  net::HttpClient& http_;
  Executor& workers_;
  CountTokens count_tokens_;
  const Log& log_;
  CircuitBreaker breaker_;
  std::atomic<bool> use_completion_limit_{false};  // learnt from the server's refusal
};

}  // namespace walrus::llm
