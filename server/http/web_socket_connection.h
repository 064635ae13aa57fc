// A connection that a handler turned into a WebSocket.
#pragma once

#include <string>

#include "http/connection_counts.h"
#include "http/message.h"
#include "http/shard.h"
#include "http/socket.h"

namespace walrus::http {

// What the session leaves to the socket; everything else of it is freed before the socket begins.
struct WebSocketHandoff {
  Socket socket;
  ConnectionCounts::Ticket ticket;
  std::string head;         // the handshake's answer, not sent yet
  std::string first_bytes;  // what came behind the request
  WebSocketStarter starter;
};

// Sends the head, hands the socket to the starter, and keeps it alive until its connection ends.
void start_web_socket(Shard& shard, WebSocketHandoff handoff);

}  // namespace walrus::http
