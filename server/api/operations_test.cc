// Lists of operations, and statuses of many documents.
#include "api/resources_for_test.h"

namespace walrus::api {
namespace {

constexpr std::string_view kNowhere = "0190163d-8694-739b-aea5-966c26f8ad91";

class OperationsTest : public ResourcesTest {
 protected:
  json::object operations(const std::string& query) {
    auto response = get("/v1/operations" + query);
    EXPECT_EQ(response.status, 200) << response.body;
    return parsed(response).as_object();
  }
  std::string refused(const std::string& target) {
    auto response = get(target);
    EXPECT_NE(response.status, 200) << target;
    const json::value problem = parsed(response);
    const json::value* errors = problem.as_object().if_contains("errors");
    std::string field = errors ? text(errors->as_array().at(0), "pointer") : "";
    return std::to_string(response.status) + " " + field;
  }
};

TEST_F(OperationsTest, AreListedNewestFirstAndNarrowed) {
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) {
    ids.push_back(uploaded("a.txt", "The walrus eats clams.").operation_id);
    life.loop.advance(std::chrono::milliseconds(5));
  }
  post("/v1/chat/", R"({"query":"q","session_id":"debug"})");

  EXPECT_EQ(operations("").at("operations").as_array().size(), 4u);
  EXPECT_TRUE(operations("").at("next_cursor").is_null());
  EXPECT_EQ(operations("?status=failed").at("operations").as_array().size(), 0u);
  EXPECT_EQ(operations("?kind=chat&status=completed").at("operations").as_array().size(), 1u);

