// A connection: reads requests, has them answered, one after the other, until either side ends it.
#pragma once

#include <string>

#include "base/task.h"
#include "http/connection_counts.h"
#include "http/shard.h"
#include "http/socket.h"

namespace walrus::http {

// Lives as long as the connection, or until it becomes an event stream or a WebSocket. The shard
// outlives it.
Task<void> serve_connection(Shard& shard, Socket socket, std::string remote_address);

// The same for a connection whose event stream is over, from the next request on.
Task<void> serve_again(Shard& shard, Socket socket, ConnectionCounts::Ticket ticket,
                       std::string first_bytes);

}  // namespace walrus::http
