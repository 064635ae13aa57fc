// An OpenAiModel that asks a scripted server, on a clock the test moves.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/worker_pool.h"
#include "llm/openai_model.h"
#include "testing/manual_loop.h"
#include "testing/scripted_http_server.h"

namespace walrus::llm {

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

inline testing::Write delta(std::string_view text) {
  return chunk("data: {\"choices\":[{\"delta\":{\"content\":\"" + std::string(text) + "\"}}]}\n\n");
}

inline Script good_answer() {
  return {chunked_head("text/event-stream"), delta("Hello "), delta("there"),
          chunk("data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
                "data: [DONE]\n\n"),
          last_chunk()};
}

class OpenAiModelTest : public ::testing::Test {
 protected:
  explicit OpenAiModelTest(Log log = Log::none()) : log_(std::move(log)) {}

  OpenAiModel& model(ScriptedHttpServer::Handler handler) {
    server_ = std::make_unique<ScriptedHttpServer>(std::move(handler));
    return model_at(server_->url("/v1/"));
  }
  OpenAiModel& model_at(std::string url) {
    OpenAiOptions options{.url = std::move(url), .api_key = "sk-canary"};
    options.info = {
        .model_id = "test-model", .provider = "openai-compatible", .context_length = 4096};
    auto count = [](std::string_view text) { return (text.size() + 3) / 4; };
    model_ = std::make_unique<OpenAiModel>(options, http_, workers_, count, clock_, log_);
    return *model_;
  }

  struct Ending {
    std::optional<Result<void>> result;
    std::string text;
    ErrorCode code() const { return result->error().code; }
  };

  static Task<void> keep(Task<Result<void>> task, Ending& out) {
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
  Log log_;
  WorkerPool workers_{1, "test"};
  net::HttpClient http_{log_};
  std::unique_ptr<ScriptedHttpServer> server_;
  std::unique_ptr<OpenAiModel> model_;
  std::unique_ptr<Ending> ending_;
  std::function<void()> on_piece_;
  std::shared_ptr<testing::Gate> gate_ = std::make_shared<testing::Gate>();
  TaskGroup group_{loop_, [](std::exception_ptr) { FAIL(); }};
};

}  // namespace walrus::llm