  std::vector<std::string> listed;
  std::string cursor;
  do {
    json::object page =
        operations("?kind=document_upload&limit=2" + (cursor.empty() ? "" : "&cursor=" + cursor));
    for (const json::value& status : page.at("operations").as_array()) {
      listed.push_back(text(status, "operation_id"));
      EXPECT_EQ(status, parsed(get("/v1/operations/" + listed.back())));
    }
    const json::string* next = page.at("next_cursor").if_string();
    cursor = next ? std::string(*next) : "";
  } while (!cursor.empty());
  std::ranges::reverse(ids);
  EXPECT_EQ(listed, ids);
}

TEST_F(OperationsTest, AListThatCannotBeSaysWhy) {
  EXPECT_EQ(refused("/v1/operations?kind=No"), "422 kind");
  EXPECT_EQ(refused("/v1/operations?status=success"), "422 status");
  EXPECT_EQ(refused("/v1/operations?limit=101"), "422 limit");
  EXPECT_EQ(refused("/v1/operations?cursor=x"), "400 ");
}

TEST_F(OperationsTest, StatusesOfManyDocumentsAtOnce) {
  Uploaded one = uploaded("a.txt", "The walrus eats clams.");
  Uploaded two = uploaded("b.txt", "The narwhal eats squid.");
  std::string ids = one.document_id + "," + two.document_id + "," + one.document_id + ",x," +
                    std::string(kNowhere) + "," + one.operation_id;
  json::value by_query = parsed(get("/v1/documents/status?ids=" + ids));
  EXPECT_EQ(by_query.at("not_found"), (json::array{"x", kNowhere, one.operation_id}));
  json::object statuses = by_query.at("statuses").as_object();
  EXPECT_EQ(statuses.size(), 2u);
  for (const std::string& id : {one.document_id, two.document_id}) {
    EXPECT_EQ(statuses.at(id), parsed(get("/v1/documents/" + id + "/status")));
  }
  json::object asked{{"document_ids", json::array{one.document_id, two.document_id}}};
  json::value by_body = parsed(post("/v1/documents/status", json::serialize(asked)));
  EXPECT_EQ(by_body.at("statuses"), statuses);
  EXPECT_TRUE(by_body.at("not_found").as_array().empty());
}

TEST_F(OperationsTest, AtMostAHundredAtOnce) {
  json::array ids(101, json::value(kNowhere));
  auto too_many =
      post("/v1/documents/status", json::serialize(json::object{{"document_ids", ids}}));
  EXPECT_EQ(too_many.status, 422);
  EXPECT_NE(too_many.body.find("/document_ids"), std::string::npos);
  EXPECT_EQ(post("/v1/documents/status", R"({"document_ids":[1]})").status, 422);
  EXPECT_EQ(post("/v1/documents/status", R"({"document_ids":[]})").status, 422);
  std::string query(kNowhere);
  for (int i = 0; i < 100; ++i) query += "," + std::string(kNowhere);
  EXPECT_EQ(refused("/v1/documents/status?ids=" + query), "422 ids");
  EXPECT_EQ(refused("/v1/documents/status"), "422 ids");
}

// --- Cancel and retry

class CancelRouteTest : public OperationsTest {
 protected:
  Uploaded hanging() {
    life.embedder.hangs = true;
    auto response = call(upload("POST", "/v1/documents/", file("a.txt", "The walrus eats clams.")));
    int before = life.embedder.batches;
    EXPECT_TRUE(life.run_until([&] { return life.embedder.batches > before; }));
    return {text(parsed(response), "document_id"), text(parsed(response), "operation_id")};
  }
};

TEST_F(CancelRouteTest, ADocumentAndAnOperationAreCancelledAndRetried) {
  for (bool by_document : {true, false}) {
    Uploaded ids = hanging();
    std::string path =
        by_document ? "/v1/documents/" + ids.document_id : "/v1/operations/" + ids.operation_id;
    auto cancelled = post(path + "/cancel", by_document ? "" : "{}");
    EXPECT_EQ(cancelled.status, 202);
    EXPECT_EQ(cancelled.headers.get("x-operation-id"), ids.operation_id);
    EXPECT_EQ(text(parsed(cancelled), "operation_id"), ids.operation_id);
    ASSERT_TRUE(life.run_to_end(ids.operation_id));
    json::value status = parsed(get("/v1/operations/" + ids.operation_id));
    EXPECT_EQ(text(status.at("error"), "type"), "cancelled");
    EXPECT_EQ(post(path + "/cancel", "").status, 409);

    life.embedder.hangs = false;
    EXPECT_TRUE(life.find("clams").empty());
    auto retried = post(path + "/retry", "");
    ASSERT_EQ(retried.status, 202) << retried.body;
    EXPECT_EQ(parsed(retried).at("attempt"), 2);
    EXPECT_EQ(text(parsed(retried), "processing_status"), "processing");
    EXPECT_GT(parsed(retried).at("sequence").as_int64(), status.at("sequence").as_int64());
    ASSERT_TRUE(life.run_to_end(ids.operation_id));
    EXPECT_EQ(post(path + "/retry", "").status, 409);
    EXPECT_FALSE(life.find("clams").empty());
    call(request("DELETE", "/v1/documents/" + ids.document_id));
  }
}

TEST_F(CancelRouteTest, WhatIsNotThereAndWhatIsNoObject) {
  for (const char* verb : {"/cancel", "/retry"}) {
    EXPECT_EQ(post("/v1/operations/" + std::string(kNowhere) + verb, "").status, 404);
    EXPECT_EQ(post("/v1/documents/x" + std::string(verb), "").status, 404);
    EXPECT_EQ(post("/v1/documents/x" + std::string(verb), "[]").status, 422);
    EXPECT_EQ(post("/v1/documents/x" + std::string(verb), "{").status, 400);
  }
}

TEST_F(CancelRouteTest, ARetryAndAReplacementAtOnceAreNotBothTaken) {
  Uploaded ids = hanging();
  std::string path = "/v1/documents/" + ids.document_id;
  EXPECT_EQ(post(path + "/cancel", "").status, 202);
  ASSERT_TRUE(life.run_to_end(ids.operation_id));
  life.embedder.hangs = false;
  std::vector<std::optional<http::Response>> answers(3);
  start(request("POST", path + "/retry"), answers[0]);
  start(request("POST", "/v1/operations/" + ids.operation_id + "/retry"), answers[1]);
  start(upload("PATCH", path, file("b.txt", "The narwhal eats squid.")), answers[2]);
  ASSERT_TRUE(life.run_until([&] { return tasks.running() == 0; }));
  int taken = 0;
  for (auto& answer : answers) taken += answer->status == 202;
  EXPECT_EQ(taken, 1);
  EXPECT_TRUE(
      life.run_until([&] { return life.jobs.running(status::Kind::kDocumentUpload) == 0; }));
}

}  // namespace
}  // namespace walrus::api
