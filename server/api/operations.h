// Operations of every kind: the list.
#pragma once

#include "api/services.h"
#include "http/message.h"

namespace walrus::api {

class Operations {
 public:
  explicit Operations(Services& services) : services_(services) {}

  Task<Result<http::Response>> list(http::Request request);

 private:
  Services& services_;
};

}  // namespace walrus::api
