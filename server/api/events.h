// GET /v1/events: the events of many operations in one stream.
#pragma once

#include "api/services.h"
#include "http/message.h"

namespace walrus::api {

class Events {
 public:
  explicit Events(Services& services) : services_(services) {}

  Task<Result<http::Response>> stream(http::Request request);

 private:
  Task<Result<http::Response>> listed(http::Request request, std::vector<std::string> ids);

  Services& services_;
};

}  // namespace walrus::api
