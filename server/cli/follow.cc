#include "cli/follow.h"

#include <algorithm>
#include <thread>

#include "net/sse_decoder.h"

namespace walrus::cli {

namespace {

// What one connection brought.
struct Connection {
  std::string last_event_id;
  bool got_events = false;
  bool ended = false;  // the last event has come
};

Result<Reply> read_stream(Client& client, const std::string& path, const std::string& body,
                          const OnEvent& on_event, std::chrono::seconds silence,
                          Connection& connection) {
  std::string resume_at = connection.last_event_id;
  net::SseDecoder decoder([&](std::string_view data) {
    auto parsed = parse_json(data);
    if (!parsed || !parsed->is_object()) return;
    connection.got_events = true;
    connection.ended = connection.ended || is_last(parsed->as_object());
    on_event(parsed->as_object());
  });
  auto on_bytes = [&](std::string_view bytes) {
    bool readable = decoder.feed(bytes).has_value();
    if (!decoder.last_event_id().empty()) connection.last_event_id = decoder.last_event_id();
    return readable;
  };
  return client.stream(path, body, resume_at, silence, on_bytes);
}

Error refusal(const Reply& reply) {
  ErrorCode code = reply.status == 404 ? ErrorCode::kNotFound : ErrorCode::kUpstreamError;
  return {code, words_of(reply), {}};
}

}  // namespace

bool is_last(const json::object& event) {
  const json::string* type = find_string(event, "type");
  if (!type) return false;
  if (*type == "complete" || *type == "error") return true;
  const json::string* status = find_string(event, "processing_status");
  return *type == "status" && status && *status != "processing";
}

Result<void> follow(Client& client, const std::string& operation_id, std::string last_event_id,
                    const OnEvent& on_event, const FollowOptions& options) {
  Connection connection{.last_event_id = std::move(last_event_id)};
  std::string path = "/v1/operations/" + percent_encode(operation_id) + "/events";
  auto pause = options.first_pause;
  for (int losses = 0; losses < options.losses; ++losses) {
    connection.got_events = false;
    auto reply = read_stream(client, path, "", on_event, options.silence, connection);
    if (connection.ended || (reply && reply->status == 204)) return {};
    if (reply && reply->status >= 400 && reply->status < 500)
      return std::unexpected(refusal(*reply));
    if (connection.got_events) {
      losses = -1;
      pause = options.first_pause;
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, options.first_pause * 10);
  }
  return fail(ErrorCode::kUpstreamError,
              "The connection was lost and the server does not come back. The work goes on there: "
              "'walrus watch " +
                  operation_id + "' follows it again.");
}

Result<void> post_and_follow(Client& client, const std::string& path, const std::string& body,
                             const std::function<void(const std::string&)>& on_begun,
                             const OnEvent& on_event, const FollowOptions& options) {
  Connection connection;
  std::string operation_id;
  auto note = [&](const json::object& event) {
    if (const json::string* id = find_string(event, "operation_id"); id && operation_id.empty()) {
      operation_id = *id;
      on_begun(operation_id);
    }
    on_event(event);
  };
  auto reply = read_stream(client, path, body, note, options.silence, connection);
  if (connection.ended) return {};
  if (reply && reply->status >= 400) return std::unexpected(refusal(*reply));
  if (operation_id.empty()) {
    if (!reply) return std::unexpected(reply.error());
    return fail(ErrorCode::kUpstreamError, "The connection was lost before the answer began.");
  }
  return follow(client, operation_id, connection.last_event_id, note, options);
}

}  // namespace walrus::cli
