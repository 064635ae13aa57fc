#include "net/http_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "testing/manual_loop.h"
#include "testing/scripted_http_server.h"

namespace walrus::net {
namespace {

using testing::chunk;
using testing::chunked_head;
using ::testing::HasSubstr;
using testing::last_chunk;
using testing::Script;
using testing::ScriptedHttpServer;
using testing::SeenRequest;
using testing::whole_reply;
using testing::Write;

class HttpClientTest : public ::testing::Test {
 protected:
  Result<ClientResponse> send(ClientRequest request, OnData on_data = {},
                              std::stop_token stop = {}) {
    return testing::run(loop_,
                        client_->send(std::move(request), std::move(stop), std::move(on_data)));
  }

  testing::ManualClock clock_;
  testing::ManualLoop loop_{clock_};
  Log log_ = Log::none();
  std::unique_ptr<HttpClient> client_ = std::make_unique<HttpClient>(log_);
};

TEST_F(HttpClientTest, SendsTheRequestAndGathersTheReply) {
  ScriptedHttpServer server([](const SeenRequest&) {
    return whole_reply(200, R"({"ok":true})", "application/json",
                       "X-Padded:   some value \r\nX-Empty:\r\n");
  });
  ClientRequest request{.method = "POST", .url = server.url("/v1/things?a=b"), .body = "{\"x\":1}"};
  request.headers = {
      {"Content-Type", "application/json"}, {"Authorization", "Bearer k"}, {"X-Nothing", ""}};
  auto response = send(request);
  ASSERT_TRUE(response) << response.error().detail;
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body, R"({"ok":true})");
  ASSERT_NE(response->header("x-padded"), nullptr);
  EXPECT_EQ(*response->header("x-padded"), "some value");
  ASSERT_NE(response->header("x-empty"), nullptr);
  EXPECT_EQ(*response->header("x-empty"), "");
  EXPECT_EQ(response->header("x-absent"), nullptr);

  SeenRequest seen = server.requests().at(0);
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.target, "/v1/things?a=b");
  EXPECT_EQ(seen.body, "{\"x\":1}");
  EXPECT_EQ(seen.header("content-type"), "application/json");
  EXPECT_EQ(seen.header("authorization"), "Bearer k");
  EXPECT_EQ(seen.header("expect"), "");
}

TEST_F(HttpClientTest, CallsNoBodyAFormAndWaitsForNoContinue) {
  ScriptedHttpServer server([](const SeenRequest&) { return whole_reply(200, ""); });
  auto response = send(
      {.method = "PUT", .url = server.url("/big"), .body = std::string(std::size_t{3} << 20, 'x')});
  ASSERT_TRUE(response);
  SeenRequest seen = server.requests().at(0);
  EXPECT_EQ(seen.method, "PUT");
  EXPECT_EQ(seen.body.size(), std::size_t{3} << 20);
  EXPECT_EQ(seen.header("content-type"), "");
  EXPECT_EQ(seen.header("expect"), "");
}

TEST_F(HttpClientTest, LeavesTheBytesOfABodyAsTheyCameWhereAskedTo) {
  ScriptedHttpServer server([](const SeenRequest&) {
    return whole_reply(200, "no gzip", "text/plain", "Content-Encoding: gzip\r\n");
  });
  auto response = send({.url = server.url("/"), .decodes_body = false});
  ASSERT_TRUE(response) << response.error().detail;
  EXPECT_EQ(response->body, "no gzip");
  EXPECT_EQ(server.requests().at(0).header("accept-encoding"), "");
}

// A server that closes a kept connection instead of answering may have done what it was asked.
TEST_F(HttpClientTest, SendsARequestOnceWhereItMust) {
  for (bool once : {false, true}) {
    ScriptedHttpServer server([](const SeenRequest& seen) -> Script {
      if (seen.target == "/write") return {testing::Close{}};
      return whole_reply(200, "");
    });
    ASSERT_TRUE(send({.url = server.url("/first")}));
    auto response =
        send({.method = "POST", .url = server.url("/write"), .body = "x", .sends_once = once});
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, ErrorCode::kUpstreamError);
    EXPECT_EQ(server.requests().size(), once ? 2U : 3U);
  }
}

