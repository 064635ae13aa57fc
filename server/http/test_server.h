// For the tests of http/: a server on loopback with real loops, and a blocking client.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "http/server.h"

namespace walrus::http {

struct Reply {
  int status = 0;
  std::string head;
  std::string body;  // decoded, where it was chunked
  // Of the last field of that name, or empty.
  std::string field(std::string_view name) const;
};

// A TCP connection; every wait ends after 5 s and then fails the test.
class Client {
 public:
  explicit Client(std::uint16_t port, const std::string& address = "127.0.0.1",
                  int receive_buffer = 0);
  Client(Client&& other) noexcept;
  ~Client();

  void send(std::string_view bytes);  // a peer that is gone is no error
  void end_writing();
  void close();
  std::string read_some();  // what there is; empty: the peer has closed
  std::string read_until(std::string_view end);
  std::string read_exactly(std::size_t count);
  std::string read_to_end();
  Reply read_reply(bool head_only = false);
  Reply ask(std::string_view request);  // send and read_reply
  bool ended();                         // the peer closes, without another byte
  bool ended_by_now();                  // does not wait

 private:
  void fill();
  int handle_;
  std::string buffer_;
  bool end_ = false;
};

std::string get(std::string_view path, std::string_view fields = {});
std::string post(std::string_view path, std::string_view type, std::string_view body,
                 std::string_view fields = {});

// Errors become "<code> <status>: <message>" as text. Built in steps: change the members, then
// start.
class TestServer {
 public:
  explicit TestServer(std::size_t loops = 1);
  ~TestServer();

  void add(std::string method, std::string pattern, BodyKind body, Handler handler);
  void start();
  void stop();  // the server, not the loops
  Client connect() { return Client(server->port()); }
  // Runs work on the first loop and waits for it.
  void on_loop(std::function<void()> work);
  std::size_t files_in_uploads() const;
  std::string metric(std::string_view line_start) const;  // the value, or empty

  Limits limits;
  Hooks hooks;
  Metrics metrics;
  std::filesystem::path uploads;
  std::unique_ptr<Server> server;
  std::vector<std::unique_ptr<EventLoop>> loops;

 private:
  SystemClock clock_;
  Log log_ = Log::none();
  Router router_;
  std::vector<std::thread> threads_;
};

// Waits until `condition` holds (5 s at most): for what another thread does, without a fixed sleep.
bool eventually(const std::function<bool()>& condition);

}  // namespace walrus::http
