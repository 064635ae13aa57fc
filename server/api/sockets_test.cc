// The two WebSockets on the real parts; the sockets themselves keep what they are sent.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

#include "api/chat_socket.h"
#include "api/events_socket.h"
#include "api/kept_socket_for_test.h"
#include "api/services_for_test.h"

namespace walrus::api {
namespace {

using namespace std::chrono_literals;
using testing::ModelScript;
using testing::ScriptedModel;

constexpr std::string_view kNowhere = "01980d3a-0000-7000-8000-000000000000";

std::vector<std::unique_ptr<llm::Model>> one_model(ModelScript script) {
  std::vector<std::unique_ptr<llm::Model>> models;
  models.push_back(std::make_unique<ScriptedModel>(
      llm::ModelInfo{.model_id = "m", .provider = "openai-compatible"}, std::move(script)));
  return models;
}

std::string text(const json::object& object, std::string_view name) {
  return std::string(object.at(name).as_string());
}

class SocketsTest : public ::testing::Test {
 protected:
  std::shared_ptr<KeptSocket> follow() {
    auto socket = std::make_shared<KeptSocket>(life.loop);
    serve_events(services, life.loop, "local", socket);
    return socket;
  }
  std::shared_ptr<KeptSocket> talk(std::string session = "s") {
    auto socket = std::make_shared<KeptSocket>(life.loop);
    serve_chat(services, life.loop, "local", std::move(session), socket);
    return socket;
  }
  // Waits until as many messages of the type have come.
  bool came(const std::shared_ptr<KeptSocket>& socket, std::string_view type,
            std::size_t count = 1) {
    return life.run_until([&] { return socket->with("type", type).size() >= count; });
  }
  void settle() { pass(1s); }
  // Time stands still while a worker is busy.
  void pass(Duration time) {
    auto nothing = [] {};
    testing::run(life.loop, offload(life.workers, nothing));
    life.loop.advance(time);
  }
  static std::string subscribe(const std::string& id, std::string_view more = {}) {
    return fmt::format(R"({{"action":"subscribe","operations":["{}"]{}}})", id, more);
  }
  // "sequence" of each message about the operation, in order.
  static std::vector<std::int64_t> sequences(const KeptSocket& socket, const std::string& id) {
    std::vector<std::int64_t> found;
    for (const json::object& event : socket.with("operation_id", id)) {
      found.push_back(event.at("sequence").to_number<std::int64_t>());
    }
    return found;
  }
  std::vector<std::int64_t> all_sequences(const std::string& id) {
    std::vector<std::int64_t> found;
    for (const auto& event : life.events(id)) {
      found.push_back(static_cast<std::int64_t>(event.sequence));
    }
    return found;
  }

