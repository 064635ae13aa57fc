#include "http/server.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <future>
#include <random>
#include <stdexcept>

#include "base/ids.h"
#include "http/server_fixture.h"

namespace walrus::http {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST_F(ServerTest, AnswersAndKeepsTheConnection) {
  server_.start();
  Client client = server_.connect();
  for (int i = 0; i < 3; ++i) {
    Reply reply = client.ask(get("/echo/?a=b"));
    EXPECT_EQ(reply.status, 200);
    EXPECT_THAT(reply.head, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_EQ(reply.body, "GET /echo?a=b 127.0.0.1 ");
    EXPECT_EQ(reply.field("Content-Type"), "text/plain; charset=utf-8");
    EXPECT_THAT(reply.field("Date"), testing::EndsWith("GMT"));
    EXPECT_EQ(reply.field("Connection"), "");
  }
  EXPECT_EQ(client.ask(get("/names/caf%C3%A9")).body, "caf\xc3\xa9");
  EXPECT_EQ(client.ask(get("/sleepy")).body, "woke up");
}

TEST_F(ServerTest, ListensOnBothLoopbacksWithOnePort) {
  server_.start();
  Client client(server_.server->port(), "::1");
  EXPECT_EQ(client.ask(get("/echo")).body, "GET /echo? ::1 ");
}

TEST_F(ServerTest, SaysThatAPortIsTaken) {
  server_.start();
  TestServer other;
  Log log = Log::none();
  Server second({other.loops[0].get()}, Router(), {}, {}, other.uploads, log, other.metrics);
  Result<void> listening = second.listen({{"127.0.0.1", server_.server->port()}});
  ASSERT_FALSE(listening);
  EXPECT_THAT(listening.error().message, HasSubstr("another program"));
  EXPECT_THAT(listening.error().message, HasSubstr(std::to_string(server_.server->port())));
  listening = second.listen({{"not an address", 0}});
  ASSERT_FALSE(listening);
  EXPECT_THAT(listening.error().message, HasSubstr("not an IP address"));
  listening = second.listen({{"192.0.2.1", 0}});
  ASSERT_FALSE(listening);
  EXPECT_THAT(listening.error().message, HasSubstr("no such address"));
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrder) {
  server_.start();
  Client client = server_.connect();
  std::string requests;
  for (int i = 0; i < 100; ++i) {
    std::string path = i % 10 == 3 ? "/sleepy" : fmt::format("/names/n{}", i);
    requests += i % 7 == 5 ? post("/echo", "application/json", "{}") : get(path);
  }
  client.send(requests);
  for (int i = 0; i < 100; ++i) {
    std::string body = client.read_reply().body;
    std::string wanted = i % 10 == 3 ? "woke up" : fmt::format("n{}", i);
    EXPECT_EQ(body, i % 7 == 5 ? "POST /echo? 127.0.0.1 {}" : wanted) << i;
  }
}

TEST_F(ServerTest, ReadsRequestsByteByByte) {
  server_.start();
  Client client = server_.connect();
  for (char c : post("/echo", "application/json", "[1]")) client.send(std::string_view(&c, 1));
  EXPECT_EQ(client.read_reply().body, "POST /echo? 127.0.0.1 [1]");
}

TEST_F(ServerTest, SpeaksHttp10) {
  server_.start();
  Client client = server_.connect();
  client.send("GET /echo HTTP/1.0\r\n\r\n");
  Reply reply = client.read_reply();
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.field("Connection"), "close");
  EXPECT_TRUE(client.ended());
  Client keeps = server_.connect();
  reply = keeps.ask("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(reply.field("Connection"), "keep-alive");
  EXPECT_EQ(keeps.ask("GET / HTTP/1.0\r\n\r\n").body, "hello");
}

TEST_F(ServerTest, ClosesWhenAskedTo) {
  server_.start();
  Client client = server_.connect();
  EXPECT_EQ(client.ask(get("/", "Connection: close\r\n")).field("Connection"), "close");
  EXPECT_TRUE(client.ended());
}

TEST_F(ServerTest, HeadHasTheSameHeadersAndNoBody) {
  server_.start();
  Client client = server_.connect();
  Reply with = client.ask(get("/", "X-Request-Id: x\r\n"));
  client.send("HEAD / HTTP/1.1\r\nHost: h\r\nX-Request-Id: x\r\n\r\n");
  Reply without = client.read_reply(true);
  EXPECT_EQ(without.field("Content-Length"), "5");
  EXPECT_EQ(without.status, 200);
  EXPECT_EQ(without.field("Content-Type"), with.field("Content-Type"));
  client.send("HEAD /none HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(client.read_reply(true).status, 405);
  EXPECT_EQ(client.ask(get("/")).body, "hello");
}

TEST_F(ServerTest, SaysNotFoundAndNotAllowed) {
  server_.start();
  Client client = server_.connect();
  EXPECT_THAT(client.ask(get("/nowhere")).body, StartsWith("not_found 404"));
  Reply reply = client.ask("PUT /echo HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(reply.body, StartsWith("method_not_allowed 405"));
  EXPECT_EQ(reply.field("Allow"), "GET, HEAD, OPTIONS, POST");
  reply = client.ask("OPTIONS /echo HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(reply.status, 204);
  EXPECT_EQ(reply.field("Allow"), "GET, HEAD, OPTIONS, POST");
  EXPECT_EQ(reply.field("Content-Length"), "");
  EXPECT_EQ(client.ask("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n").status, 204);
  EXPECT_EQ(client.ask("OPTIONS /nowhere HTTP/1.1\r\nHost: h\r\n\r\n").status, 404);
  EXPECT_THAT(client.ask(get("/names/%ff")).body, StartsWith("bad_request 400"));
  EXPECT_EQ(client.ask(get("/")).body, "hello");
}

TEST_F(ServerTest, TakesTheRequestIdOrMakesOne) {
  server_.start();
  Client client = server_.connect();
  EXPECT_EQ(client.ask(get("/", "x-request-id: a.B_9-z\r\n")).field("X-Request-Id"), "a.B_9-z");
  for (std::string bad :
       {std::string("a b"), std::string("a<b"), std::string(129, 'x'), std::string()}) {
    std::string id = client.ask(get("/", "X-Request-Id: " + bad + "\r\n")).field("X-Request-Id");
    EXPECT_TRUE(is_uuid(id)) << id;
  }
  EXPECT_TRUE(is_uuid(client.ask(get("/nowhere")).field("X-Request-Id")));
}

TEST_F(ServerTest, TheGateAnswersBeforeTheBody) {
  server_.hooks.gate = [](const Request& request) -> std::optional<Response> {
    if (request.headers.get("X-Key")) return std::nullopt;
    return Response::text(401, "route " + std::string(request.route));
  };
  server_.start();
  Client client = server_.connect();
  EXPECT_EQ(client.ask(post("/echo", "text/wrong", "{}")).body, "route /echo");
  EXPECT_EQ(client.ask(get("/nowhere")).status, 401);
  EXPECT_EQ(client.ask(post("/echo", "application/json", "{}", "X-Key: 1\r\n")).status, 200);
  // Its body never comes: the answer must not wait for it, and the connection ends.
  Reply reply = client.ask(
      "POST /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\n");
  EXPECT_EQ(reply.status, 401);
  EXPECT_EQ(reply.field("Connection"), "close");
  EXPECT_TRUE(client.ended());
}

TEST_F(ServerTest, FinishTouchesEveryResponse) {
  std::atomic<int> finished = 0;
  server_.hooks.finish = [&](const Request& request, Response& response) {
    ++finished;
    response.headers.set("X-Finish", request.method + std::to_string(response.status));
  };
  server_.start();
  Client client = server_.connect();
  EXPECT_EQ(client.ask(get("/")).field("X-Finish"), "GET200");
  EXPECT_EQ(client.ask(get("/nowhere")).field("X-Finish"), "GET404");
  EXPECT_EQ(client.ask(get("/broken")).field("X-Finish"), "GET500");
  EXPECT_EQ(client.ask("nonsense\r\n\r\n").field("X-Finish"), "400");
  EXPECT_EQ(finished, 4);
}

TEST_F(ServerTest, AnExceptionIsA500AndNoMore) {
  server_.start();
  Client client = server_.connect();
  for (std::string_view path : {"/broken", "/broken-later"}) {
    Reply reply = client.ask(get(path));
    EXPECT_THAT(reply.body, StartsWith("internal_error 500"));
    EXPECT_THAT(reply.body, Not(HasSubstr("secret")));
  }
  EXPECT_EQ(client.ask(get("/")).body, "hello");
}

TEST_F(ServerTest, ChecksContentTypes) {
  server_.start();
  Client client = server_.connect();
  EXPECT_EQ(client.ask(post("/echo", "application/json; charset=utf-8", "{}")).status, 200);
  EXPECT_EQ(client.ask(post("/echo", "Application/JSON", "{}")).status, 200);
  for (std::string_view type : {"text/plain", "application/jsonx", "application/problem+json", "",
                                "application/x-www-form-urlencoded", "application/json; x"}) {
    EXPECT_THAT(client.ask(post("/echo", type, "{}")).body,
                StartsWith("unsupported_media_type 415"))
        << type;
  }
  EXPECT_EQ(client.ask("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}").status,
            415);
  EXPECT_EQ(client.ask("POST /none HTTP/1.1\r\nHost: h\r\n\r\n").status, 200);
  EXPECT_EQ(client.ask("POST /none HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n").status, 200);
  EXPECT_EQ(
      client.ask("POST /none HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
          .status,
      200);
  EXPECT_THAT(client.ask(post("/none", "text/plain", "x")).body,
              StartsWith("payload_too_large 413"));
  EXPECT_EQ(client.ask(get("/")).body, "hello");
}

TEST_F(ServerTest, AnswersExpectations) {
  server_.start();
  Client client = server_.connect();
  client.send(
      "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nExpect: 100-Continue\r\n"
      "Content-Length: 2\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("{}");
  EXPECT_EQ(client.read_reply().body, "POST /echo? 127.0.0.1 {}");
  // A body that came along needs no invitation.
  EXPECT_EQ(client.ask(post("/echo", "application/json", "{}", "Expect: 100-continue\r\n")).status,
            200);
  EXPECT_EQ(client.ask(get("/", "Expect: tea\r\n")).status, 417);
}

TEST_F(ServerTest, ReadsChunkedBodies) {
  server_.start();
  Client client = server_.connect();
  std::string head =
      "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
      "Transfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(client.ask(head + "2\r\n[1\r\n1\r\n]\r\n0\r\n\r\n").body, "POST /echo? 127.0.0.1 [1]");
  EXPECT_EQ(client.ask(get("/")).body, "hello");
}

TEST_F(ServerTest, RunsAHandlerToItsEndWhenTheClientLeaves) {
  server_.start();
  {
    Client client = server_.connect();
    client.send(get("/hold"));
    ASSERT_TRUE(eventually([&] { return held_.started == 1; }));
  }
  let_go();
  EXPECT_TRUE(eventually([&] { return held_.ended == 1; }));
  EXPECT_TRUE(eventually([&] { return server_.metric("walrus_http_connections") == "0"; }));
}

Task<Response> send_file(std::filesystem::path path, std::uint64_t size, Request) {
  Response response = Response::text(200, "");
  response.file = FileBody{path, size};
  co_return response;
}

TEST_F(ServerTest, SendsFiles) {
  std::filesystem::path path = server_.uploads / "file";
  std::string content(5'000'000, 'x');
  for (std::size_t i = 0; i < content.size(); ++i) content[i] = static_cast<char>(i * 7 + i / 251);
  std::ofstream(path, std::ios::binary) << content;
  auto handler = [](std::filesystem::path file, std::uint64_t size) {
    return [file, size](Request request) { return send_file(file, size, std::move(request)); };
  };
  server_.add("GET", "/file", BodyKind::kNone, handler(path, content.size()));
  server_.add("GET", "/missing", BodyKind::kNone, handler(server_.uploads / "secret", 5));
  server_.add("GET", "/short", BodyKind::kNone, handler(path, content.size() + 1));
  server_.start();
  Client client = server_.connect();
  Reply reply = client.ask(get("/file"));
  EXPECT_EQ(reply.field("Content-Length"), "5000000");
  EXPECT_TRUE(reply.body == content);
  client.send("HEAD /file HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(client.read_reply(true).field("Content-Length"), "5000000");
  reply = client.ask(get("/missing"));
  EXPECT_THAT(reply.body, StartsWith("internal_error 500"));
  EXPECT_THAT(reply.body, Not(HasSubstr("secret")));
  // Shorter than promised: only closing tells the client.
  client.send(get("/short"));
  EXPECT_THAT(client.read_until("\r\n\r\n"), HasSubstr("Content-Length: 5000001"));
  EXPECT_EQ(client.read_to_end().size(), content.size());
}

Task<Response> large(Request) {
  co_return Response::text(200, std::string(8'000'000, 'y'));
}

TEST_F(ServerTest, SendsMoreThanTheKernelTakesAtOnce) {
  server_.add("GET", "/large", BodyKind::kNone, large);
  server_.start();
  Client client = server_.connect();
  client.send(get("/large") + get("/"));
  EXPECT_EQ(client.read_reply().body.size(), 8'000'000u);
  EXPECT_EQ(client.read_reply().body, "hello");
}

TEST_F(ServerTest, CountsByRoute) {
  server_.start();
  Client client = server_.connect();
  client.ask(get("/names/a"));
  client.ask(get("/names/b"));
  client.ask(get("/nowhere"));
  client.ask(get("/broken"));
  client.ask(get("/"));  // a request is counted after its answer went out, before the next is read
  auto requests = [this](std::string_view labels) {
    return server_.metric(fmt::format("walrus_http_requests_total{{{}}}", labels));
  };
  EXPECT_EQ(requests(R"(route="/names/{name}",method="GET",status="2xx")"), "2");
  EXPECT_EQ(requests(R"(route="unmatched",method="any",status="4xx")"), "1");
  EXPECT_EQ(requests(R"(route="/broken",method="GET",status="5xx")"), "1");
  EXPECT_EQ(server_.metric("walrus_http_connections"), "1");
  EXPECT_EQ(
      server_.metric(
          R"(walrus_http_request_duration_seconds_count{route="/names/{name}",method="GET"})"),
      "2");
}

TEST_F(ServerTest, AHandlerThatWaitsIsToldWhenItsClientIsGone) {
  server_.start();
  Client leaves = server_.connect();
  leaves.send(get("/wait-for-end"));
  ASSERT_TRUE(eventually([&] { return held_.started == 1; }));
  leaves.close();
  EXPECT_TRUE(eventually([&] { return held_.ended == 1; }));
  // One that sends its next request has not left.
  Client stays = server_.connect();
  stays.send(get("/hold") + get("/"));
  ASSERT_TRUE(eventually([&] { return held_.started == 2; }));
  let_go();
  EXPECT_EQ(stays.read_reply().body, "let go");
  EXPECT_EQ(stays.read_reply().body, "hello");
}

}  // namespace
}  // namespace walrus::http
