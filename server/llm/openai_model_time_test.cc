// What an OpenAiModel does when: timeouts, retries, its breaker, stops.
#include <atomic>

#include "testing/openai_model_fixture.h"

namespace walrus::llm {
namespace {

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

TEST_F(OpenAiModelTest, CountsReasoningAsASignOfLifeAndKeepAlivesNot) {
  std::string_view reasoning = "data: {\"choices\":[{\"delta\":{\"reasoning\":\"hm\"}}]}\n\n";
  for (auto [sign, lives] :
       {std::pair(reasoning, true), std::pair(std::string_view(": keep-alive\n\n"), false)}) {
    server_.reset();  // whose threads use the old gate
    gate_ = std::make_shared<testing::Gate>();
    model([&](const SeenRequest&) -> Script {
      return {chunked_head("text/event-stream"), testing::AwaitGate{gate_}, chunk(sign), Hang{}};
    });
    start();
    loop_.advance(40s);
    gate_->open();
    loop_.run_when_posted();
    loop_.advance(20s);
    if (lives) {
      EXPECT_FALSE(ending_->result);
      loop_.advance(40s);
    }
    run_until_end();
    EXPECT_EQ(ending_->code(), ErrorCode::kTimeout);
    EXPECT_EQ(ending_->text, "");
    clock_.advance(5s);  // until the breaker lets through
  }
}

TEST_F(OpenAiModelTest, EachTokenGivesTheNextItsTime) {
  model([&](const SeenRequest&) -> Script {
    return {chunked_head("text/event-stream"), delta("a"), testing::AwaitGate{gate_}, delta("b"),
            Hang{}};
  });
  start();
  run_until_text("a");
  loop_.advance(29s);
  gate_->open();
  run_until_text("ab");
  loop_.advance(30s - 1ms);
  EXPECT_FALSE(ending_->result);
  loop_.advance(1ms);
  run_until_end();
  EXPECT_EQ(ending_->code(), ErrorCode::kTimeout);
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

}  // namespace
}  // namespace walrus::llm
