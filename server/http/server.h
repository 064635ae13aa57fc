// Listens, speaks HTTP/1.1, and hands requests to the router's handlers.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/event_loop.h"
#include "base/log.h"
#include "base/metrics.h"
#include "http/router.h"

namespace walrus::http {

// Sizes in bytes. Beyond each there is a clear answer, given in the comment.
struct Limits {
  std::size_t request_line = 8 * 1024;          // 414
  std::size_t header_bytes = 32 * 1024;         // 431
  std::size_t header_fields = 100;              // 431
  std::size_t json_body = 1024 * 1024;          // 413
  std::uint64_t file_bytes = 50 * 1024 * 1024;  // 413; of one file part
  std::size_t form_parts = 32;                  // 400
  std::size_t form_value = 64 * 1024;           // 413
  std::size_t connections_per_address = 1024;   // 503 with Retry-After, then closed
  std::size_t connections = 20000;              // 503 with Retry-After, then closed
  std::size_t stream_queue_bytes = 256 * 1024;  // `send` of a stream says false; WebSocket: 1013
  std::size_t web_socket_message = 64 * 1024;   // 1009; fragments counted together
  std::size_t web_socket_burst = 200;           // frames at once; 1008
  std::size_t web_socket_rate = 50;             // and then as many a second; 1008
  std::chrono::milliseconds header_timeout{10'000};   // closed
  std::chrono::milliseconds idle_timeout{75'000};     // between requests; closed
  std::chrono::milliseconds slow_body_grace{10'000};  // after it, 408 below slow_body_rate
  std::size_t slow_body_rate = 1024;                  // bytes a second
  std::chrono::milliseconds write_timeout{30'000};    // no progress in sending; closed
  std::chrono::milliseconds heartbeat{15'000};        // a comment line or a ping, after silence
  std::chrono::milliseconds pong_timeout{15'000};     // silence after a ping; cut
  std::chrono::milliseconds close_timeout{5'000};     // of a WebSocket's handshake; cut
};

struct Endpoint {
  std::string address;  // an IP literal
  std::uint16_t port;   // 0: any free one
};

// What the layers above put into every exchange. Called on connection loops, from several threads.
struct Hooks {
  // Before the body is read: an answer refuses the request (Host, Origin, preflight, keys).
  std::function<std::optional<Response>(const Request&)> gate;
  // Makes a response of an error that arose in here (404, 405, 413, 415, 431, 400 ...), with this
  // HTTP status: 408, 414, 417, 431 and 505 have no error code of their own. The request holds what
  // was understood of it so far.
  std::function<Response(const Error& error, int status, const Request& request)> error_response;
  // The last touch on every response: headers that all of them carry. Date, Content-Length,
  // Connection and X-Request-Id are the server's own. The request comes without body and form.
  std::function<void(const Request&, Response&)> finish;
};

// One acceptor and one set of connections per loop (SO_REUSEPORT), nothing shared between them but
// the counts. The loops must outlive the server and run while it lives.
class Server {
 public:
  Server(std::vector<EventLoop*> loops, Router router, Limits limits, Hooks hooks,
         std::filesystem::path upload_directory, const Log& log, Metrics& metrics);
  // Cuts every connection and waits for the handlers that still run. Not on a loop's thread.
  ~Server();

  // Binds and listens. Errors say which address and why (in use, not allowed).
  Result<void> listen(std::vector<Endpoint> endpoints);
  // The port in use, when an endpoint asked for any.
  std::uint16_t port() const;

  // Refuses new connections, lets requests in flight end, finishes event streams, and calls `done`
  // when none is left or `limit` has passed; then what is left is cut.
  void drain(std::chrono::milliseconds limit, Work done);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace walrus::http
