// The long poll: answered by the next event, by the end, by the clock, and by nothing else.
#include "api/resources_for_test.h"

namespace walrus::api {
namespace {

using namespace std::chrono_literals;

class StatusWaiterTest : public ResourcesTest {
 public:
  ~StatusWaiterTest() override {
    life.embedder.hangs = false;
    life.run_until([&] { return life.jobs.running(status::Kind::kDocumentUpload) == 0; });
  }

 protected:
  StatusWaiterTest() {
    life.embedder.hangs = true;
    auto response = call(upload("POST", "/v1/documents/", file("a.txt", "The walrus eats clams.")));
    document = "/v1/documents/" + text(parsed(response), "document_id");
    operation = "/v1/operations/" + text(parsed(response), "operation_id");
    EXPECT_TRUE(life.run_until([&] { return life.embedder.batches > 0; }));
    life.loop.advance(1s);
  }
  std::int64_t sequence() { return parsed(get(operation)).at("sequence").as_int64(); }
  std::string after(std::int64_t position) { return "?wait=20&after=" + std::to_string(position); }

  std::string document;
  std::string operation;
};

TEST_F(StatusWaiterTest, WhatIsPassedAlreadyIsAnsweredAtOnce) {
  auto before = clock.monotonic();
  for (const std::string& path : {operation, document + "/status"}) {
    auto answer = get(path + after(sequence() - 1));
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(parsed(answer).at("sequence"), sequence());
    EXPECT_EQ(answer.headers.get("etag"), "\"" + std::to_string(sequence()) + "\"");
  }
  EXPECT_EQ(clock.monotonic(), before);
}

TEST_F(StatusWaiterTest, TheNextEventAnswersAndNothingBeforeIt) {
  std::vector<std::optional<http::Response>> answers(3);
  std::int64_t now = sequence();
  start(request("GET", operation + after(now)), answers[0]);
  start(request("GET", document + "/status" + after(now)), answers[1]);
  start(request("GET", operation + "?wait=60"), answers[2]);
  life.loop.advance(15s);
  for (auto& answer : answers) EXPECT_FALSE(answer);
  EXPECT_EQ(post(operation + "/cancel", "").status, 202);
  ASSERT_TRUE(life.run_until([&] { return tasks.running() == 0; }));
  for (auto& answer : answers) {
    EXPECT_EQ(answer->status, 200);
    EXPECT_GT(parsed(*answer).at("sequence").as_int64(), now);
    EXPECT_EQ(answer->headers.get("cache-control"), "private, no-cache");
  }
}

TEST_F(StatusWaiterTest, TheClockAnswersWhereNothingHappens) {
  std::optional<http::Response> answer;
  std::int64_t now = sequence();
  start(request("GET", operation + after(now)), answer);
  life.loop.advance(19s);
  EXPECT_FALSE(answer);
  life.loop.advance(2s);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 304);
  EXPECT_EQ(answer->headers.get("etag"), "\"" + std::to_string(now) + "\"");
  EXPECT_TRUE(answer->body.empty());
}

TEST_F(StatusWaiterTest, AChunkIsNoNewStatus) {
  auto begun =
      post("/v1/operations", R"({"kind":"import","steps":[{"name":"fetch","percent":0}]})");
  std::string path = "/v1/operations/" + text(parsed(begun), "operation_id");
  EXPECT_EQ(post(path + "/events", "{}").status, 202);
  std::int64_t now = parsed(get(path)).at("sequence").as_int64();
  std::vector<std::optional<http::Response>> answers(2);
  start(request("GET", path + after(now)), answers[0]);
  EXPECT_EQ(post(path + "/events", R"({"content":"text"})").status, 202);
  start(request("GET", path + after(now)), answers[1]);
  life.loop.advance(1s);
  for (auto& answer : answers) EXPECT_FALSE(answer);
  EXPECT_EQ(post(path + "/events", R"({"status":"completed"})").status, 202);
  ASSERT_TRUE(life.run_until([&] { return tasks.running() == 0; }));
  for (auto& answer : answers) EXPECT_EQ(answer->status, 200);
}

TEST_F(StatusWaiterTest, AtTheEndThereIsNothingToWaitFor) {
  life.embedder.hangs = false;
  ASSERT_TRUE(
      life.run_until([&] { return life.jobs.running(status::Kind::kDocumentUpload) == 0; }));
  auto before = clock.monotonic();
  EXPECT_EQ(get(operation + after(sequence())).status, 304);
  EXPECT_EQ(get(document + "/status?wait=20").status, 304);
  EXPECT_EQ(clock.monotonic(), before);
}

class ClientThatLeaves final : public http::Peer {
 public:
  std::stop_token gone() override { return leaves.get_token(); }
  std::stop_source leaves;
};

TEST_F(StatusWaiterTest, AClientThatIsGoneIsLetGo) {
  ClientThatLeaves client;
  std::optional<http::Response> answer;
  http::Request made = request("GET", operation + "?wait=60");
  made.peer = &client;
  start(std::move(made), answer);
  life.loop.run_until_idle();
  EXPECT_FALSE(answer);
  client.leaves.request_stop();
  life.loop.run_until_idle();
  EXPECT_TRUE(answer);
}

TEST_F(StatusWaiterTest, AWaitIsOfWholeSecondsUpToSixty) {
  for (const char* query : {"?wait=61", "?wait=-1", "?wait=x", "?wait=1&after=x"}) {
    EXPECT_EQ(get(operation + query).status, 422) << query;
  }
}

}  // namespace
}  // namespace walrus::api