TEST_F(HttpClientTest, GoesByTheUserAgentThatItIsGiven) {
  ScriptedHttpServer server([](const SeenRequest&) { return whole_reply(200, ""); });
  ClientRequest request{.url = server.url("/page#part")};
  ASSERT_TRUE(send(request));
  request.headers = {{"User-Agent", "WalrusBot/1.2"}};
  ASSERT_TRUE(send(request));
  EXPECT_EQ(server.requests().at(0).header("user-agent"), "walrus");
  EXPECT_EQ(server.requests().at(1).header("user-agent"), "WalrusBot/1.2");
  EXPECT_EQ(server.requests().at(1).target, "/page") << "a fragment is nobody's business";
}

TEST_F(HttpClientTest, TakesAHeadWithoutABody) {
  ScriptedHttpServer server([](const SeenRequest&) -> Script {
    return {Write{"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"}};
  });
  auto response = send({.method = "HEAD", .url = server.url("/")});
  ASSERT_TRUE(response) << response.error().detail;
  EXPECT_EQ(*response->header("content-length"), "99");
  EXPECT_EQ(response->body, "");
}

TEST_F(HttpClientTest, StreamsTheBodyInOrderOnTheHomeLoop) {
  unsigned seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  std::string body;
  Script script{chunked_head("text/plain")};
  for (int i = 0; i < 500; ++i) {
    std::string piece = "[" + std::to_string(i) + std::string(random() % 300, 'x') + "]";
    body += piece;
    script.emplace_back(chunk(piece));
  }
  script.emplace_back(last_chunk());
  ScriptedHttpServer server([&](const SeenRequest&) { return script; });

  auto home = std::this_thread::get_id();
  std::string streamed;
  bool always_home = true;
  auto response = send({.url = server.url("/")}, [&](std::string_view bytes) {
    EXPECT_FALSE(bytes.empty());
    always_home = always_home && std::this_thread::get_id() == home;
    streamed += bytes;
  });
  ASSERT_TRUE(response);
  EXPECT_EQ(streamed, body);
  EXPECT_TRUE(always_home);
  EXPECT_EQ(response->body, "");
}

TEST_F(HttpClientTest, DeliversAPieceBeforeTheNextIsSent) {
  auto gate = std::make_shared<testing::Gate>();
  ScriptedHttpServer server([&](const SeenRequest&) -> Script {
    return {chunked_head("text/plain"), chunk("first"), testing::AwaitGate{gate}, chunk("second"),
            last_chunk()};
  });
  std::vector<std::string> pieces;
  auto response = send({.url = server.url("/")}, [&](std::string_view bytes) {
    pieces.emplace_back(bytes);
    gate->open();  // only reached when the first piece came while the server still holds the second
  });
  ASSERT_TRUE(response);
  EXPECT_THAT(pieces, ::testing::ElementsAre("first", "second"));
}

TEST_F(HttpClientTest, GathersTheBodyOfAnErrorEvenWithACallback) {
  ScriptedHttpServer server(
      [](const SeenRequest&) { return whole_reply(429, "slow down", "text/plain"); });
  int calls = 0;
  auto response = send({.url = server.url("/")}, [&](std::string_view) { ++calls; });
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 429);
  EXPECT_EQ(response->body, "slow down");
  EXPECT_EQ(calls, 0);
}

TEST_F(HttpClientTest, FollowsNoRedirectAndKeepsNoCookie) {
  ScriptedHttpServer server([](const SeenRequest&) {
    return whole_reply(302, "", "text/plain", "Location: /elsewhere\r\nSet-Cookie: a=b\r\n");
  });
  for (int i = 0; i < 2; ++i) {
    auto response = send({.url = server.url("/")});
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 302);
  }
  ASSERT_EQ(server.requests().size(), 2U);
  EXPECT_EQ(server.requests()[1].header("cookie"), "");
}

