// Operations of other people's pipelines: their beginning, and what their workers report.
#pragma once

#include "api/services.h"
#include "http/message.h"

namespace walrus::api {

class ExternalOperations {
 public:
  explicit ExternalOperations(Services& services) : services_(services) {}

  Task<Result<http::Response>> begin(http::Request request);
  Task<Result<http::Response>> report(http::Request request);

 private:
  Services& services_;
};

}  // namespace walrus::api
