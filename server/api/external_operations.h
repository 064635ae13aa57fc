// Operations of other people's pipelines: their beginning, and what their workers report.
#pragma once

#include "api/idempotency.h"
#include "api/report_fields.h"
#include "api/services.h"
#include "http/message.h"

namespace walrus::api {

class ExternalOperations {
 public:
  explicit ExternalOperations(Services& services) : services_(services) {}

  Task<Result<http::Response>> begin(http::Request request);
  Task<Result<http::Response>> report(http::Request request);

 private:
  Task<Result<FirstAnswer>> begin_once(NewPipeline pipeline, std::string owner, Loop* loop,
                                       RepeatableRequest repeatable);

  Services& services_;
};

}  // namespace walrus::api
