// An embedder behind an OpenAI-compatible `/embeddings` endpoint.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "net/http_client.h"
#include "search/embedder.h"

namespace walrus::search {

struct RemoteEmbedderOptions {
  std::string url;  // the base, `…/v1`
  std::string model;
  std::string api_key;                              // may be empty
  std::chrono::milliseconds total_timeout{60'000};  // of one request
};

// Tries a batch up to four times where the server is busy or not there (408, 429, 5xx, a lost
// connection), after a pause drawn evenly from zero to half a second, doubled with each try; a
// Retry-After of up to 30 s is waited for instead, a longer one ends the attempts. Empty texts are
// not sent; if all are empty the length of a row is not known, and there are no rows.
class RemoteEmbedder final : public Embedder {
 public:
  // Evenly from [0, 1); thread-safe. Tests give their own.
  using Draw = std::function<double()>;

  // Replies are read on `workers`. `http`, `workers` and `log` must outlive it.
  RemoteEmbedder(RemoteEmbedderOptions options, net::HttpClient& http, Executor& workers,
                 const Log& log, Draw draw = {});

  // "openai:<model>@<hash of the url>": the same model elsewhere may be another.
  const std::string& identity() const override { return identity_; }
  // Of any language: what the model makes of it is the operator's choice.
  bool understands(std::string_view language) const override;
  int batch_size() const override;
  Task<Result<std::vector<float>>> embed(std::vector<std::string> texts,
                                         std::stop_token stop) override;

 private:
  struct Attempt;

  net::ClientRequest request_for(const std::vector<std::string>& texts) const;
  Task<Result<std::vector<float>>> embed_batch(std::vector<std::string> texts,
                                               std::stop_token stop);
  Task<Attempt> attempt(net::ClientRequest request, std::size_t count, std::stop_token stop);
  std::chrono::milliseconds pause_before(int retry, const Attempt& failed) const;

  RemoteEmbedderOptions options_;
  net::HttpClient& http_;
  Executor& workers_;
  const Log& log_;
  Draw draw_;
  std::string identity_;
};

}  // namespace walrus::search
