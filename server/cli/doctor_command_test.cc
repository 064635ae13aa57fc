#include "base/time_format.h"
#include "cli/command.h"
#include "cli/commands_for_test.h"
#include "cli/operation_check.h"
#include "cli/server_checks.h"

namespace walrus::cli {
namespace {

const std::string kId = "01a20cda-4873-768f-83ec-56fbc4e7d2ee";
const std::string kOwn = "X-Request-Id: r\r\n";  // on every answer of Walrus itself

Script answer(int status, std::string_view body, std::string_view more = "") {
  return whole_reply(status, body, "application/json", kOwn + std::string(more));
}

Script stream(const std::vector<std::string>& pieces, std::string_view more = "") {
  std::string text = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n" + kOwn +
                     std::string(more) + "Transfer-Encoding: chunked\r\n\r\n";
  Script script{testing::Write{text}};
  for (const std::string& piece : pieces) script.emplace_back(testing::chunk(piece));
  script.emplace_back(testing::Hang());
  return script;
}

// A server that is well, and that nothing stands before.
Script well(const SeenRequest& request) {
  const std::string& target = request.target;
  if (target == "/" && has(request.header("accept"), "text/html"))
    return whole_reply(200, "<p>", "text/html");
  if (target == "/") return answer(200, R"({"name":"walrus","version":")" WALRUS_VERSION R"("})");
  if (target == "/health")
    return answer(200, R"({"status":"ok","version":")" WALRUS_VERSION R"("})");
  if (target == "/ready")
    return answer(200, R"({"status":"ready","parts":{"store":{"status":"ok"}}})");
  if (target == "/v1/documents/status") return answer(200, R"({"statuses":{}})");
  if (target == "/v1/documents/") return {testing::Write{"HTTP/1.1 100 Continue\r\n\r\n"}};
  if (target == "/v1/operations?limit=1")
    return answer(200, R"({"operations":[{"operation_id":"op-1","sequence":7}]})");
  if (target == "/v1/operations/op-1?wait=1&after=7")
    return {testing::Write{"HTTP/1.1 304 Not Modified\r\n" + kOwn + "\r\n"}};
  if (target == "/v1/ws") {
    return {testing::Write{"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"
                           "\x81\x0f{\"type\":\"pong\"}"},
            testing::Hang()};
  }
  if (target == "/v1/events") return stream({"retry: 1000\n\n", ": heartbeat\n\n"});
  return answer(404, R"({"detail":"Not there."})");
}

// `other` in the place of `well` for one target.
ScriptedHttpServer::Handler well_but(const std::string& target, const Script& other) {
  return
      [=](const SeenRequest& request) { return request.target == target ? other : well(request); };
}

Outcome examine(const ScriptedHttpServer& server, std::vector<std::string> more = {}) {
  std::vector<std::string> arguments{"doctor", "--url", server.url(""), "--data-dir", "/no/folder"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run(std::move(arguments));
}

json::object finding(const Outcome& outcome, std::string_view check) {
  for (const json::object& row : lines_of(outcome.out)) {
    if (text_member(row, "check") == check) return row;
  }
  ADD_FAILURE() << "no " << check << " in\n" << outcome.out << outcome.error;
  return {};
}

TEST(DoctorTest, OfAServerThatIsWellNothingIsWrong) {
  ScriptedHttpServer server(well);
  Outcome outcome = examine(server);
  EXPECT_EQ(outcome.code, kDone) << outcome.out << outcome.error;
  EXPECT_FALSE(has(outcome.out, "wrong")) << outcome.out;
  EXPECT_FALSE(has(outcome.out, "warning")) << outcome.out;
  for (const char* check : {"server", "version", "store", "accept", "pages", "uploads", "long-poll",
                            "websocket", "stream", "heartbeat"}) {
    EXPECT_TRUE(has(outcome.out, fmt::format("ok      {} ", check))) << check << outcome.out;
  }
}

TEST(DoctorTest, NoServerIsItsOwnExitCode) {
  Outcome outcome = run({"doctor", "--url", "http://127.0.0.1:1", "--data-dir", "/no/folder"});
  EXPECT_EQ(outcome.code, kUnreachable);
  EXPECT_TRUE(has(outcome.out, "wrong   server")) << outcome.out;
  EXPECT_TRUE(has(outcome.out, "walrus serve")) << outcome.out;
}

TEST(DoctorTest, SomethingElseThatAnswersIsNoServer) {
  ScriptedHttpServer server(well_but("/", whole_reply(200, "It works!", "text/html")));
  Outcome outcome = examine(server);
  EXPECT_EQ(outcome.code, kUnreachable);
  EXPECT_TRUE(has(outcome.out, "it is not Walrus")) << outcome.out;
  ScriptedHttpServer gateway(well_but("/", whole_reply(502, "Bad Gateway", "text/html")));
  Outcome away = examine(gateway, {"--json"});
  EXPECT_EQ(away.code, kUnreachable);
  EXPECT_TRUE(has(text_member(finding(away, "server"), "mend"), "Start the server"));
}

TEST(DoctorTest, AForeignHostIsMendedByAllowedHosts) {
  ScriptedHttpServer server(well_but("/", answer(421, R"({"detail":"Not for that Host."})")));
  EXPECT_TRUE(
      has(text_member(finding(examine(server, {"--json"}), "server"), "mend"), "--allowed-hosts"));
}

// A check, what stands in the server's place, and what is said to mend it.
struct Fault {
  const char* check;
  const char* target;
  Script answer;
  const char* verdict;
  const char* mend;
};

class DoctorFaultTest : public ::testing::TestWithParam<Fault> {};

TEST_P(DoctorFaultTest, IsNamedWithWhatMendsIt) {
  const Fault& fault = GetParam();
  ScriptedHttpServer server(well_but(fault.target, fault.answer));
  Outcome outcome = examine(server, {"--json", "--no-wait", "--origin", "https://a.example"});
  json::object found = finding(outcome, fault.check);
  EXPECT_EQ(text_member(found, "verdict"), fault.verdict) << outcome.out;
  EXPECT_TRUE(has(text_member(found, "mend"), fault.mend)) << outcome.out;
  EXPECT_EQ(outcome.code, kFailed) << "of no cors, if of nothing else";
}

INSTANTIATE_TEST_SUITE_P(
    All, DoctorFaultTest,
    ::testing::Values(
        Fault{"version", "/health", answer(200, R"({"version":"9.9.9"})"), "warning", "version"},
        Fault{"clock", "/health",
              answer(200, R"({"version":"1"})", "Date: Mon, 15 Jan 2024 10:30:45 GMT\r\n"),
              "warning", "clocks"},
        Fault{"store", "/ready",
              answer(503, R"({"parts":{"store":{"status":"unavailable","detail":"Full."}}})"),
              "wrong", "disk"},
        Fault{"sandbox", "/ready",
              answer(200, R"({"parts":{"sandbox":{"status":"degraded","detail":"no network"}}})"),
              "warning", "bubblewrap"},
        Fault{"pages", "/v1/documents/status", answer(403, R"({"detail":"Other origins."})"),
              "wrong", "Host $http_host"},
        Fault{"pages", "/v1/documents/status", answer(401, R"({"detail":"A key."})"), "wrong", ""},
        Fault{"uploads", "/v1/documents/", whole_reply(413, "<h1>", "text/html"), "wrong",
              "client_max_body_size"},
        Fault{"uploads", "/v1/documents/", answer(413, R"({"detail":"Too large."})"), "warning",
              "--max-upload"},
        Fault{"long-poll", "/v1/operations/op-1?wait=1&after=7", whole_reply(504, "", "text/html"),
              "wrong", "proxy"},
        Fault{"websocket", "/v1/ws", answer(426, R"({"detail":"Upgrade."})"), "wrong",
              "proxy_http_version 1.1"},
        Fault{"websocket", "/v1/ws", answer(403, R"({"detail":"Other origins."})"), "wrong",
              "Host $http_host"},
        Fault{"websocket", "/v1/ws",
              Script{testing::Write{"HTTP/1.1 101 OK\r\n\r\n"}, testing::Close()}, "wrong",
              "upgrade"},
        Fault{"cors", "/v1/chat/", answer(404, "{}"), "wrong", "--cors-origins https://a.example"},
        Fault{"stream", "/v1/events", stream({"retry: 1\n\n"}, "Content-Encoding: gzip\r\n"),
              "warning", "gzip_types"},
        Fault{"stream", "/v1/events", whole_reply(200, "", "text/html"), "wrong", "proxy"}));

TEST(DoctorTest, AStreamThatIsHeldBackIsNamed) {
  Script held = stream({}, "Server: nginx/1.22.1\r\n");
  ScriptedHttpServer server(well_but("/v1/events", held));
  Client client({.url = server.url(""), .api_key = {}});
  Finding found = check_stream(
      client, {.url = server.url(""), .origin = {}, .silence = std::chrono::milliseconds(50)});
  EXPECT_EQ(found.verdict, Verdict::kWrong);
  EXPECT_TRUE(has(found.saw, "held back")) << found.saw;
  EXPECT_TRUE(has(found.mend, "proxy_buffering off")) << found.mend;
}

TEST(DoctorTest, AStreamThatIsCutOffIsNoHeartbeat) {
  ScriptedHttpServer server(well_but("/v1/events", stream_of({})));
  Client client({.url = server.url(""), .api_key = {}});
  Finding found = check_heartbeat(client);
  EXPECT_EQ(found.verdict, Verdict::kWrong);
  EXPECT_TRUE(has(found.mend, "proxy_read_timeout")) << found.mend;
}

TEST(DoctorTest, AProxyThatTakesAcceptAwayIsNamed) {
  ScriptedHttpServer server([](SeenRequest request) {
    std::erase_if(request.headers, [](const auto& header) { return header.first == "accept"; });
    return well(request);
  });
  Outcome outcome = examine(server, {"--json"});
  EXPECT_EQ(text_member(finding(outcome, "accept"), "verdict"), "wrong");
  EXPECT_EQ(outcome.code, kFailed);
}

TEST(DoctorTest, AsksAsAPageOfTheServerWould) {
  ScriptedHttpServer server(well);
  examine(server, {"--api-key", "wk_1"});
  int with_origin = 0;
  for (const SeenRequest& request : server.requests()) {
    EXPECT_EQ(request.header("authorization"), "Bearer wk_1") << request.target;
    if (request.header("origin") == server.url("")) ++with_origin;
    if (request.target == "/v1/events" && !request.header("accept-encoding").empty()) {
      EXPECT_TRUE(has(request.header("accept-encoding"), "gzip"));
    }
  }
  EXPECT_EQ(with_origin, 2) << "a POST and the WebSocket";
}

// --- One operation

json::object operation_finding(const std::string& status, const std::string& more = "") {
  ScriptedHttpServer server([&](const SeenRequest& request) {
    if (request.target == "/v1/documents/" + kId + "/status")
      return status.empty() ? answer(404, "{}") : answer(200, status, more);
    return well(request);
  });
  return finding(examine(server, {"--json", kId}), "operation");
}

std::string running(const std::string& step, std::string_view metadata = "{}") {
  return fmt::format(
      R"({{"operation_id":"op-1","processing_status":"processing","processing_step":"{}",)"
      R"("progress_percentage":75,"status_message":"On it","status_metadata":{},)"
      R"("updated_at":"2024-01-15T10:30:45.000Z"}})",
      step, metadata);
}

// An answer so many seconds after the status in it.
std::string date(int seconds) {
  return fmt::format("Date: Mon, 15 Jan 2024 10:{:02}:{:02} GMT\r\n", 30 + (45 + seconds) / 60,
                     (45 + seconds) % 60);
}

TEST(DoctorOperationTest, AnUnknownIdHasThreeReasons) {
  std::string mend = text_member(operation_finding(""), "mend");
  for (const char* reason : {"the id is wrong", "does not exist yet", "it is gone"}) {
    EXPECT_TRUE(has(mend, reason)) << mend;
  }
}

TEST(DoctorOperationTest, AQueuedOneStandsAtItsPlace) {
  json::object found =
      operation_finding(running("validating", R"({"queue_position":4})"), date(600));
  EXPECT_EQ(text_member(found, "verdict"), "ok");
  EXPECT_TRUE(has(text_member(found, "saw"), "place 4")) << text_member(found, "saw");
}

TEST(DoctorOperationTest, ASilentOneIsMeasuredByItsStep) {
  json::object busy = operation_finding(running("creating_embeddings"), date(59));
  EXPECT_EQ(text_member(busy, "verdict"), "ok");
  EXPECT_TRUE(has(text_member(busy, "saw"), "last heard of 59 s ago")) << text_member(busy, "saw");
  json::object stuck = operation_finding(running("creating_embeddings"), date(61));
  EXPECT_EQ(text_member(stuck, "verdict"), "wrong");
  EXPECT_TRUE(has(text_member(stuck, "mend"), "log")) << text_member(stuck, "mend");
  EXPECT_EQ(text_member(operation_finding(running("extracting_text"), date(61)), "verdict"), "ok");
}

TEST(DoctorOperationTest, OfOthersPipelinesItNamesTheirOwnLimit) {
  json::object found = operation_finding(running("load"), date(600));
  EXPECT_EQ(text_member(found, "verdict"), "ok");
  EXPECT_TRUE(has(text_member(found, "mend"), "timeout_seconds"));
}

TEST(DoctorOperationTest, AFailedOneSaysWhetherAgainCanHelp) {
  std::string again = kFailedStatus;
  again.replace(again.find(R"("retryable":false)"), 17, R"("retryable":true)");
  EXPECT_TRUE(has(text_member(operation_finding(again), "mend"), "walrus retry " + kId));
  json::object never = operation_finding(kFailedStatus);
  EXPECT_EQ(text_member(never, "verdict"), "wrong");
  EXPECT_TRUE(has(text_member(never, "saw"), "The PDF has a password.")) << never;
  EXPECT_FALSE(has(text_member(never, "mend"), "walrus retry"));
}

TEST(DoctorOperationTest, ACompletedOneIsWell) {
  EXPECT_EQ(text_member(operation_finding(kCompleted), "verdict"), "ok");
}

}  // namespace
}  // namespace walrus::cli
