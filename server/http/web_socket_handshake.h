// The request that asks for a WebSocket, and its answer (RFC 6455, 4.2).
#pragma once

#include <string>
#include <string_view>

#include "http/message.h"

namespace walrus::http {

struct ServerSettings;

// Whether the request asks to become a WebSocket at all, however malformed: such a request is
// subject to the rules about origins.
bool asks_for_web_socket(const Request& request);

// `response`, which has a web_socket starter, as the handshake's answer: 101; or 400 or 426 without
// the starter where the request is no proper handshake.
Response answer_upgrade(const ServerSettings& settings, const Request& request, Response response);

// What proves that the server has understood the client's Sec-WebSocket-Key.
std::string accept_key(std::string_view key);

}  // namespace walrus::http
