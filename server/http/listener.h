// Listening sockets.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/error.h"
#include "base/event_loop.h"
#include "http/server.h"
#include "http/socket.h"

namespace walrus::http {

// The port that `wanted` can be had on, itself or a free one for 0. With SO_REUSEPORT a second
// server of the same user would get the port too and half of the connections: this asks without it.
Result<std::uint16_t> find_port(const Endpoint& wanted);

class Listener : public std::enable_shared_from_this<Listener> {
 public:
  // Gets connections on the loop, without delay (TCP_NODELAY) and not blocking.
  using OnAccept = std::function<void(Socket socket, std::string remote_address)>;

  static Result<std::shared_ptr<Listener>> open(EventLoop& loop, const Endpoint& endpoint,
                                                OnAccept on_accept);
  virtual ~Listener() = default;
  // On the loop, both.
  virtual void start() = 0;
  virtual void close() = 0;
};

}  // namespace walrus::http
