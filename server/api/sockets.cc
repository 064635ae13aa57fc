#include "api/sockets.h"

#include "api/chat_socket.h"
#include "api/events_socket.h"
#include "api/fields.h"
#include "auth/caller.h"

namespace walrus::api {

Task<Result<http::Response>> Sockets::events(http::Request request) {
  auto starter = [this, &loop = *request.loop,
                  owner = auth::owner_of(request)](std::shared_ptr<http::WebSocket> socket) {
    serve_events(services_, loop, owner, std::move(socket));
  };
  co_return http::Response::upgrade(std::move(starter));
}

Task<Result<http::Response>> Sockets::chat(http::Request request) {
  const std::string& session_id = request.parameter("session_id");
  if (!is_label(session_id)) {
    co_return fail_field("session_id",
                         "must have 1 to 128 bytes, no '/' and no control characters");
  }
  auto starter = [this, &loop = *request.loop, owner = auth::owner_of(request),
                  session_id](std::shared_ptr<http::WebSocket> socket) {
    serve_chat(services_, loop, owner, session_id, std::move(socket));
  };
  co_return http::Response::upgrade(std::move(starter));
}

}  // namespace walrus::api
