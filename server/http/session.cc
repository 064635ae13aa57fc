#include "http/session.h"

#include <optional>
#include <variant>

#include "base/ids.h"
#include "http/admission.h"
#include "http/body_sinks.h"
#include "http/connection.h"
#include "http/event_stream.h"
#include "http/form_reader.h"
#include "http/open_file.h"
#include "http/request_parser.h"
#include "http/response_head.h"
#include "http/web_socket_connection.h"
#include "http/web_socket_handshake.h"

namespace walrus::http {

namespace {

constexpr std::size_t kHeadSpace = 2 * 1024;
constexpr std::size_t kBodySpace = 64 * 1024;
constexpr std::size_t kKeptOutput = 16 * 1024;
// A refused body of up to this size is read away to keep the connection; else it is closed.
constexpr std::uint64_t kDiscardedBody = 64 * 1024;
// Connections above the limit that still get their 503.
constexpr std::size_t kTurnedAwayAtOnce = 128;

enum class Next { kRequest, kClose, kLinger, kHandOff };

// What goes on with the connection where the session leaves it; nothing: it has ended.
using Handoff = std::variant<std::monostate, StreamHandoff, WebSocketHandoff>;

bool is_sane_request_id(std::string_view id) {
  auto allowed = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '_' || c == '-';
  };
  return !id.empty() && id.size() <= 128 && std::ranges::all_of(id, allowed);
}

bool has_no_content(int status) {
  return status < 200 || status == 204 || status == 304;
}

class Session {
 public:
  Session(Shard& shard, Socket socket, std::string remote_address)
      : shard_(shard),
        settings_(shard.settings()),
        remote_address_(std::move(remote_address)),
        connection_(shard, std::move(socket)) {}

  enum class Room { kEnough, kNone, kNotEvenToSaySo };
  Room enter();
  // Goes on where an event stream left off.
  void resume(ConnectionCounts::Ticket ticket, std::string_view first_bytes);
  Task<void> turn_away();
  Task<Handoff> serve();

 private:
  using Head = std::expected<std::size_t, Refusal>;

  Task<Next> exchange(Head head);
  Task<std::optional<Refusal>> read_body(Request& request, BodyKind kind);
  Task<std::optional<Refusal>> receive(BodySink& sink);
  Task<Next> reply(const Request& request, Response response);
  Task<bool> discard_body();
  Handoff hand_off();

  void skip_empty_lines();
  Duration head_deadline();
  Admission begin(Head head, Request& request);
  Response internal_error(const Request& request, std::string_view what);
  bool may_discard_body() const;
  bool nothing_more_came() { return parser_.done() && connection_.input().empty(); }
  Head find_next_head() {
    skip_empty_lines();
    return find_head(connection_.input().readable(), scanned_, settings_.limits);
  }

