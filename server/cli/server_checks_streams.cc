#include <fmt/format.h>

#include "cli/server_checks.h"

namespace walrus::cli {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// The server says something at least every 15 s, and a proxy may take its time.
constexpr milliseconds kHeartbeat{20'000};
constexpr std::string_view kStream = "text/event-stream";

std::int64_t millis_since(steady_clock::time_point begin) {
  return std::chrono::duration_cast<milliseconds>(steady_clock::now() - begin).count();
}

std::string mend_of_buffering(const std::string& proxy) {
  if (proxy.starts_with("nginx")) {
    return "nginx gathers the answer. Set 'proxy_buffering off;' for it, and take "
           "'proxy_ignore_headers X-Accel-Buffering' away (docs/nginx.md).";
  }
  if (proxy.starts_with("Caddy")) {
    return "Set 'flush_interval -1' in its reverse_proxy (docs/caddy.md).";
  }
  return "A proxy gathers the answer before it passes it on. In nginx: 'proxy_buffering off;' "
         "(docs/nginx.md); in Caddy: 'flush_interval -1' (docs/caddy.md); elsewhere look for "
         "response buffering, or for a virus scanner.";
}

const std::string kMendCompression =
    "Leave text/event-stream out of what is compressed (nginx: gzip_types; Caddy: encode), so that "
    "no event waits for a full block.";

struct Opened {
  bool head = false;
  std::string type;
  std::string encoding;
  std::string proxy;
  std::int64_t head_after = 0;   // ms
  std::int64_t bytes_after = 0;  // ms; of the first ones
  bool bytes = false;
};

}  // namespace

Finding check_stream(Client& client, const ServerQuestions& questions) {
  Opened opened;
  auto begin = steady_clock::now();
  auto reply = client.stream({.path = "/v1/events",
                              .headers = {"Accept-Encoding: gzip, deflate, br"},  // as browsers
                              .silence = questions.silence,
                              .on_head =
                                  [&](const Reply& head) {
                                    opened.head = true;
                                    opened.type = head.header("content-type");
                                    opened.encoding = head.header("content-encoding");
                                    opened.proxy = head.header("server");
                                    opened.head_after = millis_since(begin);
                                  },
                              .on_bytes =
                                  [&](std::string_view) {
                                    opened.bytes = true;
                                    opened.bytes_after = millis_since(begin);
                                    return false;
                                  }});
  if (reply && reply->status != 200) return refused("stream", *reply);
  if (!reply && reply.error().code == ErrorCode::kCancelled) {
    return {"stream", Verdict::kSkipped, "interrupted", {}};
  }
  if (!reply && !opened.head) {
    return wrong("stream",
                 fmt::format("not even the head of the stream came within {} s: it is held back",
                             questions.silence.count() / 1000),
                 mend_of_buffering(opened.proxy));
  }
  if (!opened.type.starts_with(kStream)) {
    return wrong("stream", fmt::format("'{}' came instead of {}", opened.type, kStream),
                 "A proxy answers in the server's place, or changes its answers.");
  }
  if (!opened.bytes) {
    return wrong(
        "stream",
        fmt::format("the head came after {} ms, and then no byte for {} s: the stream is "
                    "held back{}",
                    opened.head_after, questions.silence.count() / 1000,
                    opened.encoding.empty() ? "" : " and compressed"),
        mend_of_buffering(opened.proxy) + (opened.encoding.empty() ? "" : " " + kMendCompression));
  }
  std::string saw = fmt::format("the first bytes came after {} ms", opened.bytes_after);
  if (!opened.encoding.empty()) {
    return {"stream", Verdict::kWarning, saw + ", compressed (" + opened.encoding + ")",
            kMendCompression};
  }
  return {"stream", Verdict::kOk, saw, {}};
}

// What comes after the first bytes: a proxy may pass those on and hold back the rest.
Finding check_heartbeat(Client& client) {
  int pieces = 0;
  auto begin = steady_clock::now();
  std::int64_t after = 0;
  auto reply = client.stream({.path = "/v1/events",
                              .headers = {},
                              .silence = kHeartbeat,
                              .on_head = {},
                              .on_bytes = [&](std::string_view) {
                                after = millis_since(begin);
                                return ++pieces < 2;
                              }});
  if (!reply && reply.error().code == ErrorCode::kCancelled) {
    return {"heartbeat", Verdict::kSkipped, "interrupted", {}};
  }
  if (pieces < 2) {
    return wrong("heartbeat",
                 fmt::format("the stream began, and then nothing came for {} s, or it was cut off",
                             kHeartbeat.count() / 1000),
                 mend_of_buffering({}) +
                     " Where it was cut off, raise the proxy's read timeout (nginx: "
                     "proxy_read_timeout).");
  }
  return {"heartbeat",
          Verdict::kOk,
          fmt::format("the stream goes on: more came after {:.1f} s",
                      static_cast<double>(after) / 1000),
          {}};
}

Finding check_web_socket(Client& client, const ServerQuestions& questions) {
  const std::string kMend =
      "Let the proxy pass the upgrade on. In nginx: 'proxy_http_version 1.1;' and the headers "
      "Upgrade and Connection (docs/nginx.md). Everything works without, over event streams.";
  auto begin = steady_clock::now();
  auto reply = client.say_on_web_socket("/v1/ws", {"Origin: " + origin_of(questions.url)},
                                        R"({"action":"ping"})", questions.silence);
  if (!reply) return wrong("websocket", reply.error().message, kMend);
  bool answered = reply->body.find(R"("pong")") != std::string::npos;
  if (reply->status == 101 && answered) {
    return {"websocket",
            Verdict::kOk,
            fmt::format("a message went and came back in {} ms", millis_since(begin)),
            {}};
  }
  if (reply->status == 101) {
    return wrong("websocket", "it opens, but no message comes back", kMend);
  }
  if (reply->status == 403 && is_from_walrus(*reply)) {
    Finding found = refused("websocket", *reply);
    found.mend = "Let the proxy pass the Host header on (nginx: proxy_set_header Host $http_host).";
    return found;
  }
  if (reply->status == 401 || reply->status == 421) return refused("websocket", *reply);
  return wrong("websocket", fmt::format("it is not opened (status {})", reply->status), kMend);
}

Finding check_long_poll(Client& client) {
  auto list = client.get("/v1/operations?limit=1");
  if (!list) return wrong("long-poll", list.error().message);
  auto body = object_of(*list);
  if (list->status != 200 || !body) return refused("long-poll", *list);
  const json::value* operations = body->if_contains("operations");
  if (!operations || !operations->is_array() || operations->as_array().empty()) {
    return {"long-poll", Verdict::kSkipped, "there is no operation yet to ask about", {}};
  }
  const json::object* newest = operations->as_array().front().if_object();
  if (!newest) return refused("long-poll", *list);
  auto begin = steady_clock::now();
  auto reply = client.get(fmt::format("/v1/operations/{}?wait=1&after={}",
                                      percent_encode(text_member(*newest, "operation_id")),
                                      find_integer(*newest, "sequence").value_or(0)));
  if (!reply) return wrong("long-poll", reply.error().message);
  if (reply->status != 200 && reply->status != 304) return refused("long-poll", *reply);
  return {"long-poll",
          Verdict::kOk,
          fmt::format("answered with {} after {} ms", reply->status, millis_since(begin)),
          {}};
}

}  // namespace walrus::cli
