// The WebSocket /ws/chat/{session_id}: a conversation, one turn at a time.
#pragma once

#include <memory>
#include <string>

#include "api/chat_turns.h"
#include "api/services.h"
#include "http/web_socket.h"

namespace walrus::api {

// Answers what the client asks, on `loop`, the socket's, until the socket closes. A turn goes on
// when its socket is gone.
void serve_chat(Services& services, Loop& loop, std::string owner, std::string session_id,
                std::shared_ptr<http::WebSocket> socket);

}  // namespace walrus::api
