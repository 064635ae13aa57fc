// The WebSocket /v1/ws: many operations' events over one connection.
#pragma once

#include <memory>
#include <string>

#include "api/services.h"
#include "http/web_socket.h"

namespace walrus::api {

// Serves what the client asks for, on `loop`, the socket's, until the socket closes.
void serve_events(Services& services, Loop& loop, std::string owner,
                  std::shared_ptr<http::WebSocket> socket);

}  // namespace walrus::api