  testing::ManualClock clock;
  testing::Disk disk{clock};
  testing::ServerLife life{clock, disk, one_model({.pieces = {{"Clams "}, {"and ice.", 100ms}}})};
  LifeServices parts{life, disk, clock};
  Services& services = parts.services;
};

// --- /v1/ws

TEST_F(SocketsTest, AnUploadIsFollowedFromItsFirstEventToItsLast) {
  auto socket = follow();
  std::string id = life.upload("walrus.txt", "It eats clams.").operation_id;
  socket->say(subscribe(id));
  ASSERT_TRUE(life.run_to_end(id));
  settle();
  EXPECT_EQ(json::serialize(socket->got.at(0)),
            R"({"type":"subscribed","operations":[")" + id + "\"]}");
  EXPECT_EQ(sequences(*socket, id), all_sequences(id));
  EXPECT_EQ(text(socket->got.back(), "processing_status"), "completed");
  // It can be asked for again: from anywhere, and past its end.
  auto again = follow();
  again->say(subscribe(id, fmt::format(R"(,"after":{{"{}":2}})", id)));
  settle();
  EXPECT_EQ(sequences(*again, id).front(), 3);
  EXPECT_EQ(sequences(*again, id).back(), all_sequences(id).back());
  auto past = follow();
  past->say(subscribe(id, fmt::format(R"(,"after":{{"{}":{}}})", id, all_sequences(id).back())));
  settle();
  ASSERT_EQ(past->got.size(), 2u);
  EXPECT_EQ(text(past->got[1], "type"), "unsubscribed");
}

TEST_F(SocketsTest, AnUnknownPositionGetsASnapshot) {
  std::string id = life.upload("walrus.txt", "It eats clams.").operation_id;
  ASSERT_TRUE(life.run_to_end(id));
  auto socket = follow();
  socket->say(subscribe(id, fmt::format(R"(,"after":{{"{}":4000}})", id)));
  settle();
  EXPECT_EQ(text(socket->got.at(1), "type"), "snapshot");
  EXPECT_EQ(text(socket->got.at(1), "operation_id"), id);
  EXPECT_EQ(text(socket->got.back(), "processing_status"), "completed");
}

TEST_F(SocketsTest, AnUnknownOperationIsAnErrorAndTheRestGoesOn) {
  auto socket = follow();
  std::string id = life.upload("walrus.txt", "It eats clams.").operation_id;
  socket->say(
      fmt::format(R"({{"action":"subscribe","operations":["{}","what","{}"]}})", kNowhere, id));
  ASSERT_TRUE(life.run_to_end(id));
  settle();
  auto errors = socket->with("error_type", "not_found");
  ASSERT_EQ(errors.size(), 2u);
  EXPECT_EQ(text(errors[0], "type"), "error");
  EXPECT_EQ(text(errors[0], "operation_id"), kNowhere);
  EXPECT_EQ(text(errors[1], "operation_id"), "what");
  EXPECT_EQ(sequences(*socket, id), all_sequences(id));
}

TEST_F(SocketsTest, ForeignOperationsAreNotThere) {
  std::string id = life.upload("walrus.txt", "It eats clams.").operation_id;
  auto socket = std::make_shared<KeptSocket>(life.loop);
  serve_events(services, life.loop, "somebody else", socket);
  socket->say(subscribe(id));
  ASSERT_TRUE(life.run_to_end(id));
  settle();
  ASSERT_EQ(socket->got.size(), 1u);
  EXPECT_EQ(text(socket->got[0], "error_type"), "not_found");
}

TEST_F(SocketsTest, SubscribingTwiceIsHarmless) {
  auto socket = follow();
  std::string id = life.ask({.query = "q", .turn = 1});
  socket->say(fmt::format(R"({{"action":"subscribe","operations":["{}","{}"]}})", id, id));
  socket->say(subscribe(id));
  ASSERT_TRUE(life.run_to_end(id));
  settle();
  EXPECT_EQ(socket->with("type", "subscribed").size(), 2u);
  EXPECT_EQ(sequences(*socket, id), all_sequences(id));
}

TEST_F(SocketsTest, UnsubscribingEndsTheEvents) {
  auto socket = follow();
  std::string id = life.ask({.query = "q", .turn = 1});
  socket->say(subscribe(id));
  ASSERT_TRUE(came(socket, "chunk"));
  socket->say(fmt::format(R"({{"action":"unsubscribe","operations":["{}"]}})", id));
  ASSERT_TRUE(came(socket, "unsubscribed"));
  std::size_t before = socket->got.size();
  ASSERT_TRUE(life.run_to_end(id));
  settle();
  EXPECT_EQ(socket->got.size(), before);
  socket->say(R"({"action":"ping"})");
  ASSERT_TRUE(came(socket, "pong"));
}

// Whoever subscribes, loses the subscription and comes back with the last sequence misses nothing
// and gets nothing twice, whenever it happens.
TEST_F(SocketsTest, ComingBackLosesNothingAndDoublesNothing) {
  unsigned seed = std::random_device()();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937 random(seed);
  for (int round = 0; round < 30; ++round) {
    std::string id = life.ask({.query = "q", .turn = 1}, fmt::format("c{}", round));
    auto socket = follow();
    socket->say(subscribe(id));
    bool finished = false;
    for (int turn = 0; !finished; ++turn) {
      ASSERT_LT(turn, 1000);
      pass(std::chrono::milliseconds(random() % 40));
      finished = !socket->with("type", "complete").empty();
      if (finished || random() % 3 != 0) continue;
      auto had = sequences(*socket, id);
      std::string after;
      if (!had.empty()) after = fmt::format(R"(,"after":{{"{}":{}}})", id, had.back());
      if (random() % 2 == 0) {
        socket->say(fmt::format(R"({{"action":"unsubscribe","operations":["{}"]}})", id));
      } else {
        auto got = std::move(socket->got);
        socket->leave();
        settle();
        socket = follow();
        socket->got = std::move(got);
      }
      socket->say(subscribe(id, after));
    }
    EXPECT_EQ(sequences(*socket, id), all_sequences(id));
    socket->leave();
    settle();
  }
}

TEST_F(SocketsTest, NonsenseIsRefusedAndThenClosed) {
  auto socket = follow();
  for (auto [said, type] :
       {std::pair{"{", "bad_request"},
        {"[]", "validation_error"},
        {"{}", "validation_error"},
        {R"({"action":"dance"})", "validation_error"},
        {R"({"action":"subscribe"})", "validation_error"},
        {R"({"action":"subscribe","operations":[]})", "validation_error"},
        {R"({"action":"subscribe","operations":[1]})", "validation_error"},
        {R"({"action":"subscribe","operations":["x"],"after":{"x":-1}})", "validation_error"}}) {
    socket->say(said);
    EXPECT_EQ(text(socket->got.back(), "error_type"), type) << said;
  }
  socket->say(R"({"action":"ping"})");
  EXPECT_EQ(text(socket->got.back(), "type"), "pong");
  for (int i = 0; i < 25; ++i) socket->say("{");
  EXPECT_EQ(socket->closed_with, http::CloseCode::kPolicyViolation);
  EXPECT_EQ(socket->with("error_type", "bad_request").size(), 1u + 20u);
  settle();
}

TEST_F(SocketsTest, SubscriptionsAreBounded) {
  auto socket = follow();
  std::string first = life.ask({.query = "q", .turn = 1}, "first");
  socket->say(subscribe(first));
  ASSERT_TRUE(came(socket, "subscribed"));
  std::string ids;
  for (int i = 0; i < 100; ++i) ids += fmt::format("{}\"{}\"", i ? "," : "", i);
  socket->say(R"({"action":"subscribe","operations":[)" + ids + "]}");
  settle();
  EXPECT_EQ(text(socket->with("type", "error").at(0), "error_type"), "rate_limited");
  EXPECT_TRUE(socket->with("error_type", "not_found").empty());
  socket->say(R"({"action":"subscribe","operations":["100",)" + ids + "]}");
  settle();
  EXPECT_EQ(socket->with("error_type", "validation_error").size(), 1u);
  ASSERT_TRUE(life.run_to_end(first));
  settle();
}

TEST_F(SocketsTest, GuessingIdsIsClosed) {
  auto socket = follow();
  for (int i = 0; i < 100; ++i) socket->say(subscribe(std::string(kNowhere)));
  EXPECT_EQ(socket->closed_with, http::CloseCode::kPolicyViolation);
  EXPECT_EQ(socket->with("error_type", "not_found").size(), 20u);
  settle();
}

TEST_F(SocketsTest, AFloodOfSubscriptionsIsClosed) {
  std::string id = life.ask({.query = "q", .turn = 1});
  ASSERT_TRUE(life.run_to_end(id));
  life.store.delay_reads(100ms);
  auto socket = follow();
  for (int i = 0; i < 16; ++i) socket->say(subscribe(id));
  EXPECT_TRUE(socket->got.empty());
  socket->say(subscribe(id));
  EXPECT_EQ(text(socket->got.at(0), "error_type"), "rate_limited");
  for (int i = 0; i < 19; ++i) socket->say(subscribe(id));
  EXPECT_EQ(socket->closed_with, http::CloseCode::kPolicyViolation);
  EXPECT_EQ(socket->got.size(), 20u);
  for (int i = 0; i < 30; ++i) settle();
}

TEST_F(SocketsTest, AStoreThatIsAwayIsAnErrorAndTheSocketStays) {
  std::string id = life.upload("walrus.txt", "It eats clams.").operation_id;
  ASSERT_TRUE(life.run_to_end(id));
  auto socket = follow();
  life.store.go_away();
  socket->say(subscribe(id));
  settle();
  EXPECT_EQ(text(socket->got.at(0), "error_type"), "storage_unavailable");
  EXPECT_EQ(text(socket->got.at(0), "operation_id"), id);
  life.store.come_back();
  socket->say(subscribe(id));
  settle();
  EXPECT_EQ(text(socket->got.back(), "processing_status"), "completed");
}

TEST_F(SocketsTest, ASlowOrLostReaderHarmsNobody) {
  auto slow = follow();
  slow->takes = 3;
  auto lost = follow();
  auto good = follow();
  std::string id = life.ask({.query = "q", .turn = 1});
  for (auto& socket : {slow, lost, good}) socket->say(subscribe(id));
  ASSERT_TRUE(came(good, "status"));
  lost->leave();
  ASSERT_TRUE(life.run_to_end(id));
  settle();
  EXPECT_EQ(slow->got.size(), 3u);
  EXPECT_EQ(slow->closed_with, http::CloseCode::kTryAgainLater);
  EXPECT_EQ(sequences(*good, id), all_sequences(id));
}

// --- /ws/chat/{session_id}

TEST_F(SocketsTest, ATurnIsAnsweredStepByStep) {
  auto socket = talk("debug");
  socket->say(R"({"query":"What does it eat?","retrieval_k":3,"user_id":"u"})");
  ASSERT_TRUE(came(socket, "complete"));
  std::string content;
  for (const auto& chunk : socket->with("type", "chunk")) content += text(chunk, "content");
  EXPECT_EQ(content, "Clams and ice.");
  EXPECT_EQ(text(socket->got.at(0), "step"), "initializing");
  json::object metadata = socket->got.back().at("metadata").as_object();
  EXPECT_EQ(text(metadata, "session_id"), "debug");
  EXPECT_EQ(text(metadata, "status"), "completed");
  EXPECT_EQ(text(metadata, "selected_model"), "m");
  std::string id = text(socket->got.at(0), "operation_id");
  EXPECT_EQ(sequences(*socket, id), all_sequences(id));
  EXPECT_EQ(life.operation(id).state.operation.user_id, "u");
  socket->say(R"({"query":"And then?"})");
  ASSERT_TRUE(came(socket, "complete", 2));
}

TEST_F(SocketsTest, ASecondQuestionIsRefusedAndHarmsNothing) {
  auto socket = talk();
  socket->say(R"({"query":"first"})");
  socket->say(R"({"query":"too soon"})");
  EXPECT_EQ(text(socket->got.at(0), "error_type"), "conflict");
  ASSERT_TRUE(came(socket, "chunk"));
  std::string id = text(socket->with("type", "status").at(0), "operation_id");
  socket->say(R"({"query":"second"})");
  EXPECT_EQ(text(socket->got.back(), "error_type"), "conflict");
  EXPECT_EQ(text(socket->got.back(), "operation_id"), id);
  auto other = talk();
  other->say(R"({"query":"third"})");
  ASSERT_TRUE(came(other, "error"));
  EXPECT_EQ(text(other->got.at(0), "error_type"), "conflict");
  EXPECT_EQ(text(other->got.at(0), "operation_id"), id);
  ASSERT_TRUE(came(socket, "complete"));
  EXPECT_EQ(socket->with("type", "complete").size(), 1u);
  EXPECT_TRUE(other->with("type", "complete").empty());
}

TEST_F(SocketsTest, CancelEndsTheTurnAsCancelled) {
  auto socket = talk();
  socket->say(R"({"action":"cancel"})");
  EXPECT_EQ(text(socket->got.back(), "error_type"), "conflict");
  socket->say(R"({"query":"q"})");
  ASSERT_TRUE(came(socket, "chunk"));
  socket->say(R"({"action":"cancel"})");
  ASSERT_TRUE(life.run_until([&] { return !socket->with("error_type", "cancelled").empty(); }));
  settle();
  EXPECT_EQ(text(socket->got.back(), "type"), "error");
  EXPECT_TRUE(socket->with("type", "complete").empty());
  // At once, before the turn has an id; and the conversation goes on.
  socket->say(R"({"query":"q"})");
  socket->say(R"({"action":"cancel"})");
  ASSERT_TRUE(life.run_until([&] { return socket->with("error_type", "cancelled").size() == 2; }));
  socket->say(R"({"query":"q"})");
  ASSERT_TRUE(came(socket, "complete"));
}

TEST_F(SocketsTest, ATurnGoesOnWithoutItsSocket) {
  auto socket = talk();
  socket->say(R"({"query":"q"})");
  ASSERT_TRUE(came(socket, "status"));
  std::string id = text(socket->got.at(0), "operation_id");
  socket->leave();
  ASSERT_TRUE(life.run_to_end(id));
  EXPECT_EQ(life.operation(id).state.outcome, status::Outcome::kCompleted);
  auto hasty = talk("hasty");
  hasty->say(R"({"query":"q"})");
  hasty->leave();
  settle();
  settle();
  auto conversation = **testing::run(life.loop, life.store.conversation("local", "hasty"));
  EXPECT_EQ(life.operation(conversation.operation_id).state.outcome, status::Outcome::kCompleted);
}

TEST_F(SocketsTest, BadQuestionsAreRefused) {
  auto socket = talk();
  for (auto [said, type] :
       {std::pair{"nonsense", "bad_request"},
        {"3", "validation_error"},
        {"{}", "validation_error"},
        {R"({"query":""})", "validation_error"},
        {R"({"query":"q","retrieval_k":0})", "validation_error"},
        {R"({"query":"q","retrieval_filter":{"colour":"red"}})", "validation_error"},
        {R"({"query":"q","model":"none"})", "validation_error"},
        {R"({"query":"q","action":"shout"})", "validation_error"}}) {
    socket->say(said);
    EXPECT_EQ(text(socket->got.back(), "error_type"), type) << said;
  }
  for (int i = 0; i < 20; ++i) socket->say("nonsense");
  EXPECT_EQ(socket->closed_with, http::CloseCode::kPolicyViolation);
  settle();
}

}  // namespace
}  // namespace walrus::api
