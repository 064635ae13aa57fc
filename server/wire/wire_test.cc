#include <gtest/gtest.h>

#include "testing/manual_loop.h"
#include "wire/encoding.h"
#include "wire/problem.h"
#include "wire/status_json.h"

namespace walrus::wire {
namespace {

using namespace std::chrono_literals;
using status::Event;
using status::EventType;
using status::Kind;
using status::Outcome;
using status::State;
using status::Step;

std::string event_json(const State& state, const Event& event) {
  std::string json;
  append_event(json, state, event);
  return json;
}

State upload_state() {
  testing::ManualClock clock;
  State state;
  state.operation = {
      .id = "op", .kind = Kind::kDocumentUpload, .owner = "local", .document_id = "doc"};
  state.sequence = 42;
  state.step = Step::kCreatingEmbeddings;
  state.percent = 75;
  state.message = "Creating embeddings for 15 chunks...";
  state.started_at = clock.now();
  state.updated_at = clock.now() + 45s + 120ms;
  state.eta_seconds = 3.2;
  state.metadata = {{"chunks_created", 15}, {"total_tokens", 3200}};
  return state;
}

TEST(StatusJsonTest, HasTheDocumentShape) {
  EXPECT_EQ(parse_json(status_json(upload_state())).value(), parse_json(R"({
    "document_id":"doc","operation_id":"op","kind":"document_upload","sequence":42,
    "processing_status":"processing","processing_step":"creating_embeddings","progress_percentage":75,
    "status_message":"Creating embeddings for 15 chunks...","updated_at":"2024-01-15T10:30:45.120Z",
    "started_at":"2024-01-15T10:30:00.000Z","eta_seconds":3.2,"attempt":1,
    "status_metadata":{"chunks_created":15,"total_tokens":3200},"error":null})")
                                                                 .value());
}

State external_state() {
  std::vector<status::ExternalPlan::StepText> steps{{"fetch", 5, "Fetching..."}, {"load", 60, ""}};
  State state = upload_state();
  state.operation = {.id = "op", .kind = Kind::kExternal, .owner = "local"};
  state.operation.plan =
      std::make_shared<const status::ExternalPlan>("import", "Orders", std::move(steps));
  state.step = status::plan_of(state.operation)[1].step;
  return state;
}

TEST(StatusJsonTest, NamesKindTitleAndStepsOfSomebodyElsesPipeline) {
  State state = external_state();
  state.error = {ErrorCode::kInternal, "No disk.", state.step, false};
  auto shown = parse_json(status_json(state)).value().as_object();
  EXPECT_EQ(shown.at("kind"), "import");
  EXPECT_EQ(shown.at("title"), "Orders");
  EXPECT_EQ(shown.at("processing_step"), "load");
  EXPECT_EQ(shown.at("error").at("step"), "load");
}

TEST(StatusJsonTest, CarriesTheTextOfSomebodyElsesPipelineAsChunks) {
  Event chunk{.sequence = 43, .attempt = 1, .type = EventType::kChunk, .content = "a line\n"};
  EXPECT_EQ(parse_json(event_json(external_state(), chunk)).value(),
            parse_json(R"({"type":"chunk","content":"a line\n","operation_id":"op","sequence":43,
                           "attempt":1})")
                .value());
}

TEST(StatusJsonTest, SaysWhyItFailed) {
  State state = upload_state();
  state.outcome = Outcome::kFailed;
  state.error = {ErrorCode::kEncryptedDocument, "Remove the \"password\".", Step::kExtractingText,
                 false};
  auto shown = parse_json(status_json(state)).value().as_object();
  EXPECT_EQ(shown.at("error"),
            parse_json(R"({"type":"encrypted_document","message":"Remove the \"password\".",
    "step":"extracting_text","retryable":false})")
                .value());
}

State chat_state() {
  State state;
  state.operation = {.id = "op", .kind = Kind::kChat, .owner = "local", .conversation_id = "debug"};
  state.step = Step::kGeneratingResponse;
  state.percent = status::kNoPercent;
  return state;
}

