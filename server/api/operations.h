// Operations of every kind: the list, cancel and retry.
#pragma once

#include "api/document_claims.h"
#include "api/status_lookup.h"
#include "http/message.h"

namespace walrus::api {

class Operations {
 public:
  Operations(Services& services, std::shared_ptr<DocumentClaims> claims)
      : services_(services), claims_(std::move(claims)) {}

  Task<Result<http::Response>> list(http::Request request);
  Task<Result<http::Response>> cancel(http::Request request);
  Task<Result<http::Response>> cancel_document(http::Request request);
  Task<Result<http::Response>> retry(http::Request request);
  Task<Result<http::Response>> retry_document(http::Request request);

 private:
  Task<Result<http::Response>> cancel_of(http::Request request, std::string id, IdOf kind);
  Task<Result<http::Response>> retry_of(http::Request request, std::string id, IdOf kind);
  Task<Result<http::Response>> accepted(std::string owner, std::string operation_id);

  Services& services_;
  std::shared_ptr<DocumentClaims> claims_;
};

}  // namespace walrus::api
