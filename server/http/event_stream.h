// A connection that a handler turned into an event stream.
#pragma once

#include <memory>
#include <string>

#include "http/connection_counts.h"
#include "http/message.h"
#include "http/shard.h"
#include "http/socket.h"

namespace walrus::http {

// What the session leaves to the stream; everything else of it is freed before the stream begins.
struct StreamHandoff {
  Socket socket;
  ConnectionCounts::Ticket ticket;
  std::string head;  // of the response and what its body begins with, not sent yet
  StreamStarter starter;
  bool chunked;     // false for HTTP/1.0, which gets the frames without the chunked coding
  bool heartbeats;  // false where a comment would be no part of what is streamed
  bool keep_alive;
};

// Sends the head together with what the starter sends at once. After a finished stream its
// connection waits for the next request, or gets the end where it is not to be kept.
void start_event_stream(Shard& shard, StreamHandoff handoff);

// The payload of a frame that is one chunk or several.
std::string without_chunk_framing(std::string_view frame);

}  // namespace walrus::http