Event chat_event(EventType type) {
  return {.sequence = 7,
          .attempt = 1,
          .at = {},
          .type = type,
          .outcome = Outcome::kProcessing,
          .step = Step::kGeneratingResponse,
          .message = "Generating response..."};
}

TEST(EventJsonTest, ShowsEachEventOfAChat) {
  Event status = chat_event(EventType::kStatus);
  EXPECT_EQ(event_json(chat_state(), status),
            R"({"type":"status","status":"processing","step":"generating_response",)"
            R"("message":"Generating response...","operation_id":"op","sequence":7,"attempt":1})");
  Event chunk = chat_event(EventType::kChunk);
  chunk.content = "a\n\"b\"\x01\xFF";
  EXPECT_EQ(event_json(chat_state(), chunk),
            "{\"type\":\"chunk\",\"content\":\"a\\n\\\"b\\\"\\u0001\xEF\xBF\xBD\",\"operation_id\":"
            "\"op\",\"sequence\":7,\"attempt\":1}");
  Event complete = chat_event(EventType::kComplete);
  complete.outcome = Outcome::kCompleted;
  complete.metadata["latency_ms"] = 1250;
  EXPECT_EQ(
      event_json(chat_state(), complete),
      R"({"type":"complete","metadata":{"status":"completed","latency_ms":1250},"operation_id":"op","sequence":7,"attempt":1})");
  Event error = chat_event(EventType::kError);
  error.outcome = Outcome::kFailed;
  error.error = {ErrorCode::kModelFailed, "Ask again.", Step::kGeneratingResponse, true};
  EXPECT_EQ(
      event_json(chat_state(), error),
      R"({"type":"error","error":"Ask again.","error_type":"model_failed","step":"generating_response",)"
      R"("retryable":true,"operation_id":"op","sequence":7,"attempt":1})");
}

TEST(EventJsonTest, AChatHasNoPercentage) {
  auto shown = parse_json(status_json(chat_state())).value().as_object();
  EXPECT_TRUE(shown.at("progress_percentage").is_null());
  EXPECT_EQ(shown.at("conversation_id").as_string(), "conv#debug");
  EXPECT_FALSE(shown.contains("document_id"));
}

TEST(FrameTest, IsOneChunkWithIdAndData) {
  SseEncoding encoding;
  Event status = chat_event(EventType::kStatus);
  live::EncodedEvent encoded = encoding.event(chat_state(), status);
  std::string body = "id: 7\ndata: " + event_json(chat_state(), status) + "\n\n";
  char size[16];
  std::snprintf(size, sizeof size, "%zx", body.size());
  EXPECT_EQ(encoded.json(), event_json(chat_state(), status));
  EXPECT_EQ(encoded.frame, std::string(size) + "\r\n" + body + "\r\n");
  EXPECT_EQ(*encoding.greeting(), "d\r\nretry: 1000\n\n\r\n");
}

TEST(ProblemTest, CarriesBothFormsAndTheFields) {
  Error error = fail_field("/query", "must have 1 to 4000 characters").error();
  auto problem = parse_json(problem_json(error, "r-1")).value().as_object();
  EXPECT_EQ(problem.at("status"), 422);
  EXPECT_EQ(problem.at("status_code"), 422);
  EXPECT_EQ(problem.at("error_type").as_string(), "validation_error");
  EXPECT_EQ(problem.at("request_id").as_string(), "r-1");
  EXPECT_EQ(problem.at("errors").as_array().at(0).at("pointer").as_string(), "/query");
  // What ended an operation is said in HTTP's own words.
  auto failed = parse_json(problem_json({ErrorCode::kModelFailed, "x", "secret"}, "r", 0, "op"))
                    .value()
                    .as_object();
  EXPECT_EQ(failed.at("error_type").as_string(), "upstream_error");
  EXPECT_EQ(failed.at("status"), 502);
  EXPECT_EQ(failed.at("operation_id").as_string(), "op");
  EXPECT_EQ(json::serialize(failed).find("secret"), std::string::npos);
}

}  // namespace
}  // namespace walrus::wire
