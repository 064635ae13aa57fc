#include "cli/server_checks.h"

#include <fmt/format.h>

#include "net/http_date.h"
#include "net/url.h"

namespace walrus::cli {

namespace {

constexpr std::uint64_t kLargestUpload = 52'428'800;  // bytes; what the server takes by default
constexpr std::chrono::seconds kSmallDifference{5};   // of two clocks

using std::chrono::steady_clock;

std::int64_t millis_since(steady_clock::time_point begin) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - begin).count();
}

bool is_gateway_failure(int status) {
  return status == 502 || status == 503 || status == 504;
}

Finding check_version(const std::string& server) {
  if (server == WALRUS_VERSION) return {"version", Verdict::kOk, "both are " + server, {}};
  return {"version", Verdict::kWarning,
          fmt::format("the server is {}, this program {}", server, WALRUS_VERSION),
          "Use a client of the server's version; most of it works across versions all the same."};
}

std::string mend_of_part(std::string_view part) {
  if (part == "store") {
    return "See the server's log for the reason; a full disk is the usual one. What was accepted "
           "is not lost.";
  }
  if (part == "sandbox") {
    return "Install bubblewrap and allow user namespaces (sysctl "
           "kernel.unprivileged_userns_clone=1; in a container, its seccomp profile). Until then "
           "files are read with less between them and the server.";
  }
  return "Wait for the server to come up, or see its log.";
}

void check_parts(const Reply& reply, Findings& findings) {
  auto body = object_of(reply);
  const json::object* parts = body ? find_object(*body, "parts") : nullptr;
  if (!parts) return findings.add(refused("ready", reply));
  for (const auto& [name, value] : *parts) {
    const json::object* part = value.if_object();
    if (!part) continue;
    std::string status = text_member(*part, "status");
    std::string detail = text_member(*part, "detail");
    Finding found{std::string(name), Verdict::kOk, status, {}};
    if (!detail.empty()) found.saw += ": " + detail;
    if (status != "ok") {
      found.verdict = status == "degraded" ? Verdict::kWarning : Verdict::kWrong;
      found.mend = mend_of_part(name);
    }
    findings.add(found);
  }
}

Finding check_clock(const Reply& reply) {
  auto theirs = net::parse_http_date(reply.header("date"));
  if (!theirs) return {"clock", Verdict::kSkipped, "the answer has no Date", {}};
  auto ours = std::chrono::system_clock::now();
  auto ahead = std::chrono::duration_cast<std::chrono::seconds>(*theirs - ours);
  if (std::chrono::abs(ahead) <= kSmallDifference) {
    return {"clock", Verdict::kOk, "the server's and this machine's agree", {}};
  }
  return {"clock", Verdict::kWarning,
          fmt::format("the server's is {} s {} this machine's", std::chrono::abs(ahead).count(),
                      ahead.count() > 0 ? "ahead of" : "behind"),
          "Let both machines set their clocks (systemd-timesyncd, chrony). Until then ages that "
          "are reckoned from updated_at are wrong by that."};
}

// The root is a page for who asks for one, and JSON for everybody else.
Finding check_accept(Client& client) {
  auto page = client.ask({.path = "/", .headers = {"Accept: text/html"}});
  if (!page) return wrong("accept", page.error().message);
  auto data = client.ask({.path = "/", .headers = {"Accept: application/json"}});
  if (!data) return wrong("accept", data.error().message);
  bool passes = page->header("content-type").starts_with("text/html") &&
                data->header("content-type").starts_with("application/json");
  if (passes) return {"accept", Verdict::kOk, "the Accept header reaches the server", {}};
  return wrong("accept", "the server answers as if Accept had not been sent",
               "A proxy takes the header away, or answers from a cache. Let it pass Accept on, and "
               "keep no answers: without it no chat is streamed.");
}

// Asks by a POST that changes nothing, as a page of this origin would.
Finding check_pages(Client& client, const std::string& url) {
  std::string origin = origin_of(url);
  auto reply = client.ask({.method = "POST",
                           .path = "/v1/documents/status",
                           .headers = {"Origin: " + origin},
                           .body = R"({"document_ids":["doctor"]})"});
  if (!reply) return wrong("pages", reply.error().message);
  if (reply->status == 403 && is_from_walrus(*reply)) {
    return wrong("pages",
                 fmt::format("pages of {} may only read: the server knows itself by "
                             "another name",
                             origin),
                 fmt::format("Let the proxy pass the Host header on (nginx: proxy_set_header Host "
                             "$http_host), or start the server with --cors-origins {}.",
                             origin));
  }
  if (reply->status != 200) return refused("pages", *reply);
  return {"pages", Verdict::kOk, fmt::format("pages of {} may use the API", origin), {}};
}

