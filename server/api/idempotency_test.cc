// Idempotency-Key: the same key and the same content are one piece of work with one answer.
#include "api/idempotency.h"

#include <random>

#include "api/kept_stream_for_test.h"
#include "api/resources_for_test.h"

namespace walrus::api {
namespace {

class IdempotencyTest : public ResourcesTest {
 protected:
  void TearDown() override {
    EXPECT_TRUE(life.run_until([&] {
      return life.jobs.running(status::Kind::kDocumentUpload) +
                 life.jobs.running(status::Kind::kChat) ==
             0;
    }));
  }
  static http::Request with_key(http::Request request, const std::string& key) {
    request.headers.set("Idempotency-Key", key);
    return request;
  }
  http::Request keyed_upload(const std::string& key, const std::string& filename,
                             std::string_view content) {
    return with_key(upload("POST", "/v1/documents/", file(filename, content)), key);
  }
  http::Request keyed_question(const std::string& key, std::string body) {
    return with_key(request("POST", "/v1/chat/", std::move(body)), key);
  }
  // The field that a 422 names.
  static std::string refused_field(const http::Response& response) {
    if (response.status != 422) return "status " + std::to_string(response.status);
    return text(parsed(response).at("errors").as_array().at(0), "pointer");
  }
  std::size_t documents() { return parsed(get("/v1/documents/")).as_array().size(); }
  Received read(http::Response response) {
    Received got;
    auto stream = std::make_shared<KeptStream>(life.loop, got, 1000);
    response.stream(stream);
    EXPECT_TRUE(life.run_until([&] { return got.finished; }));
    life.loop.run_until_idle();
    return got;
  }
};

TEST_F(IdempotencyTest, ARepeatedUploadAnswersTheFirstOnesIdsAndBeginsNothing) {
  auto first = call(keyed_upload("k", "a.txt", "The walrus eats clams."));
  ASSERT_EQ(first.status, 202) << first.body;
  std::string operation = text(parsed(first), "operation_id");
  auto at_once = call(keyed_upload("k", "a.txt", "The walrus eats clams."));
  ASSERT_TRUE(life.run_to_end(operation));
  auto later = call(keyed_upload("k", "a.txt", "The walrus eats clams."));
  for (const http::Response* repeat : {&at_once, &later}) {
    EXPECT_EQ(repeat->status, 202);
    EXPECT_EQ(repeat->body, first.body);
    EXPECT_EQ(repeat->headers.get("x-operation-id"), first.headers.get("x-operation-id"));
    EXPECT_EQ(repeat->headers.get("location"), first.headers.get("location"));
  }
  EXPECT_EQ(documents(), 1u);
  EXPECT_TRUE(std::filesystem::is_empty(disk.blobs.incoming()));
}

TEST_F(IdempotencyTest, AnotherContentIsRefusedAndNamesTheHeader) {
  ASSERT_EQ(call(keyed_upload("k", "a.txt", "The walrus eats clams.")).status, 202);
  EXPECT_EQ(refused_field(call(keyed_upload("k", "a.txt", "Another text."))), "Idempotency-Key");
  EXPECT_EQ(refused_field(call(keyed_upload("k", "b.txt", "The walrus eats clams."))),
            "Idempotency-Key");
  http::Request labelled = keyed_upload("k", "a.txt", "The walrus eats clams.");
  labelled.form.push_back(field("metadata", R"({"a":1})"));
  EXPECT_EQ(refused_field(call(std::move(labelled))), "Idempotency-Key");
  EXPECT_EQ(call(keyed_upload("l", "a.txt", "Another text.")).status, 202);
  EXPECT_EQ(documents(), 2u);
}

TEST_F(IdempotencyTest, TheOrderOfMembersMakesNoDifference) {
  auto uploaded_with = [&](std::string metadata) {
    http::Request made = keyed_upload("k", "a.txt", "The walrus eats clams.");
    made.form.push_back(field("metadata", std::move(metadata)));
    return call(std::move(made));
  };
  auto first = uploaded_with(R"({"a":1,"b":{"c":[1,"x"],"d":null}})");
  EXPECT_EQ(uploaded_with(R"({"b":{"d":null,"c":[1,"x"]}, "a":1})").body, first.body);
  EXPECT_EQ(refused_field(uploaded_with(R"({"a":1,"b":{"c":["x",1],"d":null}})")),
            "Idempotency-Key");
}

TEST_F(IdempotencyTest, AKeyIsVisibleAsciiOfBoundedLength) {
  auto refused = [&](const std::string& key) {
    return refused_field(call(keyed_upload(key, "a.txt", "x")));
  };
  for (const std::string& key : {std::string(), std::string("a b"), std::string("a\x7F"),
                                 std::string("\xC3\xA4"), std::string(256, 'k')}) {
    EXPECT_EQ(refused(key), "Idempotency-Key") << key;
  }
  EXPECT_EQ(documents(), 0u);
  EXPECT_EQ(call(keyed_upload(std::string(255, 'k'), "a.txt", "x")).status, 202);
}

TEST_F(IdempotencyTest, ARefusedRequestLeavesItsKeyFree) {
  EXPECT_EQ(call(keyed_upload("k", "a.txt", "")).status, 422);
  EXPECT_EQ(call(keyed_upload("k", "a.exe", std::string_view("MZ\0\0\0\0\0\0\xFF\xFF", 10))).status,
            415);
  EXPECT_EQ(call(keyed_upload("k", "a.txt", "The walrus eats clams.")).status, 202);
}

TEST_F(IdempotencyTest, AfterADayTheKeyIsFree) {
  auto first = call(keyed_upload("k", "a.txt", "The walrus eats clams."));
  ASSERT_TRUE(life.run_to_end(text(parsed(first), "operation_id")));
  clock.advance(store::kIdempotencyLife);
  auto second = call(keyed_upload("k", "a.txt", "Another text."));
  EXPECT_EQ(second.status, 202);
  EXPECT_NE(second.body, first.body);
}

TEST_F(IdempotencyTest, OfManyUploadsAtOnceOneIsAccepted) {
  unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 dice(seed);
  std::vector<std::optional<http::Response>> answers(20);
  for (auto& answer : answers) {
    start(keyed_upload("k", "a.txt", "The walrus eats clams."), answer);
    if (dice() % 3 == 0) life.loop.run_until_idle();
  }
  ASSERT_TRUE(life.run_until([&] { return tasks.running() == 0; }));
  for (auto& answer : answers) {
    EXPECT_EQ(answer->status, 202);
    EXPECT_EQ(answer->body, answers[0]->body);
  }
  EXPECT_EQ(documents(), 1u);
}

TEST_F(IdempotencyTest, OfManyReplacementsAtOnceOneIsAccepted) {
  Uploaded ids = uploaded("a.txt", "The walrus eats clams.");
  std::string path = "/v1/documents/" + ids.document_id;
  auto replacement = [&](std::string_view content) {
    return with_key(upload("PATCH", path, file("b.txt", content)), "k");
  };
  std::vector<std::optional<http::Response>> answers(10);
  for (auto& answer : answers) start(replacement("The narwhal eats squid."), answer);
  ASSERT_TRUE(life.run_until([&] { return tasks.running() == 0; }));
  for (auto& answer : answers) {
    EXPECT_EQ(answer->status, 202) << answer->body;
    EXPECT_EQ(answer->body, answers[0]->body);
  }
  EXPECT_EQ(refused_field(call(replacement("Another text."))), "Idempotency-Key");
  ASSERT_TRUE(life.run_to_end(text(parsed(*answers[0]), "operation_id")));
  EXPECT_EQ(life.document(ids.document_id).latest_version, 2);
  // The route is the document's own: the same key is free on another's.
  Uploaded other = uploaded("c.txt", "The beluga eats cod.");
  auto elsewhere = call(with_key(upload("PATCH", "/v1/documents/" + other.document_id,
                                        file("b.txt", "The narwhal eats squid.")),
                                 "k"));
  EXPECT_EQ(text(parsed(elsewhere), "document_id"), other.document_id);
}

// The answer to the commit got lost, and the store with it: nobody knows what it took.
TEST_F(IdempotencyTest, AnAnswerThatGotLostIsGivenToTheRepeat) {
  life.store.fail_commit(1, testing::Fault::kAfterCommit);
  std::optional<http::Response> lost;
  start(keyed_upload("k", "a.txt", "The walrus eats clams."), lost);
  ASSERT_TRUE(life.run_until([&] {
    if (life.store.commits() == 1) life.store.go_away();
    return lost.has_value();
  }));
  life.store.come_back();
  auto repeat = call(keyed_upload("k", "a.txt", "The walrus eats clams."));
  EXPECT_EQ(repeat.status, 202);
  json::array rows = parsed(get("/v1/documents/")).as_array();
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(text(rows.at(0), "document_id"), text(parsed(repeat), "document_id"));
}

TEST_F(IdempotencyTest, ARepeatedQuestionGivesTheFirstOnesAnswer) {
  const std::string body = R"({"query":"q","session_id":"debug"})";
  std::vector<std::optional<http::Response>> answers(3);
  for (auto& answer : answers) start(keyed_question("k", body), answer);
  ASSERT_TRUE(life.run_until([&] { return tasks.running() == 0; }));
  auto later = call(keyed_question("k", R"({"session_id":"debug","query":"q"})"));
  EXPECT_EQ(later.status, 200) << later.body;
  EXPECT_EQ(text(parsed(later), "response"), "Clams and ice.");
  for (auto& answer : answers) EXPECT_EQ(answer->body, later.body);
  json::value history = parsed(get("/v1/chat/conversations/u/debug/history"));
  EXPECT_EQ(history.at("total"), 2);
  EXPECT_EQ(refused_field(call(keyed_question("k", R"({"query":"r","session_id":"debug"})"))),
            "Idempotency-Key");
}

TEST_F(IdempotencyTest, ARepeatedQuestionAttachesToTheFirstOnesStream) {
  const std::string body = R"({"query":"q","session_id":"debug","stream":true})";
  auto first = call(keyed_question("k", body));
  auto meanwhile = call(keyed_question("k", body));
  EXPECT_EQ(meanwhile.headers.get("x-operation-id"), first.headers.get("x-operation-id"));
  Received got_first = read(std::move(first));
  Received got_meanwhile = read(std::move(meanwhile));
  Received got_later = read(call(keyed_question("k", body)));
  EXPECT_EQ(got_first.content, "Clams and ice.");
  EXPECT_EQ(got_first.types.back(), "complete");
  for (const Received* repeat : {&got_meanwhile, &got_later}) {
    EXPECT_EQ(repeat->ids, got_first.ids);
    EXPECT_EQ(repeat->content, got_first.content);
  }
}

// What the cancelled attempt had said already is no part of the next one's answer.
TEST_F(IdempotencyTest, ARepeatedQuestionIsAnsweredByItsLastAttempt) {
  const std::string body = R"({"query":"q","session_id":"debug","stream":true})";
  auto first = call(keyed_question("k", body));
  std::string id(*first.headers.get("x-operation-id"));
  auto watcher = life.watch(id);
  auto has_text = [&] {
    return std::ranges::any_of(watcher->events,
                               [](const status::Event& event) { return !event.content.empty(); });
  };
  ASSERT_TRUE(life.run_until(has_text));
  ASSERT_EQ(post("/v1/operations/" + id + "/cancel", "").status, 202);
  ASSERT_TRUE(life.run_to_end(id));
  ASSERT_EQ(post("/v1/operations/" + id + "/retry", "").status, 202);
  ASSERT_TRUE(life.run_to_end(id));
  http::Request whole = keyed_question("k", body);
  whole.headers.set("Accept", "application/json");
  auto repeated = call(std::move(whole));
  ASSERT_EQ(repeated.status, 200) << repeated.body;
  EXPECT_EQ(text(parsed(repeated), "response"), "Clams and ice.");
}

TEST_F(IdempotencyTest, AQuestionOfADeletedConversationIsNotAskedAgain) {
  const std::string body = R"({"query":"q","session_id":"debug"})";
  ASSERT_EQ(call(keyed_question("k", body)).status, 200);
  ASSERT_EQ(call(request("DELETE", "/v1/chat/conversations/u/debug")).status, 200);
  EXPECT_EQ(call(keyed_question("k", body)).status, 410);
  EXPECT_EQ(get("/v1/chat/conversations/u/debug/history").status, 404);
}

}  // namespace
}  // namespace walrus::api
