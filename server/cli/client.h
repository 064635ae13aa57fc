// A blocking HTTP client for the command line. curl's easy interface and not net::HttpClient: a
// command does one thing at a time, sends files from disk, and shows how far a body has come.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"

namespace walrus::cli {

struct Server {
  std::string url = "http://localhost:8000";
  std::string api_key;
};

struct Reply {
  int status = 0;
  std::string next_cursor;   // X-Next-Cursor
  std::string operation_id;  // X-Operation-Id
  std::string body;
};

struct Upload {
  std::string file;      // path
  std::string metadata;  // JSON or empty
  std::function<void(std::uint64_t sent, std::uint64_t total)> on_progress;
};

// Gets the bytes of a 200; false ends the transfer.
using OnBytes = std::function<bool(std::string_view bytes)>;

// Errors: upstream_error where no server answers or the connection breaks. For one thread.
class Client {
 public:
  explicit Client(Server server) : server_(std::move(server)) {}

  Result<Reply> get(const std::string& path);
  Result<Reply> remove(const std::string& path);
  Result<Reply> post_json(const std::string& path, const std::string& body,
                          const std::string& accept);
  Result<Reply> upload(const Upload& upload);
  // `body` empty: GET. Waits as long as bytes (heartbeats too) come within `silence`.
  Result<Reply> stream(const std::string& path, const std::string& body,
                       const std::string& last_event_id, std::chrono::seconds silence,
                       const OnBytes& on_bytes);

  const Server& server() const { return server_; }

 private:
  struct Transfer;
  Result<Reply> run(Transfer& transfer);
  Server server_;
};

// The words of a problem document for people, or of whatever else came.
std::string words_of(const Reply& reply);
// A reply's body, if it is a JSON object / array.
std::optional<json::object> object_of(const Reply& reply);

// "a b#c" -> "a%20b%23c".
std::string percent_encode(std::string_view text);

}  // namespace walrus::cli
