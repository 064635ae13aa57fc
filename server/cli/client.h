// A blocking HTTP client for the command line. libcurl driven here and not net::HttpClient: a
// command does one thing at a time, sends files from disk, shows how far a body has come, and must
// notice Ctrl-C while it waits.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "cli/interrupt.h"

namespace walrus::cli {

struct Server {
  std::string url = "http://localhost:8000";
  std::string api_key;
};

struct Reply {
  int status = 0;
  std::string next_cursor;  // X-Next-Cursor
  std::optional<std::chrono::seconds> retry_after;
  std::map<std::string, std::string, std::less<>> headers;  // names in lower case; the last of each
  std::string http_version;                                 // "HTTP/1.1"
  std::string body;

  std::string header(std::string_view lower_case_name) const;  // or ""
};

// A request with nothing taken for granted.
struct Question {
  std::string method = "GET";
  std::string path;
  std::vector<std::string> headers;  // "Name: value"
  std::string body;                  // JSON, or empty
};

struct Upload {
  std::string file;             // path
  std::string metadata;         // JSON or empty
  std::string idempotency_key;  // or empty
  std::function<void(std::uint64_t sent, std::uint64_t total)> on_progress;
};

struct StreamRequest {
  std::string path;
  std::string body;  // JSON, to POST; empty for a GET
  std::string last_event_id;
  std::vector<std::string> headers;           // more of them, "Name: value"
  std::chrono::milliseconds silence{45'000};  // three heartbeats
  // Gets the head of a 200, before the first byte.
  std::function<void(const Reply& head)> on_head;
  // Gets the bytes of a 200; false ends the transfer, which is then no error.
  std::function<bool(std::string_view bytes)> on_bytes;
  // Gets X-Operation-Id of a 200, before the first byte.
  std::function<void(std::string_view operation_id)> on_operation_id;
};

// Errors of every request: upstream_error where no server answers, the connection breaks or is
// silent for too long; validation_error for a URL that is none; cancelled on Ctrl-C. For one
// thread.
class Client {
 public:
  // Without `interrupt`, which must outlive the client, Ctrl-C is left to whoever handles it.
  explicit Client(Server server, const Interrupt* interrupt = nullptr)
      : server_(std::move(server)), interrupt_(interrupt) {}

  Result<Reply> get(const std::string& path);
  Result<Reply> ask(const Question& question);
  Result<Reply> remove(const std::string& path);
  // `silence`: how long no byte may come; a server may be asking a model. With a key, asking again
  // with it gets the first answer, and does nothing twice.
  Result<Reply> post_json(const std::string& path, const std::string& body,
                          std::chrono::milliseconds silence = std::chrono::minutes(10),
                          const std::string& idempotency_key = {});
  Result<Reply> upload(const Upload& upload);
  Result<Reply> stream(const StreamRequest& request);
  // Announces a form of `size` bytes and sends none of it. Status 100: it would be let in.
  Result<Reply> announce_form(const std::string& path, std::uint64_t size);
  // Asks for a WebSocket and says `message`. Of a 101 the body is the first text that comes back.
  Result<Reply> say_on_web_socket(const std::string& path, const std::vector<std::string>& headers,
                                  const std::string& message, std::chrono::milliseconds silence);

  // Lets time pass; cancelled on Ctrl-C.
  Result<void> wait(std::chrono::milliseconds time) const;

 private:
  struct Transfer;
  Result<Reply> run(Transfer& transfer);
  Result<int> perform(Transfer& transfer);
  Error error_of(int curl_code) const;

  Server server_;
  const Interrupt* interrupt_;
};

// The words of a problem document for people, or of whatever else came, with what to do about it.
std::string words_of(const Reply& reply);
// A reply's body, if it is a JSON object.
std::optional<json::object> object_of(const Reply& reply);
// A string member, or "".
std::string text_member(const json::object& object, std::string_view name);

// For a request that may be sent more than once.
std::string new_idempotency_key();

// "a b#c" -> "a%20b%23c".
std::string percent_encode(std::string_view text);

}  // namespace walrus::cli
