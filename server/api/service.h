// What the server says of itself: root, page, health, readiness, metrics, contract,
// models.
#pragma once

#include "api/page.h"
#include "api/services.h"
#include "http/message.h"

namespace walrus::api {

// What is linked into the program to be served as it is.
struct ServedDocuments {
  std::string_view openapi;   // JSON
  std::string_view asyncapi;  // JSON
  std::string_view docs;      // HTML
  PageBundle page;
};

class Service {
 public:
  Service(Services& services, ServedDocuments documents)
      : services_(services), documents_(documents), page_(documents.page) {}

  Task<Result<http::Response>> root(http::Request request);
  // A view of the page by its own address, for browsers alone.
  Task<Result<http::Response>> view(http::Request request);
  Task<Result<http::Response>> asset(http::Request request);
  Task<Result<http::Response>> health(http::Request request);
  Task<Result<http::Response>> ready(http::Request request);
  Task<Result<http::Response>> metrics(http::Request request);
  Task<Result<http::Response>> openapi(http::Request request);
  Task<Result<http::Response>> asyncapi(http::Request request);
  Task<Result<http::Response>> docs(http::Request request);
  Task<Result<http::Response>> models(http::Request request);

 private:
  Services& services_;
  ServedDocuments documents_;
  Page page_;
};

}  // namespace walrus::api
