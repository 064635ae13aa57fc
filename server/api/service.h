// What the server says of itself: root, health, readiness, metrics, contract, models.
#pragma once

#include "api/services.h"
#include "http/message.h"

namespace walrus::api {

// The contract documents, linked into the program.
struct ContractDocuments {
  std::string_view openapi;   // JSON
  std::string_view asyncapi;  // JSON
  std::string_view docs;      // HTML
};

class Service {
 public:
  Service(Services& services, ContractDocuments documents)
      : services_(services), documents_(documents) {}

  Task<Result<http::Response>> root(http::Request request);
  Task<Result<http::Response>> health(http::Request request);
  Task<Result<http::Response>> ready(http::Request request);
  Task<Result<http::Response>> metrics(http::Request request);
  Task<Result<http::Response>> openapi(http::Request request);
  Task<Result<http::Response>> asyncapi(http::Request request);
  Task<Result<http::Response>> docs(http::Request request);
  Task<Result<http::Response>> models(http::Request request);

 private:
  Services& services_;
  ContractDocuments documents_;
};

}  // namespace walrus::api