  Shard& shard_;
  ServerSettings& settings_;
  const std::string remote_address_;
  ConnectionCounts::Ticket ticket_;
  Connection connection_;
  RequestParser parser_;
  std::string output_;  // one response, or its head
  std::size_t scanned_ = 0;
  Duration head_since_{0};  // when the first byte of this head came; 0: none yet
  Duration last_end_{0};    // when the last request ended
  bool keep_alive_ = true;
  bool unread_ = false;  // the peer may be sending a body that nobody reads
  int status_ = 0;       // of the last response
  StreamStarter starter_;
  WebSocketStarter web_socket_starter_;
  int stream_version_ = 11;
  bool stream_has_comments_ = false;
};

Session::Room Session::enter() {
  ConnectionCounts::Entry entry = settings_.counts.enter(remote_address_);
  ticket_ = std::move(entry.ticket);
  const Limits& limits = settings_.limits;
  if (entry.total > limits.connections + kTurnedAwayAtOnce) return Room::kNotEvenToSaySo;
  bool full =
      entry.total > limits.connections || entry.from_address > limits.connections_per_address;
  return full ? Room::kNone : Room::kEnough;
}

void Session::resume(ConnectionCounts::Ticket ticket, std::string_view first_bytes) {
  ticket_ = std::move(ticket);
  connection_.input().append(first_bytes, kHeadSpace);
}

Task<Handoff> Session::serve() {
  last_end_ = shard_.now();
  Next next = Next::kRequest;
  while (next == Next::kRequest) {
    Head head = find_next_head();
    if (!head || *head > 0) {
      next = co_await exchange(std::move(head));
      continue;
    }
    connection_.set_idle(true);
    std::size_t count = co_await connection_.read_more(kHeadSpace, head_deadline());
    connection_.set_idle(false);
    if (count == 0) next = Next::kClose;
  }
  if (next == Next::kLinger) co_await connection_.linger();
  if (next != Next::kHandOff) co_return Handoff{};
  co_return hand_off();
}

Handoff Session::hand_off() {
  if (web_socket_starter_) {
    std::string first_bytes(connection_.input().readable());
    return WebSocketHandoff{connection_.release(), std::move(ticket_), std::move(output_),
                            std::move(first_bytes), std::move(web_socket_starter_)};
  }
  return StreamHandoff{
      connection_.release(), std::move(ticket_),   std::move(output_), std::move(starter_),
      stream_version_ != 10, stream_has_comments_, keep_alive_};
}

// Clients may send an empty line after a body (RFC 9112, 2.2).
void Session::skip_empty_lines() {
  while (scanned_ == 0 && connection_.input().readable().starts_with("\r\n")) {
    connection_.input().consume(2);
  }
}

Duration Session::head_deadline() {
  if (connection_.input().empty()) return last_end_ + settings_.limits.idle_timeout;
  if (head_since_ == Duration{0}) head_since_ = shard_.now();
  return head_since_ + settings_.limits.header_timeout;
}

Task<void> Session::turn_away() {
  Request request;
  request.loop = &shard_.loop();
  request.remote_address = remote_address_;
  request.request_id = new_uuid(shard_.loop().clock().now());
  Error error{ErrorCode::kNotReady, "There are too many connections. Try again later.", {}};
  error.retry_after = std::chrono::seconds(5);
  keep_alive_ = false;
  unread_ = true;
  Response response = refuse(settings_.hooks, refusal(std::move(error)), request);
  Next next = co_await reply(request, std::move(response));
  if (next == Next::kLinger) co_await connection_.linger();
}

Admission Session::begin(Head head, Request& request) {
  request.loop = &shard_.loop();
  request.peer = &connection_;
  request.remote_address = remote_address_;
  std::optional<Refusal> refused;
  if (head) {
    std::string_view text = connection_.input().readable().substr(0, *head);
    refused = parser_.parse_head(text, request);
    connection_.input().consume(*head);
  } else {
    refused = std::move(head.error());
  }
  std::string_view id = request.headers.get("X-Request-Id").value_or("");
  bool sane = is_sane_request_id(id);
  request.request_id = sane ? std::string(id) : new_uuid(shard_.loop().clock().now());
  keep_alive_ = !refused && parser_.keep_alive();
  unread_ = refused.has_value();
  if (refused) return {nullptr, refuse(settings_.hooks, *refused, request)};
  Admission admission = admit(settings_, parser_, request);
  if (admission.response && parser_.has_body() && !may_discard_body()) {
    keep_alive_ = false;
    unread_ = true;
  }
  return admission;
}

bool Session::may_discard_body() const {
  std::optional<std::uint64_t> length = parser_.body_length();
  return length && *length <= kDiscardedBody && !parser_.expects_continue();
}

Task<Next> Session::exchange(Head head) {
  Duration started = shard_.now();
  scanned_ = 0;
  head_since_ = Duration{0};
  Request request;
  Admission admission = begin(std::move(head), request);
  if (!admission.response && parser_.has_body()) {
    std::optional<Refusal> refused = co_await read_body(request, admission.route->body);
    if (refused) {
      keep_alive_ = false;
      unread_ = true;
      admission.response = refuse(settings_.hooks, *refused, request);
    }
  }
  Request summary = request.without_content();
  if (!admission.response) {
    std::string what;
    try {
      Task<Response> handled = admission.route->handler(std::move(request));
      admission.response = co_await handled;
    } catch (const std::exception& thrown) {
      what = thrown.what();
    } catch (...) {
      what = "unknown";
    }
    if (!admission.response) admission.response = internal_error(summary, what);
  }
  Next next = co_await reply(summary, std::move(*admission.response));
  last_end_ = shard_.now();
  settings_.metrics.observe(admission.route, status_, last_end_ - started);
  if (next == Next::kRequest && !parser_.done()) {
    bool discarded = co_await discard_body();
    if (!discarded) next = Next::kClose;
  }
  connection_.input().shrink(kHeadSpace);
  co_return next;
}

Response Session::internal_error(const Request& request, std::string_view what) {
  settings_.log.error(
      "a handler failed",
      {{"route", request.route}, {"request_id", request.request_id}, {"what", what}});
  Error error{ErrorCode::kInternalError, "The server made a mistake. It has been logged.", {}};
  return refuse(settings_.hooks, refusal(std::move(error)), request);
}

Task<std::optional<Refusal>> Session::read_body(Request& request, BodyKind kind) {
  if (kind != BodyKind::kMultipart) {
    bool json = kind != BodyKind::kNone;
    MemoryBody body(json ? settings_.limits.json_body : 0,
                    json ? "The body is larger than the limit." : "This route takes no body.");
    std::optional<Refusal> refused = co_await receive(body);
    request.body = body.take();
    co_return refused;
  }
  Result<std::string> boundary =
      multipart_boundary(request.headers.get("Content-Type").value_or(""));
  if (!boundary) co_return refusal(std::move(boundary.error()));
  FormReader reader(*boundary, settings_.limits, settings_.upload_directory);
  std::optional<Refusal> refused = co_await receive(reader);
  if (refused) co_return refused;
  Result<std::vector<FormPart>> form = reader.take();
  if (!form) co_return refusal(std::move(form.error()));
  request.form = std::move(*form);
  co_return std::nullopt;
}

Task<std::optional<Refusal>> Session::receive(BodySink& sink) {
  const Limits& limits = settings_.limits;
  InputBuffer& input = connection_.input();
  bool asks = parser_.expects_continue() && input.empty();
  if (asks) {
    // A broken connection shows at the read below.
    co_await connection_.send_all("HTTP/1.1 100 Continue\r\n\r\n");
  }
  std::uint64_t length = parser_.body_length().value_or(kBodySpace);
  std::size_t space = std::clamp<std::uint64_t>(length, kHeadSpace, kBodySpace);
  Duration started = shard_.now();
  std::uint64_t received = input.readable().size();
  while (!parser_.done()) {
    if (!input.empty()) {
      std::expected<std::size_t, Refusal> used = parser_.parse_body(input.readable(), sink);
      if (!used) co_return std::move(used.error());
      input.consume(*used);
      if (*used > 0) continue;
    }
    Duration fast_enough(1'000'000 * received / limits.slow_body_rate);
    Duration deadline = started + std::max<Duration>(limits.slow_body_grace, fast_enough);
    std::size_t count = co_await connection_.read_more(space, deadline);
    received += count;
    if (count > 0) continue;
    if (!connection_.timed_out()) co_return bad_request("The request ended before its body did.");
    co_return Refusal{408, {ErrorCode::kTimeout, "The body came too slowly.", {}}};
  }
  co_return std::nullopt;
}

Task<bool> Session::discard_body() {
  DiscardedBody sink;
  std::optional<Refusal> refused = co_await receive(sink);
  co_return !refused;
}

Task<Next> Session::reply(const Request& request, Response response) {
  std::optional<OpenFile> file;
  if (response.file) {
    file.emplace(response.file->path);
    if (file->handle() < 0) response = internal_error(request, "a file to be sent is missing");
  }
  if (response.web_socket) response = answer_upgrade(settings_, request, std::move(response));
  if (settings_.hooks.finish) settings_.hooks.finish(request, response);
  status_ = response.status;
  bool content = request.method != "HEAD" && !has_no_content(response.status);
  bool streams = content && response.stream;
  keep_alive_ = keep_alive_ && !shard_.draining();
  // What comes while a stream runs is not answered, so it must come after it.
  if (streams) keep_alive_ = keep_alive_ && request.version != 10 && nothing_more_came();
  std::uint64_t length = response.file ? response.file->size : response.body.size();
  output_.clear();
  append_head(
      output_, response,
      {.date = shard_.date(),
       .request_id = request.request_id,
       .version = request.version,
       .keep_alive = keep_alive_ || response.web_socket,
       .chunked = response.stream && request.version != 10,
       .length = response.stream || has_no_content(response.status) ? std::nullopt
                                                                    : std::optional(length)});
  if (content && !response.file) {
    bool unframed = response.stream && request.version == 10;
    output_ += unframed ? without_chunk_framing(response.body) : response.body;
  }
  if (response.web_socket) {
    web_socket_starter_ = std::move(response.web_socket);
    co_return Next::kHandOff;
  }
  if (streams) {
    starter_ = std::move(response.stream);
    stream_version_ = request.version;
    stream_has_comments_ = response.content_type == kEventStreamType;
    co_return Next::kHandOff;
  }
  ssize_t taken = connection_.try_send(output_);
  if (taken < 0) co_return Next::kClose;
  bool sent = static_cast<std::size_t>(taken) == output_.size();
  if (!sent) sent = co_await connection_.send_all(std::string_view(output_).substr(taken));
  if (sent && content && response.file) {
    sent = co_await connection_.send_file(file->handle(), length);
  }
  if (output_.capacity() > kKeptOutput) output_ = {};
  if (!sent) co_return Next::kClose;
  if (keep_alive_) co_return Next::kRequest;
  co_return unread_ ? Next::kLinger : Next::kClose;
}

void go_on(Shard& shard, Handoff handoff) {
  if (auto* stream = std::get_if<StreamHandoff>(&handoff)) {
    start_event_stream(shard, std::move(*stream));
  } else if (auto* web_socket = std::get_if<WebSocketHandoff>(&handoff)) {
    start_web_socket(shard, std::move(*web_socket));
  }
}

}  // namespace

Task<void> serve_connection(Shard& shard, Socket socket, std::string remote_address) {
  Handoff handoff;
  {
    Session session(shard, std::move(socket), std::move(remote_address));
    Session::Room room = session.enter();
    if (room == Session::Room::kNone) co_await session.turn_away();
    if (room != Session::Room::kEnough) co_return;
    handoff = co_await session.serve();
  }
  go_on(shard, std::move(handoff));
}

Task<void> serve_again(Shard& shard, Socket socket, ConnectionCounts::Ticket ticket,
                       std::string first_bytes) {
  Handoff handoff;
  {
    Session session(shard, std::move(socket), ticket.address());
    session.resume(std::move(ticket), first_bytes);
    handoff = co_await session.serve();
  }
  go_on(shard, std::move(handoff));
}

}  // namespace walrus::http
