// Requests and responses as values. http/ knows bytes and no business word.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/executor.h"
#include "http/outlet.h"

namespace walrus::http {

// A file that is removed when its last owner goes, unless it was taken. Movable.
class TemporaryFile {
 public:
  TemporaryFile() = default;
  explicit TemporaryFile(std::filesystem::path path) : path_(std::move(path)) {}
  TemporaryFile(TemporaryFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TemporaryFile& operator=(TemporaryFile&& other) noexcept {
    std::swap(path_, other.path_);
    return *this;
  }
  ~TemporaryFile();
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path take() { return std::exchange(path_, {}); }  // the caller owns the file now

 private:
  std::filesystem::path path_;
};

// One part of a multipart/form-data body (RFC 7578). A part with a filename is streamed to `file`,
// any other is read into `value`.
struct FormPart {
  std::string name;
  std::string
      filename;  // as sent, percent-decoded by the browsers' rules; hostile: never use as a path
  bool is_file = false;
  std::string content_type;
  std::string value;
  TemporaryFile file;
  std::uint64_t size = 0;
  std::string sha256;  // of a file, hex
};

// Header fields in order; names compare without case.
class Headers {
 public:
  void add(std::string name, std::string value);
  void set(std::string name, std::string value);  // replaces all of that name
  // The first value, or nothing.
  std::optional<std::string_view> get(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& fields() const { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

// Whoever a request came from.
class Peer {
 public:
  virtual ~Peer() = default;
  // Stopped once nobody waits for the answer any more: the peer has closed its end of the
  // connection, or the server is to end. On the loop's thread.
  virtual std::stop_token gone() = 0;
};

struct Request {
  std::string method;
  std::string target;  // as sent
  std::string path;    // of the target, still percent-encoded, without a trailing slash (but "/")
  std::string query;   // after '?', still encoded
  int version = 11;    // 10 or 11
  Headers headers;
  std::string body;            // of routes that take one into memory
  std::vector<FormPart> form;  // of multipart routes
  std::string remote_address;
  std::string request_id;  // the caller's own if it was sane, else made here
  std::string_view route;  // the pattern that matched, for metrics
  std::vector<std::pair<std::string_view, std::string>> parameters;  // of the path, decoded
  Loop* loop = nullptr;                                              // the connection's
  Peer* peer = nullptr;  // lives until the handler's task has ended; null in tests

  // All but body and form, which the handler takes with it, and `peer`, which it alone may ask.
  Request without_content() const;
  // A `{name}` of the route's pattern; it must have one.
  const std::string& parameter(std::string_view name) const;
  // A query parameter, decoded ('+' is a space); the first of that name.
  std::optional<std::string> query_parameter(std::string_view name) const;
  // Every name and value of the query, decoded, in order.
  std::vector<std::pair<std::string, std::string>> query_parameters() const;
};

// A live event stream's connection. Belongs to its loop's thread.
//
// Frames are complete as bytes on the wire, chunked coding included (wire/frame.h), shared by all
// streams they go to, and sent with one non-blocking send(); only what the kernel does not take is
// queued.
class EventStream : public Outlet {
 public:
  // False: closed, or more than the limit is queued and the frame was not taken.
  virtual bool send(std::shared_ptr<const std::string> frame) = 0;
  // Ends the response properly once what is queued has gone.
  virtual void finish() = 0;
  // The same after one more frame, in one send. A reader that is too far behind for it is cut.
  virtual void finish(std::shared_ptr<const std::string> last_frame) = 0;
  // Cuts the connection.
  virtual void abort() = 0;
  // Called once, when the peer is gone or the stream was finished or aborted.
  virtual void on_closed(Work work) = 0;
};

// Takes over the stream, on the loop, right after the head was sent.
using StreamStarter = std::move_only_function<void(std::shared_ptr<EventStream>)>;

class WebSocket;  // http/web_socket.h
// Takes over the socket, on the loop, right after the handshake's answer was sent.
using WebSocketStarter = std::move_only_function<void(std::shared_ptr<WebSocket>)>;

struct FileBody {
  std::filesystem::path path;
  std::uint64_t size;
};

inline constexpr std::string_view kEventStreamType = "text/event-stream";

struct Response {
  int status = 200;
  std::string content_type = "application/json";  // empty: no such header
  Headers headers;
  std::string body;
  std::optional<FileBody> file;  // instead of body: sent with sendfile semantics
  // After the body, which is frames, too: status 200, chunked. Of an event stream
  // (kEventStreamType) that is silent for long, heartbeats are sent as well.
  StreamStarter stream;
  // Instead of all that: the connection becomes a WebSocket. A request that is no proper upgrade
  // gets 400 or 426 in its place, and the starter goes unused.
  WebSocketStarter web_socket;

  static Response json(int status, std::string body);
  static Response text(int status, std::string body);
  static Response no_content(int status = 204);
  static Response event_stream(StreamStarter starter);
  static Response upgrade(WebSocketStarter starter);
};

// "%41" becomes "A"; nothing where a percent sign is not followed by two hex digits.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false);

}  // namespace walrus::http
