// An HTTP server on a loopback port that answers as a test says, byte by byte: for what a well-bred
// server would never do.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

namespace walrus::testing {

struct SeenRequest {
  std::string method;
  std::string target;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;

  // The first value of a header, or "".
  std::string header(std::string_view lower_case_name) const;
};

// Holds a script at a step until the test opens it. Thread-safe.
class Gate {
 public:
  Gate();
  ~Gate();
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;
  void open();
  int descriptor() const { return descriptor_; }  // readable once open

 private:
  int descriptor_;
};

struct Write {
  std::string bytes;
};
struct AwaitGate {
  std::shared_ptr<Gate> gate;
};
struct Hang {};   // until the client goes away
struct Close {};  // an orderly end
struct Reset {};  // a TCP reset
using ScriptStep = std::variant<Write, AwaitGate, Hang, Close, Reset>;
// After the last step the connection serves its next request.
using Script = std::vector<ScriptStep>;

// A whole reply with a Content-Length.
Script whole_reply(int status, std::string_view body,
                   std::string_view content_type = "application/json",
                   std::string_view more_headers = "");
// The head of a chunked reply, and a chunk of it; `last_chunk()` ends it.
Write chunked_head(std::string_view content_type, int status = 200);
Write chunk(std::string_view bytes);
Write last_chunk();

// A thread per connection, blocking sockets. `handler` runs on those threads. A request that
// expects leave (Expect) comes without its body.
class ScriptedHttpServer {
 public:
  using Handler = std::function<Script(const SeenRequest&)>;

  explicit ScriptedHttpServer(Handler handler);
  ~ScriptedHttpServer();  // ends all connections, whatever they wait for

  std::string url(std::string_view target) const;
  int port() const { return port_; }

  std::vector<SeenRequest> requests() const;
  std::size_t connections() const;  // that were ever made
  // Block until so many requests came in, or connections were ended by the client; false after 5 s.
  bool wait_for_requests(std::size_t count);
  bool wait_for_client_closes(std::size_t count);

 private:
  enum class After { kNextRequest, kEnd };
  void accept_all();
  void serve(int socket);
  After play(int socket, const Script& script);
  bool await_readable(int socket, int descriptor);
  bool read_request(int socket, std::string& buffer, SeenRequest& request);
  void note_client_close();

  Handler handler_;
  int listener_;
  int port_ = 0;
  Gate stopping_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<SeenRequest> requests_;
  std::size_t client_closes_ = 0;
  std::vector<std::thread> connections_;
  std::thread acceptor_;
};

}  // namespace walrus::testing
