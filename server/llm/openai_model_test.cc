#include "base/json.h"
#include "testing/openai_model_fixture.h"

namespace walrus::llm {
namespace {

TEST_F(OpenAiModelTest, AsksAsTheApiWantsAndStreams) {
  model([](const SeenRequest&) { return good_answer(); });
  Ending& ending = answer();
  ASSERT_TRUE(*ending.result) << ending.result->error().detail;
  EXPECT_EQ(ending.text, "Hello there");

  SeenRequest seen = server_->requests().at(0);
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.target, "/v1/chat/completions");
  EXPECT_EQ(seen.header("authorization"), "Bearer sk-canary");
  EXPECT_EQ(seen.header("content-type"), "application/json");
  json::value body = *parse_json(seen.body);
  EXPECT_EQ(body.at("model").as_string(), "test-model");
  EXPECT_TRUE(body.at("stream").as_bool());
  EXPECT_EQ(body.at("max_tokens").as_int64(), 1024);
  const json::array& messages = body.at("messages").as_array();
  ASSERT_EQ(messages.size(), 4U);
  EXPECT_EQ(messages[0].at("role").as_string(), "system");
  EXPECT_THAT(std::string(messages[3].at("content").as_string()), HasSubstr("Because \"it\" is."));
  EXPECT_EQ(loop_.timers(), 0U);
}

TEST_F(OpenAiModelTest, StreamsFromChunksOfSingleBytes) {
  model([](const SeenRequest&) {
    Script script{chunked_head("text/event-stream")};
    std::string_view events =
        "data: {\"choices\":[{\"delta\":{\"content\":\"\u6a4b \"}}]}\r\n\r\n"
        "data: {\"choices\":[{\"delta\":{\"content\":\"\U0001F600\"}}]}\n\ndata: [DONE]\n\n";
    for (std::size_t at = 0; at < events.size(); ++at)
      script.push_back(chunk(events.substr(at, 1)));
    script.push_back(last_chunk());
    return script;
  });
  std::vector<std::string> pieces;
  on_piece_ = [&] { pieces.push_back(ending_->text); };
  Ending& ending = answer();
  ASSERT_TRUE(*ending.result) << ending.result->error().detail;
  EXPECT_THAT(pieces, ::testing::ElementsAre("\u6a4b ", "\u6a4b \U0001F600"));
}

TEST_F(OpenAiModelTest, FencesEachPromptAnew) {
  model([](const SeenRequest&) { return good_answer(); });
  answer();
  answer();
  ASSERT_EQ(server_->requests().size(), 2U);
  EXPECT_NE(server_->requests()[0].body, server_->requests()[1].body);
}

TEST_F(OpenAiModelTest, TakesAWholeReplyFromAServerThatDoesNotStream) {
  model([](const SeenRequest&) {
    return whole_reply(
        200, R"({"choices":[{"message":{"content":"Whole answer"},"finish_reason":"stop"}]})");
  });
  Ending& ending = answer();
  ASSERT_TRUE(*ending.result);
  EXPECT_EQ(ending.text, "Whole answer");
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
    if (status == 401 || status == 403) EXPECT_THAT(error.message, HasSubstr("key"));
    EXPECT_FALSE(model_->available()) << status;
    EXPECT_EQ(server_->requests().size(), 1U) << status;
  }
}

class LoggedOpenAiModelTest : public OpenAiModelTest {
 protected:
  LoggedOpenAiModelTest() : OpenAiModelTest(Log(LogFormat::kJson, LogLevel::kDebug)) {}
};

TEST_F(LoggedOpenAiModelTest, LogsAFailureWithoutTheKeyOrThePrompt) {
  model([](const SeenRequest&) -> Script {
    return {chunked_head("text/event-stream"),
            chunk("data: {\"error\":{\"message\":\"key sk-canary of 'Why?'\","
                  "\"code\":\"overloaded\"}}\n\n"),
            last_chunk()};
  });
  ::testing::internal::CaptureStderr();
  answer();
  std::string lines = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(lines, HasSubstr("model failed"));
  EXPECT_THAT(lines, HasSubstr("test-model"));
  EXPECT_THAT(lines, HasSubstr("overloaded"));
  for (const char* secret : {"sk-canary", "Why?", "Because", "Bearer"})
    EXPECT_THAT(lines, Not(HasSubstr(secret)));
}

TEST_F(OpenAiModelTest, APromptThatIsRefusedDoesNotOpenTheBreaker) {
  model([](const SeenRequest&) {
    return whole_reply(400, R"({"error":{"code":"context_length_exceeded"}})");
  });
  EXPECT_EQ(answer().code(), ErrorCode::kModelUnavailable);
  EXPECT_TRUE(model_->available());
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
    EXPECT_FALSE(model_->available());
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
