#include "cli/follow.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "cli/operation_view.h"
#include "net/sse_decoder.h"

namespace walrus::cli {

namespace {

const json::object& status_of(const json::object& event) {
  const json::object* inner =
      text_member(event, "type") == "snapshot" ? find_object(event, "status") : nullptr;
  return inner ? *inner : event;
}

ErrorCode code_of(int status) {
  if (status == 404) return ErrorCode::kNotFound;
  return status >= 500 ? ErrorCode::kInternalError : ErrorCode::kBadRequest;
}

Error refusal(const Reply& reply) {
  return {code_of(reply.status), words_of(reply), {}};
}

// Too many, or a server that is not well: the same request can succeed later.
bool passes(int status) {
  return status == 429 || status >= 500;
}

// A snapshot holds all of a text, of 4 MiB at most, of which JSON may make six times as much.
constexpr std::size_t kMostBytesOfEvent = 32 << 20;

// The place of the event that is being read, where its id is one.
std::optional<std::int64_t> sequence_of(const net::SseDecoder& decoder) {
  const std::string& id = decoder.last_event_id();
  std::int64_t sequence = 0;
  auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), sequence);
  bool whole = error == std::errc() && end == id.data() + id.size();
  return decoder.has_own_id() && whole ? std::optional(sequence) : std::nullopt;
}

// The reading of one operation's events, connection after connection.
class Reading {
 public:
  Reading(Client& client, const Listener& listener, const Patience& patience)
      : client_(client), listener_(listener), patience_(patience) {}

  // `body` empty: GET.
  Result<Reply> connect(const std::string& path, const std::string& body);
  bool ended() const { return ended_; }
  // Whether the connection that was read last brought an event.
  bool got_events() const { return got_events_; }
  const std::string& operation_id() const { return operation_id_; }
  void set_operation_id(std::string_view id) { operation_id_ = id; }
  Result<json::object> go_on();
  Result<json::object> end();

 private:
  void take(const net::SseDecoder& decoder, std::string_view data);
  Result<void> pause_after(int losses);
  std::string path() const { return "/v1/operations/" + percent_encode(operation_id_); }

  Client& client_;
  const Listener& listener_;
  const Patience& patience_;
  std::string operation_id_;
  std::string last_event_id_;
  OperationView view_;
  json::object last_;
  bool got_events_ = false;
  bool ended_ = false;
};

void Reading::take(const net::SseDecoder& decoder, std::string_view data) {
  auto parsed = parse_json(data);
  if (!parsed || !parsed->is_object() || ended_) return;
  got_events_ = true;
  if (!view_.take(parsed->as_object(), sequence_of(decoder))) return;
  last_ = std::move(parsed->as_object());
  ended_ = is_last(last_);
  if (operation_id_.empty()) operation_id_ = text_member(last_, "operation_id");
  if (listener_.on_event) listener_.on_event(last_);
}

Result<Reply> Reading::connect(const std::string& path, const std::string& body) {
  got_events_ = false;
  const net::SseDecoder* reading = nullptr;
  auto on_event = [this, &reading](std::string_view data) { take(*reading, data); };
  net::SseDecoder decoder(on_event, kMostBytesOfEvent);
  reading = &decoder;
  StreamRequest request{.path = path,
                        .body = body,
                        .last_event_id = last_event_id_,
                        .silence = patience_.silence,
                        .on_bytes = {},
                        .on_operation_id = [this](std::string_view id) { operation_id_ = id; }};
  request.on_bytes = [&](std::string_view bytes) {
    bool readable = decoder.feed(bytes).has_value();
    if (!decoder.last_event_id().empty()) last_event_id_ = decoder.last_event_id();
    return readable && !ended_;
  };
  return client_.stream(request);
}

Result<void> Reading::pause_after(int losses) {
  if (listener_.on_loss) listener_.on_loss();
  auto longest = patience_.first_pause * 10;
  return client_.wait(std::min(patience_.first_pause * (1 << std::min(losses, 8)), longest));
}

Result<json::object> Reading::go_on() {
  int losses = 0;
  while (losses < patience_.losses) {
    auto reply = connect(path() + "/events", "");
    if (ended_ || (reply && reply->status == 204)) return end();
    if (reply && reply->status >= 400 && !passes(reply->status)) {
      return std::unexpected(refusal(*reply));
    }
    if (!reply && reply.error().code != ErrorCode::kUpstreamError) {
      return std::unexpected(reply.error());
    }
    if (got_events_) losses = 0;
    auto waited = pause_after(losses++);
    if (!waited) return std::unexpected(waited.error());
  }
  return fail(ErrorCode::kUpstreamError,
              fmt::format("The connection was lost and the server does not come back. What it has "
                          "taken in is not lost: 'walrus watch {}' follows it again.",
                          operation_id_));
}

// A stream that ended without its last event, or with a snapshot, leaves a chat's sources and a
// failure's words to be asked for.
Result<json::object> Reading::end() {
  const json::object& status = status_of(last_);
  if (text_member(last_, "type") != "snapshot" && is_last(last_)) return std::move(last_);
  if (is_last(last_) && text_member(status, "kind") != "chat") return json::object(status);
  auto reply = client_.get(path() + "/history");
  if (!reply) return std::unexpected(reply.error());
  if (reply->status != 200) return std::unexpected(refusal(*reply));
  auto history = parse_json(reply->body);
  const json::array* events = history ? history->if_array() : nullptr;
  if (!events || events->empty() || !events->back().is_object()) {
    return fail(ErrorCode::kInternalError,
                "The server's history of the operation is not readable.");
  }
  return events->back().as_object();
}

}  // namespace

bool is_last(const json::object& event) {
  std::string type = text_member(event, "type");
  if (type == "complete" || type == "error") return true;
  std::string outcome = text_member(status_of(event), "processing_status");
  return outcome == "completed" || outcome == "failed";
}

bool is_success(const json::object& last) {
  return text_member(last, "type") == "complete" ||
         text_member(last, "processing_status") == "completed";
}

Result<json::object> follow(Client& client, const std::string& operation_id,
                            const Listener& listener, const Patience& patience) {
  Reading reading(client, listener, patience);
  reading.set_operation_id(operation_id);
  return reading.go_on();
}

Result<json::object> post_and_follow(Client& client, const std::string& path,
                                     const std::string& body, std::string& operation_id,
                                     const Listener& listener, const Patience& patience) {
  Reading reading(client, listener, patience);
  auto reply = reading.connect(path, body);
  operation_id = reading.operation_id();
  if (reading.ended()) return reading.end();
  if (!reply && (operation_id.empty() || reply.error().code != ErrorCode::kUpstreamError)) {
    return std::unexpected(reply.error());
  }
  if (reply && reply->status >= 400) return std::unexpected(refusal(*reply));
  if (operation_id.empty()) {
    return fail(ErrorCode::kUpstreamError, "The connection was lost before the answer began.");
  }
  if (listener.on_loss) listener.on_loss();
  return reading.go_on();
}

}  // namespace walrus::cli