TEST_F(HttpClientTest, IgnoresTheEnvironmentsProxies) {
  ScriptedHttpServer server([](const SeenRequest&) { return whole_reply(200, "direct"); });
  ScriptedHttpServer proxy(
      [](const SeenRequest&) { return whole_reply(200, "through the proxy"); });
  setenv("http_proxy", proxy.url("").c_str(), 1);
  setenv("ALL_PROXY", proxy.url("").c_str(), 1);
  auto response = send({.url = server.url("/")});
  unsetenv("http_proxy");
  unsetenv("ALL_PROXY");
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body, "direct");
  EXPECT_TRUE(proxy.requests().empty());
}

TEST_F(HttpClientTest, KeepsTheFinalHeadersAfterAnInterimReply) {
  ScriptedHttpServer server([](const SeenRequest&) -> Script {
    Script script = whole_reply(200, "final");
    script.insert(script.begin(), Write{"HTTP/1.1 103 Early Hints\r\nLink: </style>\r\n\r\n"});
    return script;
  });
  auto response = send({.url = server.url("/")});
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->header("link"), nullptr);
  EXPECT_EQ(response->body, "final");
}

TEST_F(HttpClientTest, RefusesWhatIsNoRequest) {
  ScriptedHttpServer server([](const SeenRequest&) { return whole_reply(200, ""); });
  std::string url = server.url("/");
  std::vector<ClientRequest> bad;
  bad.push_back({.method = "GET / HTTP/1.1\r\nX: y", .url = url});
  bad.push_back({.method = "", .url = url});
  bad.push_back({.url = url, .headers = {{"X", "a\r\nY: b"}}});
  bad.push_back({.url = url, .headers = {{"X\r\nY", "a"}}});
  bad.push_back({.url = url, .headers = {{"X", std::string("a\0b", 3)}}});
  bad.push_back({.url = "file:///etc/hostname"});
  bad.push_back({.url = "gopher://127.0.0.1:" + std::to_string(server.port()) + "/"});
  bad.push_back({.url = "http://"});
  bad.push_back({.url = ""});
  for (ClientRequest& request : bad) {
    auto response = send(request);
    ASSERT_FALSE(response) << request.url;
    EXPECT_EQ(response.error().code, ErrorCode::kUpstreamError) << request.url;
  }
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(HttpClientTest, SaysNoAddressInItsMessages) {
  int closed_port = 0;
  {
    ScriptedHttpServer gone([](const SeenRequest&) { return whole_reply(200, ""); });
    closed_port = gone.port();
  }
  auto response = send({.url = "http://127.0.0.1:" + std::to_string(closed_port) + "/secret-path"});
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::kUpstreamError);
  EXPECT_THAT(response.error().message, Not(HasSubstr("127.0.0.1")));
  EXPECT_THAT(response.error().message, Not(HasSubstr("secret-path")));
}

TEST_F(HttpClientTest, CarriesManyRequestsAtOnce) {
  constexpr int kCount = 100;
  auto gate = std::make_shared<testing::Gate>();
  ScriptedHttpServer server([&](const SeenRequest& seen) -> Script {
    Script script = whole_reply(200, seen.target);
    script.insert(script.begin(), testing::AwaitGate{gate});
    return script;
  });
  std::vector<std::optional<Result<ClientResponse>>> results(kCount);
  TaskGroup group(loop_, [](std::exception_ptr) { FAIL(); });
  auto one = [](HttpClient& client, ClientRequest request,
                std::optional<Result<ClientResponse>>& out) -> Task<void> {
    out.emplace(co_await client.send(std::move(request), {}));
  };
  for (int i = 0; i < kCount; ++i) {
    group.start(one(*client_, {.url = server.url("/" + std::to_string(i))}, results[i]));
  }
  ASSERT_TRUE(server.wait_for_requests(kCount));  // all are under way before any is answered
  gate->open();
  while (group.running() > 0) loop_.run_when_posted();
  for (int i = 0; i < kCount; ++i) {
    ASSERT_TRUE(results[i] && *results[i]) << i;
    EXPECT_EQ((*results[i])->body, "/" + std::to_string(i));
  }
}

}  // namespace
}  // namespace walrus::net
