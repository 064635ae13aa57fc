// Documents: upload, list, show, replace, delete; their chunks and originals.
#pragma once

#include "api/idempotency.h"
#include "api/services.h"
#include "http/message.h"

namespace walrus::api {

class Documents {
 public:
  explicit Documents(Services& services) : services_(services) {}

  Task<Result<http::Response>> upload(http::Request request);
  Task<Result<http::Response>> list(http::Request request);
  Task<Result<http::Response>> show(http::Request request);
  Task<Result<http::Response>> replace(http::Request request);
  // `website` deletes crawled sites, the other any document.
  Task<Result<http::Response>> remove(http::Request request);
  Task<Result<http::Response>> remove_website(http::Request request);

  Task<Result<http::Response>> chunks(http::Request request);
  Task<Result<http::Response>> chunk(http::Request request);
  Task<Result<http::Response>> content(http::Request request);

 private:
  struct Received;
  Result<Received> receive(http::Request& request);
  Task<Result<store::DocumentRecord>> find(std::string owner, std::string id);
  Task<Result<FirstAnswer>> replace_once(std::string owner, std::string id, Received received,
                                         Loop* loop, RepeatableRequest repeatable);
  Task<Result<FirstAnswer>> accept(store::DocumentRecord document, Received received, Loop* loop,
                                   bool is_new, RepeatableRequest repeatable);
  Task<Result<http::Response>> remove_one(std::string owner, std::string id, std::string type);
  Task<Result<http::Response>> remove_found(store::DocumentRecord document);

  Services& services_;
};

}  // namespace walrus::api
