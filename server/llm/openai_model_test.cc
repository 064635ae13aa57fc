#include "llm/openai_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "base/worker_pool.h"
#include "testing/manual_loop.h"
#include "testing/scripted_http_server.h"

namespace walrus::llm {
namespace {

using namespace std::chrono_literals;
using testing::chunk;
using testing::chunked_head;
using testing::Close;
using testing::Hang;
using ::testing::HasSubstr;
using testing::last_chunk;
using ::testing::Not;
using testing::Script;
using testing::ScriptedHttpServer;
using testing::SeenRequest;
using testing::whole_reply;

testing::Write delta(std::string_view text) {
  return chunk("data: {\"choices\":[{\"delta\":{\"content\":\"" + std::string(text) + "\"}}]}\n\n");
}

Script good_answer() {
  return {chunked_head("text/event-stream"), delta("Hello "), delta("there"),
          chunk("data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
                "data: "
                "{\"choices\":[],\"usage\":{\"prompt_tokens\":40,\"completion_tokens\":2}}\n\ndata:"
                " [DONE]\n\n"),
          last_chunk()};
}

class OpenAiModelTest : public ::testing::Test {
 protected:
  OpenAiModel& model(ScriptedHttpServer::Handler handler) {
    server_ = std::make_unique<ScriptedHttpServer>(std::move(handler));
    return model_at(server_->url("/v1/"));
  }
  OpenAiModel& model_at(std::string url) {
    OpenAiOptions options{.url = std::move(url), .api_key = "sk-canary"};
    options.info = {
        .model_id = "test-model", .provider = "openai-compatible", .context_length = 4096};
    auto count = [](std::string_view text) { return text.size() / 4 + 1; };
    model_ = std::make_unique<OpenAiModel>(options, http_, workers_, count, clock_, log_);
    return *model_;
  }

  struct Ending {
    std::optional<Result<Completion>> result;
    std::string text;
    ErrorCode code() const { return result->error().code; }
  };

  static Task<void> keep(Task<Result<Completion>> task, Ending& out) {
    out.result.emplace(co_await task);
  }

  // Starts an answer.
  void start(std::stop_token stop = {}) {
    ending_ = std::make_unique<Ending>();
    Prompt prompt{.query = "Why?", .history = {{"user", "Hi"}, {"assistant", "Ho"}}};
    prompt.sources.push_back({.chunk_id = "c1", .label = "a.txt", .text = "Because \"it\" is."});
    OnText on_text = [this](std::string_view text) {
      ending_->text += text;
      if (on_piece_) on_piece_();
    };
    group_.start(keep(model_->answer(prompt, on_text, std::move(stop)), *ending_));
    loop_.run_until_idle();
    while (loop_.timers() == 0 && !ending_->result) loop_.run_when_posted();  // the prompt is built
  }
  // What `script` says, once the test lets it: so that the request is under way and not ended.
  Script held(Script script) {
    script.insert(script.begin(), testing::AwaitGate{gate_});
    return script;
  }
  // From a request whose reply is held to the pause before the next one.
  void run_into_pause() {
    gate_->open();
    loop_.run_when_posted();
    ASSERT_FALSE(ending_->result);
  }
  void run_until_text(std::string_view text) {
    while (ending_->text != text) loop_.run_when_posted();
  }
  void run_until_end() {
    while (!ending_->result) loop_.run_when_posted();
  }
  Ending& answer() {
    start();
    run_until_end();
    return *ending_;
  }

