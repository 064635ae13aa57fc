// Idempotency-Key on what begins, cancels, retries and tests: a repeat gets the first one's answer.
#include <random>

#include "api/resources_for_test.h"

namespace walrus::api {
namespace {

constexpr const char* kPlan =
    R"({"kind":"import","title":"Orders","steps":[{"name":"fetch","percent":0},{"name":"load","percent":60}]})";
constexpr const char* kSamePlan =
    R"({"title":"Orders","steps":[{"percent":0,"name":"fetch"},{"name":"load","percent":60}],"kind":"import"})";

class RepeatedChangesTest : public ResourcesTest {
 protected:
  http::Request keyed(const std::string& target, std::string body, const std::string& key = "k") {
    http::Request made = request("POST", target, std::move(body));
    made.headers.set("Idempotency-Key", key);
    return made;
  }
  http::Response repeat(const std::string& target, std::string body = {},
                        const std::string& key = "k") {
    return call(keyed(target, std::move(body), key));
  }
  static void expect_same(const http::Response& first, const http::Response& later) {
    EXPECT_EQ(later.status, first.status) << later.body;
    EXPECT_EQ(later.body, first.body);
    EXPECT_EQ(later.headers.get("x-operation-id"), first.headers.get("x-operation-id"));
    EXPECT_EQ(later.headers.get("location"), first.headers.get("location"));
  }
  // Answers to requests that came at once, which must all be the same.
  http::Response same_answer(const std::string& target, std::string body = {}) {
    unsigned seed = std::random_device()();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 dice(seed);
    std::vector<std::optional<http::Response>> answers(8);
    for (auto& answer : answers) {
      start(keyed(target, body), answer);
      if (dice() % 3 == 0) life.loop.run_until_idle();
    }
    EXPECT_TRUE(life.run_until([&] { return tasks.running() == 0; }));
    for (auto& answer : answers) expect_same(*answers[0], *answer);
    return std::move(*answers[0]);
  }
  // The first request's commit is durable, and its answer lost with the store.
  void lose_answer(const std::string& target, std::string body = {}) {
    int before = life.store.commits();
    life.store.fail_commit(1, testing::Fault::kAfterCommit);
    std::optional<http::Response> lost;
    start(keyed(target, std::move(body)), lost);
    ASSERT_TRUE(life.run_until([&] {
      if (life.store.commits() > before) life.store.go_away();
      return lost.has_value();
    }));
    life.store.come_back();
    EXPECT_EQ(lost->status, 503);
  }
  json::value status(const std::string& operation_id) {
    return parsed(get("/v1/operations/" + operation_id));
  }
  std::size_t operations() {
    return parsed(get("/v1/operations")).at("operations").as_array().size();
  }
  Uploaded hanging() {
    life.embedder.hangs = true;
    auto response = call(upload("POST", "/v1/documents/", file("a.txt", "The walrus eats clams.")));
    int before = life.embedder.batches;
    EXPECT_TRUE(life.run_until([&] { return life.embedder.batches > before; }));
    return {text(parsed(response), "document_id"), text(parsed(response), "operation_id")};
  }
  Uploaded cancelled() {
    Uploaded ids = hanging();
    EXPECT_EQ(post("/v1/operations/" + ids.operation_id + "/cancel", "").status, 202);
    EXPECT_TRUE(life.run_to_end(ids.operation_id));
    life.embedder.hangs = false;
    return ids;
  }
};

TEST_F(RepeatedChangesTest, AnOperationIsBegunOnce) {
  auto first = same_answer("/v1/operations", kPlan);
  ASSERT_EQ(first.status, 201) << first.body;
  std::string id = text(parsed(first), "operation_id");
  EXPECT_EQ(first.headers.get("location"), "/v1/operations/" + id);
  EXPECT_EQ(post("/v1/operations/" + id + "/events", R"({"status":"completed"})").status, 202);
  expect_same(first, repeat("/v1/operations", kSamePlan));
  EXPECT_EQ(repeat("/v1/operations", R"({"kind":"b","steps":[{"name":"a","percent":0}]})").status,
            422);
  EXPECT_EQ(operations(), 1u);
  EXPECT_EQ(life.external.open_count(), 0);
  EXPECT_EQ(repeat("/v1/operations", kPlan, "another").status, 201);
  EXPECT_EQ(operations(), 2u);
}

TEST_F(RepeatedChangesTest, AnOperationWhoseAnswerGotLostIsFoundAndTakesReports) {
  lose_answer("/v1/operations", kPlan);
  auto later = repeat("/v1/operations", kPlan);
  ASSERT_EQ(later.status, 201);
  std::string id = text(parsed(later), "operation_id");
  EXPECT_EQ(operations(), 1u);
  EXPECT_EQ(post("/v1/operations/" + id + "/events", R"({"step":"load"})").status, 202);
}

TEST_F(RepeatedChangesTest, ACancelIsTheSameAlsoAfterTheEnd) {
  for (bool by_document : {true, false}) {
    Uploaded ids = hanging();
    std::string path =
        by_document ? "/v1/documents/" + ids.document_id : "/v1/operations/" + ids.operation_id;
    auto first = same_answer(path + "/cancel");
    ASSERT_EQ(first.status, 202) << first.body;
    ASSERT_TRUE(life.run_to_end(ids.operation_id));
    expect_same(first, repeat(path + "/cancel", "{}"));
    EXPECT_EQ(post(path + "/cancel", "").status, 409);
    EXPECT_EQ(repeat(path + "/cancel", "", "another").status, 409);
    EXPECT_EQ(repeat(path + "/cancel", R"({"a":1})").status, 422);
    call(request("DELETE", "/v1/documents/" + ids.document_id));
  }
}

TEST_F(RepeatedChangesTest, AnotherPipelinesCancelIsTheSameToo) {
  std::string path(*repeat("/v1/operations", kPlan).headers.get("location"));
  auto first = same_answer(path + "/cancel");
  EXPECT_EQ(first.status, 202);
  EXPECT_EQ(parsed(post(path + "/events", R"({"status":"completed"})")).at("cancel_requested"),
            true);
  expect_same(first, repeat(path + "/cancel"));
  EXPECT_EQ(text(parsed(get(path)).at("error"), "type"), "cancelled");
}

// A wish that is durable stops the work, whatever became of its answer.
TEST_F(RepeatedChangesTest, ACancelWhoseAnswerGotLostStopsTheWork) {
  Uploaded ids = hanging();
  std::string path = "/v1/operations/" + ids.operation_id + "/cancel";
  lose_answer(path);
  EXPECT_EQ(repeat(path).status, 202);
  ASSERT_TRUE(life.run_to_end(ids.operation_id));
  EXPECT_EQ(text(status(ids.operation_id).at("error"), "type"), "cancelled");
}

TEST_F(RepeatedChangesTest, ARetryMakesOneAttempt) {
  for (bool by_document : {true, false}) {
    Uploaded ids = cancelled();
    std::string path = by_document ? "/v1/documents/" + ids.document_id + "/retry"
                                   : "/v1/operations/" + ids.operation_id + "/retry";
    auto first = same_answer(path);
    ASSERT_EQ(first.status, 202) << first.body;
    EXPECT_EQ(parsed(first).at("attempt"), 2);
    ASSERT_TRUE(life.run_to_end(ids.operation_id));
    expect_same(first, repeat(path));
    EXPECT_EQ(status(ids.operation_id).at("attempt"), 2);
    EXPECT_EQ(text(status(ids.operation_id), "processing_status"), "completed");
    EXPECT_EQ(repeat(path, "", "another").status, 409);
    call(request("DELETE", "/v1/documents/" + ids.document_id));
  }
}

// An old wish is not one for the attempt that came after it.
TEST_F(RepeatedChangesTest, ACancelRepeatedAfterARetryDoesNotEndIt) {
  Uploaded ids = hanging();
  std::string path = "/v1/operations/" + ids.operation_id;
  auto first = repeat(path + "/cancel");
  ASSERT_TRUE(life.run_to_end(ids.operation_id));
  int before = life.embedder.batches;
  ASSERT_EQ(repeat(path + "/retry").status, 202);
  ASSERT_TRUE(life.run_until([&] { return life.embedder.batches > before; }));
  expect_same(first, repeat(path + "/cancel"));
  EXPECT_EQ(text(status(ids.operation_id), "processing_status"), "processing");
  EXPECT_EQ(repeat(path + "/cancel", "", "another").status, 202);
  ASSERT_TRUE(life.run_to_end(ids.operation_id));
}

TEST_F(RepeatedChangesTest, ARetriedQuestionIsAnsweredOnce) {
  auto asked = post("/v1/chat/", R"({"query":"q","session_id":"debug","stream":true})");
  std::string id(*asked.headers.get("x-operation-id"));
  ASSERT_EQ(post("/v1/operations/" + id + "/cancel", "").status, 202);
  ASSERT_TRUE(life.run_to_end(id));
  auto first = same_answer("/v1/operations/" + id + "/retry");
  ASSERT_EQ(first.status, 202) << first.body;
  ASSERT_TRUE(life.run_to_end(id));
  expect_same(first, repeat("/v1/operations/" + id + "/retry"));
  EXPECT_EQ(status(id).at("attempt"), 2);
}

TEST_F(RepeatedChangesTest, ATestOfAWebhookIsSentOnce) {
  call(request("PUT", "/v1/webhooks/ci",
               R"({"url":"https://a.example/","events":["operation.failed"]})"));
  auto first = same_answer("/v1/webhooks/ci/test");
  ASSERT_EQ(first.status, 202) << first.body;
  expect_same(first, repeat("/v1/webhooks/ci/test"));
  auto deliveries = [&] {
    return parsed(get("/v1/webhooks/ci/deliveries")).at("deliveries").as_array().size();
  };
  EXPECT_EQ(deliveries(), 1u);
  EXPECT_NE(repeat("/v1/webhooks/ci/test", "", "another").body, first.body);
  EXPECT_EQ(deliveries(), 2u);
}

TEST_F(RepeatedChangesTest, ARefusedChangeLeavesItsKeyFree) {
  Uploaded ids = cancelled();
  std::string path = "/v1/operations/" + ids.operation_id;
  EXPECT_EQ(repeat(path + "/cancel").status, 409);
  life.embedder.hangs = true;
  ASSERT_EQ(post(path + "/retry", "").status, 202);
  EXPECT_EQ(repeat(path + "/cancel").status, 202);
  ASSERT_TRUE(life.run_to_end(ids.operation_id));
  for (const char* target : {"/v1/operations", "/v1/webhooks/ci/test", "/v1/documents/x/retry"}) {
    EXPECT_EQ(repeat(target, kPlan, "two words").status, 422) << target;
  }
}

}  // namespace
}  // namespace walrus::api
