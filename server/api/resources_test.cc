// The routes without sockets, on the real parts.
#include "api/resources_for_test.h"

namespace walrus::api {
namespace {

using testing::ModelScript;

// --- Documents

TEST_F(ResourcesTest, ADocumentFromItsUploadToItsDeletion) {
  auto accepted =
      call(upload("POST", "/v1/documents/", file("../walrus.md", "# W\n\nIt eats clams.")));
  ASSERT_EQ(accepted.status, 202);
  json::value body = parsed(accepted);
  std::string id = text(body, "document_id");
  std::string operation = text(body, "operation_id");
  EXPECT_EQ(text(body, "filename"), "walrus.md");
  EXPECT_EQ(text(body, "status"), "processing");
  EXPECT_EQ(body.at("chunks_created"), 0);
  EXPECT_EQ(text(body, "status_url"), "/v1/documents/" + id + "/status");
  EXPECT_EQ(text(body, "events_url"), "/v1/operations/" + operation + "/events");
  EXPECT_EQ(accepted.headers.get("x-operation-id"), operation);
  ASSERT_TRUE(life.run_to_end(operation));

  json::value status = parsed(get("/v1/documents/" + id + "/status"));
  EXPECT_EQ(text(status, "processing_status"), "completed");
  EXPECT_EQ(status.at("progress_percentage"), 100);
  EXPECT_EQ(parsed(get("/v1/operations/" + operation)), status);

  json::value row = parsed(get("/v1/documents/")).as_array().at(0);
  EXPECT_EQ(text(row, "document_id"), id);
  EXPECT_EQ(text(row, "document_type"), "file_upload");
  EXPECT_EQ(text(row, "status"), "success");
  EXPECT_EQ(row.at("chunks_created"), 1);
  EXPECT_TRUE(parsed(get("/v1/documents/?document_type=web_crawl")).as_array().empty());

  json::value shown = parsed(get("/v1/documents/" + id));
  EXPECT_EQ(shown.at("chunk_count"), 1);
  EXPECT_EQ(text(shown.at("metadata"), "file_type"), ".md");

  json::value chunk = parsed(get("/v1/documents/" + id + "/chunks")).as_array().at(0);
  EXPECT_EQ(text(chunk, "chunk_id"), id + ":1:0");
  EXPECT_EQ(parsed(get("/v1/documents/" + id + "/chunks/" + id + ":1:0")), chunk);
  EXPECT_EQ(get("/v1/documents/" + id + "/chunks/" + id + ":2:0").status, 404);
  EXPECT_EQ(get("/v1/documents/" + id + "/chunks/nonsense").status, 404);

  auto content = get("/v1/documents/" + id + "/content");
  ASSERT_TRUE(content.file);
  EXPECT_TRUE(content.headers.get("content-disposition")->starts_with("attachment;"));
  EXPECT_NE(content.headers.get("content-security-policy")->find("sandbox"),
            std::string_view::npos);

  json::value found = parsed(post("/v1/search", R"({"query":"clams"})"));
  EXPECT_EQ(text(found.at("results").as_array().at(0), "document_id"), id);

  json::value deleted = parsed(call(request("DELETE", "/v1/documents/" + id)));
  EXPECT_EQ(text(deleted, "status"), "deleted");
  EXPECT_EQ(deleted.at("chunks_deleted"), 1);
  EXPECT_EQ(call(request("DELETE", "/v1/documents/" + id)).status, 404);
  EXPECT_EQ(get("/v1/documents/" + id + "/status").status, 404);
  EXPECT_EQ(get("/v1/operations/" + operation).status, 404);
  EXPECT_TRUE(parsed(post("/v1/search", R"({"query":"clams"})")).at("results").as_array().empty());
  EXPECT_FALSE(disk.blobs.exists(pipelines::original_blob(id, 1)));
}

TEST_F(ResourcesTest, AnUploadThatIsRefusedNamesItsFieldAndLeavesNothing) {
  auto refused = [&](std::vector<http::FormPart> parts) {
    http::Request made = request("POST", "/v1/documents/");
    made.form = std::move(parts);
    auto response = call(std::move(made));
    EXPECT_EQ(response.content_type, "application/problem+json");
    json::value problem = parsed(response);
    EXPECT_EQ(problem.at("status"), response.status);
    EXPECT_EQ(text(problem, "request_id"), "r-1");
    const json::value* errors = problem.as_object().if_contains("errors");
    std::string pointer = errors ? text(errors->as_array().at(0), "pointer") : "";
    return std::to_string(response.status) + " " + pointer;
  };
  auto parts = [](auto... each) {
    std::vector<http::FormPart> made;
    (made.push_back(std::move(each)), ...);
    return made;
  };
  EXPECT_EQ(refused({}), "422 /file");
  EXPECT_EQ(refused(parts(file("a.txt", ""))), "422 /file");
  EXPECT_EQ(refused(parts(file("a.txt", "a"), file("b.txt", "b"))), "422 /file");
  EXPECT_EQ(refused(parts(field("file", "text"))), "422 /file");
  EXPECT_EQ(refused(parts(file("a.txt", "a"), field("metadata", "[1]"))), "422 /metadata");
  EXPECT_EQ(refused(parts(file("a.txt", "a"), field("metadata", "{"))), "422 /metadata");
  EXPECT_EQ(refused(parts(file("a.txt", "a"),
                          field("metadata", "{\"k\":\"" + std::string(4096, 'x') + "\"}"))),
            "422 /metadata");
  EXPECT_EQ(refused(parts(file("a.exe", std::string_view("MZ\0\0\0\0\0\0\xFF\xFF", 10)))), "415 ");
  EXPECT_TRUE(parsed(get("/v1/documents/")).as_array().empty());
  EXPECT_TRUE(std::filesystem::is_empty(disk.blobs.incoming()));
}

TEST_F(ResourcesTest, OnlyOneOfTwoReplacementsAtOnceIsTaken) {
  Uploaded first = uploaded("a.txt", "The walrus eats clams.");
  std::string path = "/v1/documents/" + first.document_id;
  std::vector<std::optional<http::Response>> answers(2);
  start(upload("PATCH", path, file("b.txt", "The narwhal eats squid.")), answers[0]);
  start(upload("PATCH", path, file("c.txt", "The beluga eats cod.")), answers[1]);
  ASSERT_TRUE(life.run_until([&] { return tasks.running() == 0; }));
  EXPECT_EQ(answers[0]->status, 202);
  EXPECT_EQ(answers[1]->status, 409);
  ASSERT_TRUE(life.run_to_end(text(parsed(*answers[0]), "operation_id")));
  json::value status = parsed(get(path + "/status"));
  EXPECT_EQ(text(status, "processing_status"), "completed");
  EXPECT_EQ(life.find("squid").size(), 1u);
}

TEST_F(ResourcesTest, ADeletionWaitsForAReplacementAndTheNextFindsNothing) {
  Uploaded first = uploaded("a.txt", "The walrus eats clams.");
  std::string path = "/v1/documents/" + first.document_id;
  std::vector<std::optional<http::Response>> answers(4);
  start(upload("PATCH", path, file("b.txt", "The narwhal eats squid.")), answers[0]);
  start(request("DELETE", path), answers[1]);
  start(request("DELETE", path), answers[2]);
  start(upload("PATCH", path, file("c.txt", "The beluga eats cod.")), answers[3]);
  ASSERT_TRUE(life.run_until([&] { return tasks.running() == 0; }));
  EXPECT_EQ(answers[0]->status, 202);
  EXPECT_EQ(answers[1]->status, 200);
  EXPECT_EQ(answers[2]->status, 404);
  EXPECT_EQ(answers[3]->status, 404);
}

TEST_F(ResourcesTest, ADeletionThatHasWaitedLongEnoughIsRefused) {
  Uploaded first = uploaded("a.txt", "The walrus eats clams.");
  std::string path = "/v1/documents/" + first.document_id;
  Claims::Claim another = life.claims.take({"local", first.document_id});
  Duration before = clock.monotonic();
  EXPECT_EQ(call(request("DELETE", path)).status, 409);
  EXPECT_GE(clock.monotonic() - before, std::chrono::seconds(10));
  EXPECT_EQ(get(path).status, 200);
  another.reset();
  EXPECT_EQ(call(request("DELETE", path)).status, 200);
}

TEST_F(ResourcesTest, AReplacementWaitsForWhatRunsAndADeletionDoesNot) {
  life.embedder.hangs = true;
  auto accepted = call(upload("POST", "/v1/documents/", file("a.txt", "The walrus eats clams.")));
  std::string path = "/v1/documents/" + text(parsed(accepted), "document_id");
  ASSERT_TRUE(life.run_until([&] { return life.embedder.batches > 0; }));
  auto refused = call(upload("PATCH", path, file("b.txt", "b")));
  EXPECT_EQ(refused.status, 409);
  EXPECT_NE(refused.body.find(text(parsed(accepted), "operation_id")), std::string::npos);
  auto watcher = life.watch(text(parsed(accepted), "operation_id"));
  EXPECT_EQ(call(request("DELETE", path)).status, 200);
  EXPECT_TRUE(watcher->ended);
  EXPECT_EQ(watcher->events.back().error->type, ErrorCode::kCancelled);
}

// --- Statuses

TEST_F(ResourcesTest, AStatusIsKnownByItsTagAndItsEndByItsNumber) {
  Uploaded ids = uploaded("a.txt", "The walrus eats clams.");
  std::string path = "/v1/operations/" + ids.operation_id;
  auto status = get(path);
  std::string tag(*status.headers.get("etag"));
  EXPECT_EQ(status.headers.get("cache-control"), "private, no-cache");
  http::Request again = request("GET", path);
  again.headers.set("If-None-Match", tag);
  EXPECT_EQ(call(std::move(again)).status, 304);

  json::array history = parsed(get(path + "/history")).as_array();
  std::int64_t last = 0;
  for (const json::value& entry : history) {
    EXPECT_GT(entry.at("sequence").to_number<std::int64_t>(), last);
    last = entry.at("sequence").to_number<std::int64_t>();
    EXPECT_EQ(text(entry, "operation_id"), ids.operation_id);
  }
  EXPECT_EQ(history.back(), parsed(status));
  EXPECT_EQ(tag, "\"" + std::to_string(last) + "\"");

  http::Request at_end = request("GET", path + "/events");
  at_end.headers.set("Last-Event-ID", std::to_string(last));
  EXPECT_EQ(call(std::move(at_end)).status, 204);
  auto stream = get(path + "/events?after=" + std::to_string(last - 1));
  EXPECT_TRUE(stream.stream != nullptr);
  EXPECT_EQ(stream.headers.get("cache-control"), "no-store");
  EXPECT_EQ(get(path + "/events?after=x").status, 422);

  // An id of one kind is none of the other, however often it was asked for.
  EXPECT_EQ(get("/v1/documents/" + ids.operation_id + "/status").status, 404);
  EXPECT_EQ(get("/v1/operations/" + ids.document_id).status, 404);
}

TEST_F(ResourcesTest, WhatIsNotThereSaysWhatMayBeWrong) {
  for (const char* path : {"/v1/documents/nonsense/status",
                           "/v1/documents/0190163d-8694-739b-aea5-966c26f8ad91/status",
                           "/v1/operations/0190163d-8694-739b-aea5-966c26f8ad91",
                           "/v1/operations/0190163d-8694-739b-aea5-966c26f8ad91/events",
                           "/v1/operations/0190163d-8694-739b-aea5-966c26f8ad91/history"}) {
    auto response = get(path);
    EXPECT_EQ(response.status, 404) << path;
    EXPECT_NE(text(parsed(response), "detail").find("may be wrong"), std::string::npos);
  }
}

// --- Chats

TEST_F(ResourcesTest, ATurnInOneAnswerAndWhatTheConversationHolds) {
  auto answer =
      post("/v1/chat/", R"({"query":"What does it eat?","session_id":"debug","user_id":"u"})");
  ASSERT_EQ(answer.status, 200) << answer.body;
  json::value body = parsed(answer);
  EXPECT_EQ(text(body, "response"), "Clams and ice.");
  EXPECT_EQ(text(body, "session_id"), "debug");
  EXPECT_EQ(text(body, "conversation_id"), "conv#debug");
  EXPECT_EQ(text(body.at("metadata"), "selected_model"), "m");
  for (const char* id : {"debug", "conv%23debug"}) {
    std::string path = "/v1/chat/conversations/u/" + std::string(id);
    json::value history = parsed(get(path + "/history"));
    EXPECT_EQ(history.at("total"), 2);
    EXPECT_EQ(text(history.at("messages").as_array().at(1), "text"), "Clams and ice.");
    EXPECT_EQ(parsed(get(path + "/status")).as_array().size(), 6u);
  }
  EXPECT_EQ(parsed(get("/v1/chat/conversations/u")).at("total"), 1);
  EXPECT_EQ(parsed(get("/v1/chat/conversations/other")).at("total"), 0);
  EXPECT_EQ(get("/v1/chat/conversations/other/debug/history").status, 404);
  EXPECT_EQ(post("/v1/chat/", R"({"query":"q","session_id":"debug","user_id":"other"})").status,
            409);
  EXPECT_EQ(call(request("DELETE", "/v1/chat/conversations/u/debug")).status, 200);
  EXPECT_EQ(get("/v1/chat/conversations/u/debug/status").status, 404);
}

TEST_F(ResourcesTest, OneTurnAtATimeInAConversation) {
  std::optional<http::Response> first;
  start(request("POST", "/v1/chat/", R"({"query":"q","session_id":"debug"})"), first);
  auto second = post("/v1/chat/", R"({"query":"q","session_id":"debug"})");
  EXPECT_EQ(second.status, 409);
  EXPECT_EQ(post("/v1/chat/", R"({"query":"q","session_id":"other"})").status, 200);
  ASSERT_TRUE(life.run_until([&] { return first.has_value(); }));
  EXPECT_EQ(first->status, 200);
  EXPECT_EQ(text(parsed(second), "operation_id"), text(parsed(*first), "operation_id"));
}

TEST_F(ResourcesTest, AChatIsStreamedWhereItIsAskedFor) {
  int session = 0;
  auto streams = [&](std::string_view stream, std::string_view accept) {
    http::Request made = request("POST", "/v1/chat/",
                                 R"({"query":"q","session_id":")" + std::to_string(++session) +
                                     "\"" + std::string(stream) + "}");
    if (!accept.empty()) made.headers.set("Accept", std::string(accept));
    auto response = call(std::move(made));
    EXPECT_EQ(response.status, 200) << response.body;
    EXPECT_TRUE(response.headers.get("x-operation-id"));
    return response.stream != nullptr;
  };
  EXPECT_FALSE(streams("", ""));
  EXPECT_TRUE(streams("", "text/event-stream"));
  EXPECT_TRUE(streams(R"(,"stream":true)", ""));
  EXPECT_TRUE(streams(R"(,"stream":true)", "*/*"));
  EXPECT_FALSE(streams(R"(,"stream":true)", "application/json"));
  EXPECT_FALSE(streams(R"(,"stream":false)", "text/event-stream"));
  ASSERT_TRUE(life.run_until([&] { return life.jobs.running(status::Kind::kChat) == 0; }));
}

TEST_F(ResourcesTest, ABadQuestionNamesItsField) {
  auto refused = [&](std::string body) {
    auto response = post("/v1/chat/", std::move(body));
    if (response.status != 422) return std::to_string(response.status);
    return text(parsed(response).at("errors").as_array().at(0), "pointer");
  };
  EXPECT_EQ(refused("{"), "400");
  EXPECT_EQ(refused("\xFF"), "400");
  EXPECT_EQ(refused("[]"), "");
  EXPECT_EQ(refused(R"({"session_id":"s"})"), "/query");
  EXPECT_EQ(refused(R"({"query":"","session_id":"s"})"), "/query");
  EXPECT_EQ(refused("{\"query\":\"" + std::string(4001, 'x') + "\",\"session_id\":\"s\"}"),
            "/query");
  EXPECT_EQ(refused(R"({"query":"q"})"), "/session_id");
  EXPECT_EQ(refused(R"({"query":"q","session_id":"a/b"})"), "/session_id");
  EXPECT_EQ(refused(R"({"query":"q","session_id":"s","retrieval_k":21})"), "/retrieval_k");
  EXPECT_EQ(refused(R"({"query":"q","session_id":"s","model":"none"})"), "/model");
  EXPECT_EQ(refused(R"({"query":"q","session_id":"s","stream":1})"), "/stream");
  EXPECT_EQ(refused(R"({"query":"q","session_id":"s","retrieval_filter":{"x":1}})"),
            "/retrieval_filter/x");
}

class FailingModelTest : public ResourcesTest {
 protected:
  FailingModelTest() : ResourcesTest(ModelScript{.pieces = {{"Half"}, {" of"}}, .fail_after = 1}) {}
};

TEST_F(FailingModelTest, AFailedTurnIsSaidInHttpsWordsWithItsOperation) {
  auto answer = post("/v1/chat/", R"({"query":"q","session_id":"debug"})");
  EXPECT_EQ(answer.status, 502);
  EXPECT_EQ(text(parsed(answer), "error_type"), "upstream_error");
  std::string operation = text(parsed(answer), "operation_id");
  EXPECT_EQ(text(parsed(get("/v1/operations/" + operation)).at("error"), "type"), "model_failed");
}

TEST_F(ResourcesTest, ReadySaysWhichPartIsAway) {
  EXPECT_EQ(get("/ready").status, 200);
  life.store.go_away();
  auto away = get("/ready");
  EXPECT_EQ(away.status, 503);
  EXPECT_TRUE(away.headers.get("retry-after"));
  EXPECT_EQ(text(parsed(away).at("parts").at("store"), "status"), "unavailable");
  EXPECT_EQ(get("/v1/documents/").status, 503);
  EXPECT_EQ(get("/health").status, 200);
  life.store.come_back();
  EXPECT_EQ(get("/ready").status, 200);
}

}  // namespace
}  // namespace walrus::api