  testing::ManualClock clock_;
  testing::ManualLoop loop_{clock_};
  Log log_ = Log::none();
  WorkerPool workers_{1, "test"};
  net::HttpClient http_{log_};
  std::unique_ptr<ScriptedHttpServer> server_;
  std::unique_ptr<OpenAiModel> model_;
  std::unique_ptr<Ending> ending_;
  std::function<void()> on_piece_;
  std::shared_ptr<testing::Gate> gate_ = std::make_shared<testing::Gate>();
  TaskGroup group_{loop_, [](std::exception_ptr) { FAIL(); }};
};

TEST_F(OpenAiModelTest, AsksAsTheApiWantsAndStreams) {
  model([](const SeenRequest&) { return good_answer(); });
  Ending& ending = answer();
  ASSERT_TRUE(*ending.result) << ending.result->error().detail;
  EXPECT_EQ(ending.text, "Hello there");
  EXPECT_EQ((*ending.result)->prompt_tokens, 40);
  EXPECT_EQ((*ending.result)->answer_tokens, 2);

  SeenRequest seen = server_->requests().at(0);
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.target, "/v1/chat/completions");
  EXPECT_EQ(seen.header("authorization"), "Bearer sk-canary");
  EXPECT_EQ(seen.header("content-type"), "application/json");
  json::value body = *parse_json(seen.body);
  EXPECT_EQ(body.at("model").as_string(), "test-model");
  EXPECT_TRUE(body.at("stream").as_bool());
  EXPECT_TRUE(body.at("stream_options").at("include_usage").as_bool());
  EXPECT_EQ(body.at("max_tokens").as_int64(), 1024);
  const json::array& messages = body.at("messages").as_array();
  ASSERT_EQ(messages.size(), 4U);
  EXPECT_EQ(messages[0].at("role").as_string(), "system");
  EXPECT_THAT(std::string(messages[3].at("content").as_string()), HasSubstr("Because \"it\" is."));
  EXPECT_EQ(loop_.timers(), 0U);
}

TEST_F(OpenAiModelTest, FencesEachPromptAnew) {
  model([](const SeenRequest&) { return good_answer(); });
  answer();
  answer();
  ASSERT_EQ(server_->requests().size(), 2U);
  EXPECT_NE(server_->requests()[0].body, server_->requests()[1].body);
}

TEST_F(OpenAiModelTest, CountsItselfWhereTheServerDoesNot) {
  model([](const SeenRequest&) {
    return whole_reply(
        200, R"({"choices":[{"message":{"content":"Whole answer"},"finish_reason":"stop"}]})");
  });
  Ending& ending = answer();
  ASSERT_TRUE(*ending.result);
  EXPECT_EQ(ending.text, "Whole answer");
  EXPECT_EQ((*ending.result)->answer_tokens, 4);
  EXPECT_GT((*ending.result)->prompt_tokens, 50);
}

TEST_F(OpenAiModelTest, RefusalsMakeItUnavailableAndTellNoSecret) {
  for (int status : {401, 403, 404, 429, 500, 502, 503}) {
    model([status](const SeenRequest&) {
      return whole_reply(
          status, R"({"error":{"message":"key sk-canary of 'Why?'","code":"invalid_api_key"}})");
    });
    Ending& ending = answer();
    ASSERT_FALSE(*ending.result);
    const Error& error = ending.result->error();
    EXPECT_EQ(error.code, ErrorCode::kModelUnavailable) << status;
    for (const std::string* text : {&error.message, &error.detail}) {
      EXPECT_THAT(*text, Not(HasSubstr("sk-canary")));
      EXPECT_THAT(*text, Not(HasSubstr("Why?")));
    }
    EXPECT_THAT(error.detail, HasSubstr("invalid_api_key"));
    EXPECT_FALSE(model_->available()) << status;
    EXPECT_EQ(server_->requests().size(), 1U) << status;
  }
}

TEST_F(OpenAiModelTest, APromptThatIsRefusedDoesNotOpenTheBreaker) {
  model([](const SeenRequest&) {
    return whole_reply(400, R"({"error":{"code":"context_length_exceeded"}})");
  });
  EXPECT_EQ(answer().code(), ErrorCode::kModelUnavailable);
  EXPECT_TRUE(model_->available());
}

TEST_F(OpenAiModelTest, PausesAfterAFailureAndThenProbes) {
  std::atomic<bool> broken = true;
  model([&](const SeenRequest&) { return broken ? whole_reply(500, "") : good_answer(); });
  answer();
  EXPECT_FALSE(model_->available());
  EXPECT_EQ(answer().code(), ErrorCode::kModelUnavailable);
  EXPECT_EQ(server_->requests().size(), 1U);  // not asked while the breaker is open
  broken = false;
  clock_.advance(5s);
  EXPECT_TRUE(model_->available());
  EXPECT_TRUE(*answer().result);
  EXPECT_TRUE(model_->available());
}

TEST_F(OpenAiModelTest, TriesOnceMoreWhenAskedToWaitALittle) {
  for (int status : {503, 429}) {
    std::atomic<int> calls = 0;
    server_.reset();  // whose threads use the old gate
    gate_ = std::make_shared<testing::Gate>();
    model([&](const SeenRequest&) {
      return ++calls == 1 ? held(whole_reply(status, "", "text/plain", "Retry-After: 2\r\n"))
                          : good_answer();
    });
    start();
    run_into_pause();
    loop_.advance(2s - 1ms);
    EXPECT_EQ(calls, 1);
    loop_.advance(1ms);
    run_until_end();
    ASSERT_TRUE(*ending_->result);
    EXPECT_EQ(ending_->text, "Hello there");
    EXPECT_EQ(calls, 2);
  }
}

TEST_F(OpenAiModelTest, DoesNotWaitLongNorWithoutBeingAsked) {
  for (const char* header : {"Retry-After: 3\r\n", "Retry-After: Wed, 21 Oct 2026 07:28:00 GMT\r\n",
                             "Retry-After: -1\r\n", ""}) {
    model([&](const SeenRequest&) { return whole_reply(503, "", "text/plain", header); });
    EXPECT_EQ(answer().code(), ErrorCode::kModelUnavailable);
    EXPECT_EQ(server_->requests().size(), 1U) << header;
  }
}

TEST_F(OpenAiModelTest, LearnsTheOtherNameOfTheLimit) {
  model([](const SeenRequest& seen) {
    bool old = seen.body.find("\"max_tokens\"") != std::string::npos;
    return old ? whole_reply(400,
                             R"({"error":{"code":"unsupported_parameter","param":"max_tokens"}})")
               : good_answer();
  });
  start();
  run_until_end();
  ASSERT_TRUE(*ending_->result) << ending_->result->error().detail;
  ASSERT_EQ(server_->requests().size(), 2U);
  EXPECT_TRUE(*answer().result);
  EXPECT_EQ(server_->requests().size(), 3U);  // remembered
}

TEST_F(OpenAiModelTest, ABreakAnywhereIsNeverTakenForAnAnswer) {
  Script whole = good_answer();
  for (std::size_t cut = 2; cut + 1 < whole.size(); ++cut) {
    model([&](const SeenRequest&) -> Script {
      Script script(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(cut));
      script.emplace_back(Close{});
      return script;
    });
    Ending& ending = answer();
    ASSERT_FALSE(*ending.result) << cut;
    EXPECT_EQ(ending.code(), ErrorCode::kModelFailed) << cut;
    EXPECT_EQ(server_->requests().size(), 1U);
  }
}

TEST_F(OpenAiModelTest, TriesAgainOnceWhereNothingCame) {
  for (const Script& nothing :
       {Script{Close{}}, Script{chunked_head("text/event-stream"), Close{}}}) {
    server_.reset();  // whose threads use the old gate
    gate_ = std::make_shared<testing::Gate>();
    model([&](const SeenRequest&) { return held(nothing); });
    start();
    run_into_pause();
    loop_.advance(250ms);
    run_until_end();
    EXPECT_EQ(ending_->code(), ErrorCode::kModelUnavailable);
    EXPECT_EQ(server_->requests().size(), 2U);
  }
}

TEST_F(OpenAiModelTest, BreaksOffAtABrokenEventAndHangsUp) {
  model([](const SeenRequest&) -> Script {
    return {chunked_head("text/event-stream"), delta("Hello"), chunk("data: {broken\n\n"), Hang{}};
  });
  Ending& ending = answer();
  EXPECT_EQ(ending.code(), ErrorCode::kModelFailed);
  EXPECT_EQ(ending.text, "Hello");
  EXPECT_TRUE(server_->wait_for_client_closes(1));
}

TEST_F(OpenAiModelTest, AnErrorBeforeTheFirstPieceLeavesRoomForAnotherModel) {
  model([](const SeenRequest&) -> Script {
    return {chunked_head("text/event-stream"),
            chunk("data: {\"error\":{\"type\":\"overloaded\"}}\n\n"), last_chunk()};
  });
  EXPECT_EQ(answer().code(), ErrorCode::kModelUnavailable);
}

TEST_F(OpenAiModelTest, WaitsSixtySecondsForTheFirstToken) {
  model([](const SeenRequest&) -> Script { return {chunked_head("text/event-stream"), Hang{}}; });
  start();
  while (loop_.timers() == 0) loop_.run_when_posted();
  loop_.advance(60s - 1ms);
  EXPECT_FALSE(ending_->result);
  loop_.advance(1ms);
  run_until_end();
  EXPECT_EQ(ending_->code(), ErrorCode::kTimeout);
  EXPECT_TRUE(server_->wait_for_client_closes(1));
  EXPECT_FALSE(model_->available());
}

TEST_F(OpenAiModelTest, WaitsThirtySecondsBetweenTokens) {
  model([](const SeenRequest&) -> Script {
    return {chunked_head("text/event-stream"), delta("Hello"), Hang{}};
  });
  start();
  run_until_text("Hello");
  loop_.advance(30s - 1ms);
  EXPECT_FALSE(ending_->result);
  loop_.advance(1ms);
  run_until_end();
  EXPECT_EQ(ending_->code(), ErrorCode::kTimeout);
}

TEST_F(OpenAiModelTest, ACompleteAnswerCountsThoughTheServerDoesNotHangUp) {
  model([](const SeenRequest&) -> Script {
    return {chunked_head("text/event-stream"),
            chunk("data: {\"choices\":[{\"delta\":{\"content\":\"Hello\"}}]}\n\ndata: [DONE]\n\n"),
            Hang{}};
  });
  start();
  run_until_text("Hello");
  loop_.advance(1s);
  run_until_end();
  ASSERT_TRUE(*ending_->result) << ending_->result->error().detail;
  EXPECT_TRUE(server_->wait_for_client_closes(1));
  EXPECT_TRUE(model_->available());
}

TEST_F(OpenAiModelTest, StopsInTheMiddleAndIsNotBlamed) {
  model([](const SeenRequest&) -> Script {
    return {chunked_head("text/event-stream"), delta("Hello"), Hang{}};
  });
  std::stop_source stop;
  on_piece_ = [&] { stop.request_stop(); };
  start(stop.get_token());
  run_until_end();
  EXPECT_EQ(ending_->code(), ErrorCode::kCancelled);
  EXPECT_TRUE(server_->wait_for_client_closes(1));
  EXPECT_TRUE(model_->available());
  EXPECT_EQ(loop_.timers(), 0U);
}

TEST_F(OpenAiModelTest, StopsDuringThePauseBeforeARetry) {
  model([&](const SeenRequest&) {
    return held(whole_reply(503, "", "text/plain", "Retry-After: 1\r\n"));
  });
  std::stop_source stop;
  start(stop.get_token());
  run_into_pause();
  stop.request_stop();
  loop_.run_until_idle();
  ASSERT_TRUE(ending_->result);
  EXPECT_EQ(ending_->code(), ErrorCode::kCancelled);
  EXPECT_EQ(server_->requests().size(), 1U);
  EXPECT_EQ(loop_.timers(), 0U);
}

TEST_F(OpenAiModelTest, RefusesAPromptBeyondItsWindowWithoutAsking) {
  model([](const SeenRequest&) { return good_answer(); });
  Prompt prompt{.query = std::string(40'000, 'q')};
  OnText on_text = [](std::string_view) {};
  auto result = testing::run(loop_, model_->answer(prompt, on_text, {}));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kModelUnavailable);
  EXPECT_TRUE(server_->requests().empty());
  EXPECT_TRUE(model_->available());
}

}  // namespace
}  // namespace walrus::llm
