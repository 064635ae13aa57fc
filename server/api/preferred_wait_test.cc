// Prefer: wait holds an upload's answer until the work ends, and no longer than it says.
#include "api/preferred_wait.h"

#include "api/resources_for_test.h"

namespace walrus::api {
namespace {

using namespace std::chrono_literals;

std::optional<std::chrono::seconds> wait_of(std::vector<std::string> values) {
  http::Headers headers;
  headers.add("Accept", "wait=3");
  for (std::string& value : values) headers.add("PREFER", std::move(value));
  return preferred_wait(headers);
}

TEST(PreferredWaitTest, IsReadAsTheStandardWritesIt) {
  EXPECT_EQ(wait_of({"wait=10"}), 10s);
  EXPECT_EQ(wait_of({"respond-async, Wait = \"20\" ; a=b"}), 20s);
  EXPECT_EQ(wait_of({"return=minimal", "wait=5", "wait=7"}), 5s);
  EXPECT_EQ(wait_of({"wait=60"}), 60s);
  EXPECT_EQ(wait_of({"wait=61"}), 60s);
  for (const char* passed_over : {"", ",", "wait", "wait=", "wait=0", "wait=-1", "wait=1.5",
                                  "wait=x", "wait=\"", "waits=1", "wait=99999999999999", "=1"}) {
    EXPECT_EQ(wait_of({passed_over}), std::nullopt) << passed_over;
  }
  EXPECT_EQ(wait_of({}), std::nullopt);
}

class UploadWaitTest : public ResourcesTest {
 protected:
  class FakePeer final : public http::Peer {
   public:
    std::stop_token gone() override { return source.get_token(); }
    std::stop_source source;
  };

  void TearDown() override {
    life.embedder.hangs = false;
    EXPECT_TRUE(
        life.run_until([&] { return life.jobs.running(status::Kind::kDocumentUpload) == 0; }));
  }
  http::Request patient(http::Request request, const std::string& prefer) {
    request.headers.set("Prefer", prefer);
    request.peer = &peer;
    return request;
  }
  http::Request patient_upload(const std::string& prefer,
                               std::string_view content = "The walrus eats clams.") {
    return patient(upload("POST", "/v1/documents/", file("a.txt", content)), prefer);
  }