Finding check_origin(Client& client, const std::string& origin) {
  auto reply = client.ask({.method = "OPTIONS",
                           .path = "/v1/chat/",
                           .headers = {"Origin: " + origin, "Access-Control-Request-Method: POST",
                                       "Access-Control-Request-Headers: content-type"}});
  if (!reply) return wrong("cors", reply.error().message);
  if (reply->header("access-control-allow-origin") == origin) {
    return {"cors", Verdict::kOk, fmt::format("pages of {} may use the API", origin), {}};
  }
  return wrong("cors", fmt::format("pages of {} may not use the API", origin),
               fmt::format("Start the server with --cors-origins {}, spelled as the browser has it "
                           "in Origin (scheme, host and port, no path).",
                           origin));
}

Finding check_uploads(Client& client) {
  auto reply = client.announce_form("/v1/documents/", kLargestUpload);
  if (!reply) return wrong("uploads", reply.error().message);
  if (reply->status == 100 || reply->status == 0) {
    return {"uploads", Verdict::kOk, "50 MB are let in", {}};
  }
  if (reply->status != 413) return refused("uploads", *reply);
  if (is_from_walrus(*reply)) {
    return {"uploads", Verdict::kWarning, "the server takes less than 50 MB",
            "Where that is not meant, start it with a larger --max-upload."};
  }
  return wrong("uploads", "a proxy lets no 50 MB in (413)",
               "In nginx: 'client_max_body_size 51m;', which is 1m by default (docs/nginx.md).");
}

}  // namespace

Finding wrong(std::string check, std::string saw, std::string mend) {
  return {std::move(check), Verdict::kWrong, std::move(saw), std::move(mend)};
}

bool is_from_walrus(const Reply& reply) {
  return !reply.header("x-request-id").empty();
}

Finding refused(std::string check, const Reply& reply) {
  std::string saw = fmt::format("status {}: {}", reply.status, words_of(reply));
  if (is_gateway_failure(reply.status) && !is_from_walrus(reply)) {
    return wrong(std::move(check), fmt::format("a proxy answers with status {}", reply.status),
                 "It does not reach the server. Start the server, and compare the address in the "
                 "proxy's configuration with the port in the server's first log line.");
  }
  if (reply.status == 421) {
    return wrong(std::move(check), std::move(saw),
                 "Start the server with --allowed-hosts and the name in the URL.");
  }
  if (is_from_walrus(reply)) return wrong(std::move(check), std::move(saw));
  return wrong(std::move(check), std::move(saw),
               "Not Walrus but something before it answers so: look at the proxy's configuration "
               "and its log.");
}

std::string origin_of(const std::string& url) {
  auto parsed = net::Url::parse(url);
  return parsed ? parsed->origin() : std::string();
}

Finding check_server(Client& client, const std::string& url) {
  auto begin = steady_clock::now();
  auto reply = client.get("/");
  if (!reply) return wrong("server", reply.error().message);
  std::int64_t took = millis_since(begin);
  auto body = object_of(*reply);
  if (reply->status == 200 && body && text_member(*body, "name") == "walrus") {
    std::string few = reply->http_version == "HTTP/1.1"
                          ? " (which gives a browser six streams at once; HTTP/2 many)"
                          : "";
    return {"server",
            Verdict::kOk,
            fmt::format("Walrus {} answers at {} in {} ms by {}{}", text_member(*body, "version"),
                        url, took, reply->http_version, few),
            {}};
  }
  if (reply->status != 200) return refused("server", *reply);
  return wrong("server", fmt::format("something answers at {}, but it is not Walrus", url),
               "Check --url and WALRUS_URL, and where the proxy sends this name and path.");
}

Result<void> check_all(Client& client, const ServerQuestions& questions, Findings& findings) {
  auto health = client.get("/health");
  if (!health) return std::unexpected(health.error());
  auto body = object_of(*health);
  if (health->status != 200 || !body) {
    findings.add(refused("health", *health));
  } else {
    findings.add(check_version(text_member(*body, "version")));
    findings.add(check_clock(*health));
  }
  auto ready = client.get("/ready");
  if (!ready) return std::unexpected(ready.error());
  check_parts(*ready, findings);
  const std::function<Finding()> checks[] = {
      [&] { return check_accept(client); },
      [&] { return check_pages(client, questions.url); },
      [&] { return check_uploads(client); },
      [&] { return check_long_poll(client); },
      [&] { return check_web_socket(client, questions); },
  };
  for (const auto& check : checks) {
    findings.add(check());
    auto going_on = client.wait(std::chrono::milliseconds(0));
    if (!going_on) return going_on;
  }
  if (!questions.origin.empty()) findings.add(check_origin(client, questions.origin));
  Finding stream = check_stream(client, questions);
  findings.add(stream);
  if (stream.verdict != Verdict::kWrong && questions.heartbeat) {
    findings.add(check_heartbeat(client));
  }
  return client.wait(std::chrono::milliseconds(0));
}

}  // namespace walrus::cli
