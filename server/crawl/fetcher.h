// One request of a crawl, and what of its answer a crawl goes by.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/task.h"
#include "net/http_client.h"
#include "net/url.h"

namespace walrus::crawl {

struct FetchedPage {
  int status = 0;
  std::string content_type;             // in lower case, without parameters; "" where none is named
  std::string charset;                  // as the content type names it; "" where it does not
  std::optional<std::string> location;  // where a redirect leads, as it is written
  std::vector<std::string> robots_tags;  // each X-Robots-Tag
  std::optional<std::chrono::seconds> retry_after;
  std::string body;  // decoded; of a 2xx alone, and "" for images, sound, video and fonts
};

// Thread-safe.
class Fetcher {
 public:
  virtual ~Fetcher() = default;
  // Follows no redirect. Errors: forbidden_address, too_large (a body over the limit for pages),
  // fetch_failed (no connection, too slow, broken, a URL that no crawl takes; the message says
  // which), cancelled.
  virtual Task<Result<FetchedPage>> fetch(net::Url url, std::stop_token stop) = 0;
  // Likewise, but of a longer body its beginning.
  virtual Task<Result<FetchedPage>> fetch_beginning(net::Url url, std::uint64_t bytes,
                                                    std::stop_token stop) = 0;
};

// Sends no cookie, no referrer and nothing of whoever crawls.
class HttpFetcher final : public Fetcher {
 public:
  struct Limits {
    std::uint64_t page_bytes = 8 << 20;  // of the decoded body
    std::chrono::milliseconds connect{10'000};
    std::chrono::milliseconds first_byte{30'000};
    std::chrono::milliseconds idle{15'000};  // between bytes
    std::chrono::milliseconds total{30'000};
  };

  // `client` has the gate that decides which addresses may be connected to.
  HttpFetcher(net::HttpClient& client, std::string user_agent, Limits limits);
  HttpFetcher(net::HttpClient& client, std::string user_agent)
      : HttpFetcher(client, std::move(user_agent), Limits{}) {}

  Task<Result<FetchedPage>> fetch(net::Url url, std::stop_token stop) override;
  Task<Result<FetchedPage>> fetch_beginning(net::Url url, std::uint64_t bytes,
                                            std::stop_token stop) override;

 private:
  net::ClientRequest request_for(const net::Url& url, std::uint64_t bytes) const;

  net::HttpClient& client_;
  const std::string user_agent_;
  const Limits limits_;
};

}  // namespace walrus::crawl
