// Time, size, stopping and broken servers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/http_client.h"
#include "testing/manual_loop.h"
#include "testing/scripted_http_server.h"

namespace walrus::net {
namespace {

using namespace std::chrono_literals;
using testing::chunk;
using testing::chunked_head;
using testing::Close;
using testing::Hang;
using testing::last_chunk;
using testing::Reset;
using testing::Script;
using testing::ScriptedHttpServer;
using testing::SeenRequest;
using testing::whole_reply;
using testing::Write;

class HttpClientLimitsTest : public ::testing::Test {
 protected:
  Result<ClientResponse> send(ClientRequest request, OnData on_data = {},
                              std::stop_token stop = {}) {
    return testing::run(loop_,
                        client_->send(std::move(request), std::move(stop), std::move(on_data)));
  }
  // Plays `script` to a request with the given changes.
  Result<ClientResponse> play(Script script, ClientRequest request = {}, OnData on_data = {}) {
    ScriptedHttpServer server([&](const SeenRequest&) { return script; });
    request.url = server.url("/");
    return send(std::move(request), std::move(on_data));
  }

  testing::ManualClock clock_;
  testing::ManualLoop loop_{clock_};
  Log log_ = Log::none();
  std::unique_ptr<HttpClient> client_ = std::make_unique<HttpClient>(log_);
};

void expect_error(const Result<ClientResponse>& response, ErrorCode code, std::string_view detail) {
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, code) << response.error().detail;
  EXPECT_THAT(response.error().detail, ::testing::HasSubstr(detail));
}

TEST_F(HttpClientLimitsTest, TimesOutWaitingForTheFirstByte) {
  expect_error(play({Hang{}}, {.first_byte_timeout = 50ms}), ErrorCode::kTimeout, "first byte");
}

TEST_F(HttpClientLimitsTest, TimesOutWhenTheReplyStalls) {
  std::string streamed;
  auto response = play({chunked_head("text/plain"), chunk("begun"), Hang{}},
                       {.idle_timeout = 100ms}, [&](std::string_view bytes) { streamed += bytes; });
  expect_error(response, ErrorCode::kTimeout, "idle");
  EXPECT_EQ(streamed, "begun");  // what had come was handed over before the end
}

TEST_F(HttpClientLimitsTest, TimesOutAltogetherHoweverBusyTheReply) {
  auto response = play({chunked_head("text/plain"), chunk("x"), Hang{}}, {.total_timeout = 80ms});
  expect_error(response, ErrorCode::kTimeout, "total");
}

TEST_F(HttpClientLimitsTest, TimesOutConnecting) {
  // A TLS handshake that is never answered: connected, and yet not ready for a request.
  ScriptedHttpServer server([](const SeenRequest&) -> Script { return {Hang{}}; });
  ClientRequest request{.url = "https://127.0.0.1:" + std::to_string(server.port()) + "/"};
  request.connect_timeout = 50ms;
  expect_error(send(request), ErrorCode::kTimeout, "connect");
}

TEST_F(HttpClientLimitsTest, CallsBrokenRepliesUpstreamErrors) {
  const std::vector<Script> broken{
      {Close{}},
      {Reset{}},
      {Write{"SSH-2.0-OpenSSH_9\r\n"}, Close{}},
      {Write{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort"}, Close{}},
      {Write{"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"}, Close{}},
      {chunked_head("text/plain"), chunk("half"), Close{}},
      {chunked_head("text/plain"), chunk("half"), Reset{}},
      {chunked_head("text/plain"), Write{"zz\r\nnot hex\r\n"}, Close{}},
      {Write{"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nplain"},
       Close{}},
  };
  for (std::size_t i = 0; i < broken.size(); ++i) {
    auto response = play(broken[i]);
    ASSERT_FALSE(response) << i;
    EXPECT_EQ(response.error().code, ErrorCode::kUpstreamError) << i;
  }
}

// Nobody wants the body, so that nothing about it can be wrong.
TEST_F(HttpClientLimitsTest, TakesTheHeadForTheAnswerWhereTheBodyIsDiscarded) {
  const std::vector<Script> answered{
      {Write{"HTTP/1.1 202 Accepted\r\nContent-Length: 10\r\n\r\nshort"}, Close{}},
      {Write{"HTTP/1.1 202 Accepted\r\nContent-Length: 10\r\n\r\n"}, Hang{}},
      {chunked_head("text/plain", 202), chunk("half"), Reset{}},
      {chunked_head("text/plain", 202), Write{"zz\r\nnot hex\r\n"}, Close{}},
      {Write{"HTTP/1.1 202 Accepted\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nplain"},
       Close{}},
      {Write{"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 202 Accepted\r\n\r\n"}, Hang{}},
      whole_reply(202, std::string(1000, 'b')),
  };
  for (std::size_t i = 0; i < answered.size(); ++i) {
    auto response = play(answered[i],
                         {.total_timeout = 200ms, .max_bytes = 100, .body_use = BodyUse::kDiscard});
    ASSERT_TRUE(response) << i << response.error().detail;
    EXPECT_EQ(response->status, 202) << i;
    EXPECT_TRUE(response->body.empty()) << i;
  }
}

TEST_F(HttpClientLimitsTest, TakesNothingLessThanAWholeHeadForTheAnswer) {
  const std::vector<Script> unanswered{
      {Write{"HTTP/1.1 202 Accepted\r\nContent-Length: 10\r\n"}, Reset{}},
      {Write{"HTTP/1.1 202 Accepted\r\nContent-Length: 10\r\n"}, Hang{}},
      {Write{"HTTP/1.1 103 Early Hints\r\n\r\n"}, Close{}},
  };
  for (std::size_t i = 0; i < unanswered.size(); ++i) {
    ClientRequest request{.total_timeout = 200ms, .body_use = BodyUse::kDiscard};
    EXPECT_FALSE(play(unanswered[i], std::move(request))) << i;
  }
}

TEST_F(HttpClientLimitsTest, HoldsTheBodyToItsLimit) {
  std::string body(1000, 'b');
  EXPECT_TRUE(play(whole_reply(200, body), {.max_bytes = 1000}));
  expect_error(play(whole_reply(200, body), {.max_bytes = 999}), ErrorCode::kUpstreamError,
               "over 999 bytes");
  expect_error(play(whole_reply(500, body), {.max_bytes = 999}), ErrorCode::kUpstreamError,
               "over 999 bytes");
}

TEST_F(HttpClientLimitsTest, GathersTheBeginningOfAnEndlessBody) {
  Script script{chunked_head("text/plain"), chunk("0123456789"), chunk("0123456789"), Hang{}};
  auto response = play(script, {.max_bytes = 15, .body_use = BodyUse::kGatherBeginning});
  ASSERT_TRUE(response) << response.error().detail;
  EXPECT_EQ(response->body, "012345678901234");
  response =
      play(whole_reply(200, "whole"), {.max_bytes = 5, .body_use = BodyUse::kGatherBeginning});
  ASSERT_TRUE(response) << response.error().detail;
  EXPECT_EQ(response->body, "whole");
}

TEST_F(HttpClientLimitsTest, TakesNoBodyThatIsNotWanted) {
  Script script{chunked_head("video/mp4"), chunk("frame"), Hang{}};
  ClientRequest request;
  request.wants_body = [](const ClientResponse& head) {
    return *head.header("content-type") != "video/mp4";
  };
  auto response = play(script, request);
  ASSERT_TRUE(response) << response.error().detail;
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body, "");
  EXPECT_EQ(play(whole_reply(200, "{}"), request)->body, "{}");
}

TEST_F(HttpClientLimitsTest, HoldsAStreamToItsLimit) {
  Script script{chunked_head("text/plain")};
  for (int i = 0; i < 50; ++i) script.emplace_back(chunk(std::string(100, 'b')));
  script.emplace_back(Hang{});
  std::size_t streamed = 0;
  auto response =
      play(script, {.max_bytes = 1000}, [&](std::string_view bytes) { streamed += bytes.size(); });
  expect_error(response, ErrorCode::kUpstreamError, "over 1000 bytes");
  EXPECT_LE(streamed, 1000U);
}

TEST_F(HttpClientLimitsTest, CountsDecodedBytes) {
  // 100,000 zeros in gzip: the limit holds what comes out, not the 132 bytes that go in.
  constexpr char kBomb[] =
      "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xed\xc1\x31\x01\x00\x00\x00\xc2\xa0\xf5\x4f"
      "\x6d\x0d\x0f\xa0\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
      "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
      "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
      "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
      "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80\x57\x03\x7d\x95"
      "\x11\xd4\xa0\x86\x01\x00";
  std::string bomb(kBomb, sizeof kBomb - 1);
  auto response = play({Write{"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " +
                              std::to_string(bomb.size()) + "\r\n\r\n" + bomb}},
                       {.max_bytes = 200});
  expect_error(response, ErrorCode::kUpstreamError, "over 200 bytes");
}

TEST_F(HttpClientLimitsTest, HoldsTheHeadersToTheirLimit) {
  std::string head = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 100; ++i)
    head += "X-" + std::to_string(i) + ": " + std::string(1000, 'h') + "\r\n";
  expect_error(play({Write{head + "Content-Length: 0\r\n\r\n"}}), ErrorCode::kUpstreamError,
               "headers");
}

TEST_F(HttpClientLimitsTest, StopsBeforeItBegan) {
  ScriptedHttpServer server([](const SeenRequest&) { return whole_reply(200, ""); });
  std::stop_source stop;
  stop.request_stop();
  expect_error(send({.url = server.url("/")}, {}, stop.get_token()), ErrorCode::kCancelled, "");
}

TEST_F(HttpClientLimitsTest, StopsWhileWaitingAndHangsUp) {
  std::stop_source stop;
  std::chrono::steady_clock::time_point asked;
  ScriptedHttpServer server([&](const SeenRequest&) -> Script {
    asked = std::chrono::steady_clock::now();
    stop.request_stop();  // from another thread than the loop's
    return {Hang{}};
  });
  auto response = send({.url = server.url("/")}, {}, stop.get_token());
  auto took = std::chrono::steady_clock::now() - asked;
  expect_error(response, ErrorCode::kCancelled, "");
  EXPECT_LT(took, 500ms);  // promised are 100 ms, on a machine that is not running other tests
  EXPECT_TRUE(server.wait_for_client_closes(1));
}

TEST_F(HttpClientLimitsTest, StopsInTheMiddleOfAStreamAndDeliversNothingMore) {
  std::stop_source stop;
  ScriptedHttpServer server([&](const SeenRequest&) -> Script {
    Script script{chunked_head("text/plain")};
    for (int i = 0; i < 1000; ++i) script.emplace_back(chunk("piece"));
    script.emplace_back(Hang{});
    return script;
  });
  int after_stop = 0;
  auto response = send(
      {.url = server.url("/")},
      [&](std::string_view) {
        if (stop.stop_requested()) ++after_stop;
        stop.request_stop();
      },
      stop.get_token());
  expect_error(response, ErrorCode::kCancelled, "");
  EXPECT_EQ(after_stop, 0);
  EXPECT_TRUE(server.wait_for_client_closes(1));
}

TEST_F(HttpClientLimitsTest, EndsWhatIsInFlightWhenDestroyed) {
  ScriptedHttpServer server([](const SeenRequest&) -> Script { return {Hang{}}; });
  std::stop_source stop;
  std::vector<std::optional<Result<ClientResponse>>> results(3);
  TaskGroup group(loop_, [](std::exception_ptr) { FAIL(); });
  auto one = [](HttpClient& client, ClientRequest request, std::stop_token token,
                std::optional<Result<ClientResponse>>& out) -> Task<void> {
    out.emplace(co_await client.send(std::move(request), std::move(token)));
  };
  for (auto& result : results) {
    group.start(one(*client_, {.url = server.url("/")}, stop.get_token(), result));
  }
  ASSERT_TRUE(server.wait_for_requests(3));
  client_.reset();
  stop.request_stop();  // the tasks have not run on yet, and their stop still has somewhere to go
  while (group.running() > 0) loop_.run_when_posted();
  for (auto& result : results) expect_error(*result, ErrorCode::kCancelled, "");
}

TEST_F(HttpClientLimitsTest, DestroysInAnyMomentOfAShortRequest) {
  ScriptedHttpServer server([](const SeenRequest&) { return whole_reply(200, "quick"); });
  auto one = [](HttpClient& client, ClientRequest request, int& ended) -> Task<void> {
    auto response = co_await client.send(std::move(request), {});
    if (response || response.error().code == ErrorCode::kCancelled) ++ended;
  };
  for (int round = 0; round < 50; ++round) {
    int ended = 0;
    TaskGroup group(loop_, [](std::exception_ptr) { FAIL(); });
    group.start(one(*client_, {.url = server.url("/")}, ended));
    for (int i = 0; i < round * 20; ++i) std::this_thread::yield();
    client_ = std::make_unique<HttpClient>(log_);
    while (group.running() > 0) loop_.run_when_posted();
    EXPECT_EQ(ended, 1) << round;
  }
}

}  // namespace
}  // namespace walrus::net
