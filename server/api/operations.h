// Operations of every kind: the list, cancel and retry.
#pragma once

#include "api/idempotency.h"
#include "api/status_lookup.h"
#include "http/message.h"

namespace walrus::api {

class Operations {
 public:
  explicit Operations(Services& services) : services_(services) {}

  Task<Result<http::Response>> list(http::Request request);
  Task<Result<http::Response>> cancel(http::Request request);
  Task<Result<http::Response>> cancel_document(http::Request request);
  Task<Result<http::Response>> retry(http::Request request);
  Task<Result<http::Response>> retry_document(http::Request request);

 private:
  struct Target {
    std::string owner;
    std::string id;
    IdOf kind;
  };
  using Change = Task<Result<FirstAnswer>> (Operations::*)(Target, RepeatableRequest);

  Task<Result<http::Response>> make(Change change, http::Request request, IdOf kind);
  Task<Result<FirstAnswer>> cancel_once(Target target, RepeatableRequest repeatable);
  Task<Result<FirstAnswer>> retry_once(Target target, RepeatableRequest repeatable);

  Services& services_;
};

}  // namespace walrus::api
