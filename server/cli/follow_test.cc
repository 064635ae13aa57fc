#include "cli/follow.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <random>

#include "testing/scripted_http_server.h"

namespace walrus::cli {
namespace {

using testing::chunk;
using testing::chunked_head;
using testing::last_chunk;
using testing::Script;
using testing::ScriptedHttpServer;
using testing::SeenRequest;
using testing::whole_reply;

constexpr const char* kStream = "text/event-stream";
// Coming back at once, so that no test waits.
constexpr Patience kQuick{.first_pause = std::chrono::milliseconds(1), .losses = 3};

std::string event(int id, std::string_view data) {
  return fmt::format("id: {}\ndata: {}\n\n", id, data);
}

std::string status(std::string_view step, std::string_view outcome = "processing") {
  return fmt::format(R"({{"type":"status","processing_status":"{}","processing_step":"{}"}})",
                     outcome, step);
}

json::object object(std::string_view text) {
  return parse_json(text)->as_object();
}

struct Followed {
  std::vector<std::string> events;
  int losses = 0;
  Listener listener{
      .on_event = [this](const json::object& e) { events.push_back(json::serialize(e)); },
      .on_loss = [this] { ++losses; }};
};

TEST(IsLastTest, KnowsTheEndOfEveryKind) {
  EXPECT_TRUE(is_last(object(R"({"type":"complete"})")));
  EXPECT_TRUE(is_last(object(R"({"type":"error"})")));
  EXPECT_TRUE(is_last(object(status("finished", "failed"))));
  EXPECT_TRUE(is_last(object(status("finished", "completed"))));
  EXPECT_FALSE(is_last(object(status("validating"))));
  EXPECT_FALSE(is_last(object(R"({"type":"status","status":"completed","step":"finished"})")));
  EXPECT_FALSE(is_last(object(R"({"type":"snapshot"})")));
  EXPECT_FALSE(
      is_last(object(R"({"type":"snapshot","status":{"processing_status":"processing"}})")));
  EXPECT_TRUE(is_last(object(R"({"type":"snapshot","status":{"processing_status":"completed"}})")));
}

TEST(FollowTest, GivesEachEventAndTheLastOne) {
  ScriptedHttpServer server([](const SeenRequest&) {
    return Script{chunked_head(kStream), chunk("retry: 1000\n\n" + event(1, status("validating"))),
                  chunk(": still here\n\n"), chunk(event(2, status("finished", "completed"))),
                  last_chunk()};
  });
  Client client({.url = server.url(""), .api_key = "wk_secret"});
  Followed seen;
  auto last = follow(client, "o p", seen.listener, kQuick);
  ASSERT_TRUE(last) << last.error().message;
  EXPECT_TRUE(is_success(*last));
  EXPECT_EQ(seen.events.size(), 2u);
  EXPECT_EQ(seen.losses, 0);
  SeenRequest request = server.requests().at(0);
  EXPECT_EQ(request.target, "/v1/operations/o%20p/events");
  EXPECT_EQ(request.header("accept"), kStream);
  EXPECT_EQ(request.header("authorization"), "Bearer wk_secret");
  EXPECT_EQ(request.header("last-event-id"), "");
}

// The stream breaks at a random byte, over and over; every event comes once, in order.
TEST(FollowTest, LosesAndRepeatsNothingWhereverTheStreamBreaks) {
  unsigned seed = std::random_device()();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937 random(seed);
  std::mutex drawing;
  constexpr int kEvents = 60;
  ScriptedHttpServer server([&](const SeenRequest& request) {
    std::string from = request.header("last-event-id");
    std::string bytes;
    for (int id = from.empty() ? 1 : std::stoi(from) + 1; id <= kEvents; ++id) {
      bytes += event(id, fmt::format(R"({{"type":"status","n":{},"processing_status":"{}"}})", id,
                                     id == kEvents ? "completed" : "processing"));
    }
    std::lock_guard lock(drawing);
    bytes.resize(std::min<std::size_t>(bytes.size(), 100 + random() % 400));
    std::size_t half = random() % bytes.size() + 1;
    return Script{chunked_head(kStream), chunk(bytes.substr(0, half)),
                  chunk(bytes.substr(half) + ":\n"), testing::Close{}};
  });
  Client client({.url = server.url(""), .api_key = {}});
  Followed seen;
  auto last = follow(client, "op", seen.listener, kQuick);
  ASSERT_TRUE(last) << last.error().message;
  ASSERT_EQ(seen.events.size(), static_cast<std::size_t>(kEvents));
  for (int id = 1; id <= kEvents; ++id) {
    EXPECT_EQ(object(seen.events[static_cast<std::size_t>(id - 1)]).at("n").as_int64(), id);
  }
  EXPECT_GT(seen.losses, 5);
}

TEST(FollowTest, TakesUpASilentStreamAgain) {
  ScriptedHttpServer server([](const SeenRequest& request) {
    if (request.header("last-event-id") == "1") {
      return Script{chunked_head(kStream), chunk(event(2, status("finished", "completed"))),
                    last_chunk()};
    }
    return Script{chunked_head(kStream), chunk(event(1, status("validating"))), testing::Hang{}};
  });
  Client client({.url = server.url(""), .api_key = {}});
  Followed seen;
  Patience patience = kQuick;
  patience.silence = std::chrono::milliseconds(100);
  auto last = follow(client, "op", seen.listener, patience);
  ASSERT_TRUE(last) << last.error().message;
  EXPECT_EQ(seen.events.size(), 2u);
  EXPECT_EQ(seen.losses, 1);
}

TEST(FollowTest, AsksTheHistoryForTheEndOf204) {
  ScriptedHttpServer server([](const SeenRequest& request) {
    if (request.target.ends_with("/history")) {
      return whole_reply(200,
                         "[" + status("validating") + "," + status("finished", "completed") + "]");
    }
    return Script{testing::Write{"HTTP/1.1 204 No Content\r\n\r\n"}};
  });
  Client client({.url = server.url(""), .api_key = {}});
  auto last = follow(client, "op", {}, kQuick);
  ASSERT_TRUE(last) << last.error().message;
  EXPECT_TRUE(is_success(*last));
}

TEST(FollowTest, TakesADocumentsSnapshotForItsEnd) {
  ScriptedHttpServer server([](const SeenRequest&) {
    return Script{
        chunked_head(kStream),
        chunk(event(9, R"({"type":"snapshot","kind":"document_upload","content":"","status":)"
                       R"({"kind":"document_upload","processing_status":"failed","error":)"
                       R"({"type":"internal"}}})")),
        last_chunk()};
  });
  Client client({.url = server.url(""), .api_key = {}});
  auto last = follow(client, "op", {}, kQuick);
  ASSERT_TRUE(last) << last.error().message;
  EXPECT_FALSE(is_success(*last));
  EXPECT_TRUE(find_object(*last, "error"));
}

TEST(FollowTest, GoesOnAfterTheSnapshotOfWhatStillRuns) {
  ScriptedHttpServer server([](const SeenRequest&) {
    return Script{
        chunked_head(kStream),
        chunk(event(9, R"({"type":"snapshot","status":{"processing_status":"processing"}})")),
        chunk(event(10, status("finished", "completed"))), last_chunk()};
  });
  Client client({.url = server.url(""), .api_key = {}});
  Followed seen;
  ASSERT_TRUE(follow(client, "op", seen.listener, kQuick));
  EXPECT_EQ(seen.events.size(), 2u);
}

TEST(FollowTest, ComesBackToABusyServerButNotToARefusal) {
  std::atomic<int> asked = 0;
  ScriptedHttpServer server([&](const SeenRequest&) {
    if (++asked == 1) return whole_reply(503, "{}");
    return whole_reply(404, R"({"detail":"Nothing has this id."})");
  });
  Client client({.url = server.url(""), .api_key = {}});
  auto last = follow(client, "op", {}, kQuick);
  ASSERT_FALSE(last);
  EXPECT_EQ(last.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(last.error().message, "Nothing has this id.");
  EXPECT_EQ(asked, 2);
}

TEST(FollowTest, GivesUpAfterSoManyLossesAndSaysHowToComeBack) {
  ScriptedHttpServer server(
      [](const SeenRequest&) { return Script{chunked_head(kStream), testing::Reset{}}; });
  Client client({.url = server.url(""), .api_key = {}});
  Followed seen;
  auto last = follow(client, "op-1", seen.listener, kQuick);
  ASSERT_FALSE(last);
  EXPECT_EQ(last.error().code, ErrorCode::kUpstreamError);
  EXPECT_NE(last.error().message.find("walrus watch op-1"), std::string::npos);
  EXPECT_EQ(seen.losses, 3);
}

TEST(FollowTest, EndsAtOnceOnCtrlC) {
  ScriptedHttpServer server([](const SeenRequest&) {
    return Script{chunked_head(kStream), chunk(event(1, status("validating"))), testing::Hang{}};
  });
  Interrupt interrupt;
  Client client({.url = server.url(""), .api_key = {}}, &interrupt);
  Listener listener{.on_event = [](const json::object&) { kill(getpid(), SIGINT); }, .on_loss = {}};
  auto last = follow(client, "op", listener, kQuick);
  ASSERT_FALSE(last);
  EXPECT_EQ(last.error().code, ErrorCode::kCancelled);
  EXPECT_TRUE(server.wait_for_client_closes(1));
}

TEST(FollowTest, CtrlCEndsThePauseBeforeComingBack) {
  ScriptedHttpServer server([](const SeenRequest&) { return whole_reply(503, "{}"); });
  Interrupt interrupt;
  Client client({.url = server.url(""), .api_key = {}}, &interrupt);
  Listener listener{.on_event = {}, .on_loss = [] { kill(getpid(), SIGINT); }};
  auto last = follow(client, "op", listener, {.first_pause = std::chrono::hours(1)});
  ASSERT_FALSE(last);
  EXPECT_EQ(last.error().code, ErrorCode::kCancelled);
}

const char* const kBegun =
    R"({"type":"status","status":"processing","step":"initializing","operation_id":"op-7"})";

std::vector<std::string> methods(const ScriptedHttpServer& server) {
  std::vector<std::string> out;
  for (const SeenRequest& request : server.requests()) out.push_back(request.method);
  return out;
}

TEST(PostAndFollowTest, GoesOnWithGetAndNeverPostsAgain) {
  ScriptedHttpServer server([](const SeenRequest& request) {
    if (request.method == "POST") {
      return Script{chunked_head(kStream), chunk(event(1, kBegun)), testing::Reset{}};
    }
    EXPECT_EQ(request.target, "/v1/operations/op-7/events");
    EXPECT_EQ(request.header("last-event-id"), "1");
    return Script{chunked_head(kStream), chunk(event(2, R"({"type":"complete"})")), last_chunk()};
  });
  Client client({.url = server.url(""), .api_key = {}});
  Followed seen;
  std::string operation_id;
  auto last = post_and_follow(client, "/v1/chat/", "{}", operation_id, seen.listener, kQuick);
  ASSERT_TRUE(last) << last.error().message;
  EXPECT_TRUE(is_success(*last));
  EXPECT_EQ(operation_id, "op-7");
  EXPECT_EQ(seen.events.size(), 2u);
  EXPECT_EQ(methods(server), (std::vector<std::string>{"POST", "GET"}));
}

TEST(PostAndFollowTest, KnowsTheOperationByItsHeaderAlone) {
  ScriptedHttpServer server([](const SeenRequest& request) {
    if (request.method == "POST") {
      return Script{testing::Write{"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                                   "X-Operation-Id: op-8\r\nTransfer-Encoding: chunked\r\n\r\n"},
                    testing::Close{}};
    }
    EXPECT_EQ(request.target, "/v1/operations/op-8/events");
    EXPECT_EQ(request.header("last-event-id"), "");
    return Script{chunked_head(kStream), chunk(event(1, R"({"type":"complete"})")), last_chunk()};
  });
  Client client({.url = server.url(""), .api_key = {}});
  std::string operation_id;
  ASSERT_TRUE(post_and_follow(client, "/v1/chat/", "{}", operation_id, {}, kQuick));
  EXPECT_EQ(operation_id, "op-8");
}

TEST(PostAndFollowTest, DoesNotAskAgainWhereNothingBegan) {
  ScriptedHttpServer server([](const SeenRequest&) { return Script{testing::Close{}}; });
  Client client({.url = server.url(""), .api_key = {}});
  std::string operation_id;
  auto last = post_and_follow(client, "/v1/chat/", "{}", operation_id, {}, kQuick);
  ASSERT_FALSE(last);
  EXPECT_EQ(last.error().code, ErrorCode::kUpstreamError);
  EXPECT_EQ(methods(server), std::vector<std::string>{"POST"});
}

TEST(PostAndFollowTest, SaysWhatTheServerRefusedItWith) {
  ScriptedHttpServer server([](const SeenRequest&) {
    return whole_reply(409, R"({"detail":"Still answering.","operation_id":"op-9"})");
  });
  Client client({.url = server.url(""), .api_key = {}});
  std::string operation_id;
  auto last = post_and_follow(client, "/v1/chat/", "{}", operation_id, {}, kQuick);
  ASSERT_FALSE(last);
  EXPECT_NE(last.error().code, ErrorCode::kUpstreamError);
  EXPECT_EQ(last.error().message, "Still answering. 'walrus watch op-9' follows it.");
}

}  // namespace
}  // namespace walrus::cli
