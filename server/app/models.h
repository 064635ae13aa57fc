// The models and embedders that the configuration names.
#pragma once

#include <memory>

#include "app/config.h"
#include "base/worker_pool.h"
#include "llm/catalogue.h"
#include "net/http_client.h"
#include "search/embedder.h"
#include "text/tokens.h"

namespace walrus::app {

// Everything given must outlive the result.
std::unique_ptr<llm::Catalogue> make_catalogue(const Config& config, net::HttpClient& http,
                                               WorkerPool& workers,
                                               const text::TokenCounter& tokens, const Clock& clock,
                                               const Log& log);
std::unique_ptr<search::Embedder> make_embedder(const Config& config, net::HttpClient& http,
                                                WorkerPool& workers, const Log& log);

}  // namespace walrus::app
