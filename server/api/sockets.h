// GET /v1/ws and /ws/chat/{session_id}: the WebSockets.
#pragma once

#include "api/services.h"
#include "http/message.h"

namespace walrus::api {

class Sockets {
 public:
  explicit Sockets(Services& services) : services_(services) {}

  Task<Result<http::Response>> events(http::Request request);
  Task<Result<http::Response>> chat(http::Request request);

 private:
  Services& services_;
};

}  // namespace walrus::api
