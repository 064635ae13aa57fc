#include "app/models.h"

#include "llm/extractive_model.h"
#include "llm/openai_model.h"
#include "search/remote_embedder.h"
#include "search/use_lite.h"

namespace walrus::app {

std::unique_ptr<llm::Catalogue> make_catalogue(const Config& config, net::HttpClient& http,
                                               WorkerPool& workers,
                                               const text::TokenCounter& tokens, const Clock& clock,
                                               const Log& log) {
  llm::CountTokens count = [&tokens](std::string_view text) { return tokens.count(text); };
  std::vector<std::unique_ptr<llm::Model>> models;
  for (const ModelSetting& setting : config.models) {
    llm::OpenAiOptions options;
    options.url = setting.url;
    options.api_key = setting.api_key;
    options.info = {.model_id = setting.model,
                    .provider = "openai-compatible",
                    .strengths = setting.strengths,
                    .context_length = setting.context_length,
                    .cost_per_million_tokens = setting.cost_per_million_tokens};
    models.push_back(
        std::make_unique<llm::OpenAiModel>(std::move(options), http, workers, count, clock, log));
  }
  auto extractive = std::make_unique<llm::ExtractiveModel>(workers);
  return std::make_unique<llm::Catalogue>(std::move(models), std::move(extractive));
}

std::unique_ptr<search::Embedder> make_embedder(const Config& config, net::HttpClient& http,
                                                WorkerPool& workers, const Log& log) {
  if (config.embedding_url.empty()) return std::make_unique<search::BuiltinEmbedder>(workers);
  search::RemoteEmbedderOptions options;
  options.url = config.embedding_url;
  options.model = config.embedding_model;
  options.api_key = config.embedding_api_key;
  return std::make_unique<search::RemoteEmbedder>(std::move(options), http, workers, log);
}

}  // namespace walrus::app