  FakePeer peer;
};

TEST_F(UploadWaitTest, TheAnswerIsTheEnd) {
  auto answer = call(patient_upload("wait=10"));
  ASSERT_EQ(answer.status, 201) << answer.body;
  EXPECT_EQ(answer.headers.get("preference-applied"), "wait=10");
  json::value body = parsed(answer);
  EXPECT_EQ(text(body, "status"), "success");
  EXPECT_EQ(body.at("chunks_created"), 1);
  EXPECT_GT(body.at("total_tokens").as_int64(), 0);
  EXPECT_EQ(answer.headers.get("x-operation-id"), text(body, "operation_id"));
  EXPECT_EQ(life.find("clams").size(), 1u);

  std::string path(answer.headers.get("location").value());
  auto replaced = call(patient(upload("PATCH", path, file("b.txt", "It eats squid.")), "wait=10"));
  EXPECT_EQ(replaced.status, 200) << replaced.body;
  EXPECT_EQ(text(parsed(replaced), "status"), "success");
  EXPECT_EQ(life.find("squid").size(), 1u);
}

TEST_F(UploadWaitTest, WhenTimeIsUpItIsThePlainAnswer) {
  life.embedder.hangs = true;
  std::optional<http::Response> answer;
  start(patient_upload("wait=5"), answer);
  ASSERT_TRUE(life.run_until([&] { return life.embedder.batches > 0; }));
  life.loop.advance(4s);
  EXPECT_FALSE(answer);
  ASSERT_TRUE(life.run_until([&] { return answer.has_value(); }));
  EXPECT_EQ(answer->status, 202);
  EXPECT_EQ(text(parsed(*answer), "status"), "processing");
  EXPECT_EQ(answer->headers.get("preference-applied"), "wait=5");
}

TEST_F(UploadWaitTest, AFailureWithinItSaysWhy) {
  life.embedder.before_batch = [](std::stop_token) -> Result<void> {
    return fail(ErrorCode::kEmbeddingFailed, "The embedder is away.");
  };
  auto answer = call(patient_upload("wait=10"));
  EXPECT_EQ(answer.status, 422);
  EXPECT_EQ(answer.content_type, "application/problem+json");
  json::value body = parsed(answer);
  EXPECT_EQ(text(body, "detail"), "The embedder is away.");
  EXPECT_EQ(text(body.at("error"), "type"), "embedding_failed");
  EXPECT_EQ(text(body.at("error"), "step"), "creating_embeddings");
  EXPECT_EQ(life.document(text(body, "document_id")).operation_id, text(body, "operation_id"));
}

TEST_F(UploadWaitTest, AClientThatGoesAwayLeavesTheWorkAlone) {
  life.embedder.hangs = true;
  std::optional<http::Response> answer;
  start(patient_upload("wait=60"), answer);
  ASSERT_TRUE(life.run_until([&] { return life.embedder.batches > 0; }));
  EXPECT_FALSE(answer);
  peer.source.request_stop();
  life.loop.run_until_idle();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 202);
  life.embedder.hangs = false;
  std::string operation = text(parsed(*answer), "operation_id");
  ASSERT_TRUE(life.run_to_end(operation));
  EXPECT_EQ(life.operation(operation).state.outcome, status::Outcome::kCompleted);
}

TEST_F(UploadWaitTest, ACancelledOneIsAFailure) {
  life.embedder.hangs = true;
  std::optional<http::Response> answer;
  start(patient_upload("wait=60"), answer);
  ASSERT_TRUE(life.run_until([&] { return life.embedder.batches > 0; }));
  std::string id = text(parsed(get("/v1/documents/")).as_array().at(0), "document_id");
  ASSERT_TRUE(testing::run(life.loop, life.jobs.cancel(life.document(id).operation_id)));
  ASSERT_TRUE(life.run_until([&] { return answer.has_value(); }));
  EXPECT_EQ(answer->status, 422);
  EXPECT_EQ(text(parsed(*answer).at("error"), "type"), "cancelled");
}

TEST_F(UploadWaitTest, OneThatIsDeletedMeanwhileHoldsNobody) {
  life.embedder.hangs = true;
  std::optional<http::Response> answer;
  start(patient_upload("wait=60"), answer);
  ASSERT_TRUE(life.run_until([&] { return life.embedder.batches > 0; }));
  std::string id = text(parsed(get("/v1/documents/")).as_array().at(0), "document_id");
  Duration deleted_at = clock.monotonic();
  ASSERT_EQ(call(request("DELETE", "/v1/documents/" + id)).status, 200);
  ASSERT_TRUE(life.run_until([&] { return answer.has_value(); }));
  EXPECT_TRUE(answer->status == 422 || answer->status == 202) << answer->status;
  EXPECT_LT(clock.monotonic() - deleted_at, std::chrono::seconds(3));
}

TEST_F(UploadWaitTest, ARepeatWaitsForTheFirstOnesEnd) {
  auto keyed = [&](http::Request request) {
    request.headers.set("Idempotency-Key", "k");
    return request;
  };
  std::vector<std::optional<http::Response>> answers(3);
  for (auto& answer : answers) start(keyed(patient_upload("wait=10")), answer);
  ASSERT_TRUE(life.run_until([&] { return tasks.running() == 0; }));
  auto later = call(keyed(patient_upload("wait=10")));
  for (auto& answer : answers) {
    EXPECT_EQ(answer->status, 201);
    EXPECT_EQ(answer->body, later.body);
  }
  auto impatient =
      call(keyed(upload("POST", "/v1/documents/", file("a.txt", "The walrus eats clams."))));
  EXPECT_EQ(impatient.status, 202);
  EXPECT_FALSE(impatient.headers.get("preference-applied"));
}

}  // namespace
}  // namespace walrus::api
