// Websites: crawling one, and what became of each of its pages.
#pragma once

#include "api/idempotency.h"
#include "api/services.h"
#include "http/message.h"
#include "pipelines/crawl_input.h"

namespace walrus::api {

class Crawls {
 public:
  explicit Crawls(Services& services) : services_(services) {}

  Task<Result<http::Response>> begin(http::Request request);
  Task<Result<http::Response>> pages(http::Request request);

 private:
  Task<Result<FirstAnswer>> accept(std::string owner, pipelines::CrawlInput input, Loop* loop,
                                   RepeatableRequest repeatable);

  Services& services_;
};

// What may be asked of a crawl (api.md, Documents). Errors: validation_error, which names the
// member.
Result<pipelines::CrawlInput> crawl_from_json(const json::object& body);

}  // namespace walrus::api
