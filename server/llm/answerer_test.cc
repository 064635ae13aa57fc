#include "llm/answerer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/manual_loop.h"
#include "testing/scripted_model.h"

namespace walrus::llm {
namespace {

using namespace std::chrono_literals;
using testing::ModelScript;
using testing::ScriptedModel;

class AnswererTest : public ::testing::Test {
 protected:
  Result<Answer> answer(std::vector<Model*> models, std::stop_token stop = {}) {
    OnText on_text = [this](std::string_view text) { text_ += text; };
    Prompt prompt{.query = "why"};
    return testing::run(loop_,
                        answer_with_fallback(std::move(models), prompt, on_text, std::move(stop)));
  }
  static ModelScript failing(std::size_t after, ErrorCode code) {
    return {
        .pieces = {{"one "}, {"two "}, {"three"}}, .fail_after = after, .error = {code, "m", "d"}};
  }

  testing::ManualClock clock_;
  testing::ManualLoop loop_{clock_};
  std::string text_;
  ScriptedModel good_{{.model_id = "good"}, {.pieces = {{"fine"}, {" answer"}}}};
  ScriptedModel second_{{.model_id = "second"}, {.pieces = {{"never needed"}}}};
};

TEST_F(AnswererTest, TakesTheFirst) {
  auto got = answer({&good_, &second_});
  ASSERT_TRUE(got);
  EXPECT_EQ(got->model_id, "good");
  EXPECT_TRUE(got->fallbacks.empty());
  EXPECT_EQ(text_, "fine answer");
  EXPECT_TRUE(second_.prompts().empty());
  EXPECT_EQ(good_.prompts().at(0).query, "why");
}

TEST_F(AnswererTest, FallsBackBeforeTheFirstPieceAndSaysSo) {
  ScriptedModel away{{.model_id = "away"}, failing(0, ErrorCode::kModelUnavailable)};
  ScriptedModel slow{{.model_id = "slow"}, failing(0, ErrorCode::kTimeout)};
  auto got = answer({&away, &slow, &good_});
  ASSERT_TRUE(got);
  EXPECT_EQ(got->model_id, "good");
  ASSERT_EQ(got->fallbacks.size(), 2U);
  EXPECT_EQ(got->fallbacks[0].model_id, "away");
  EXPECT_EQ(got->fallbacks[0].error_type, ErrorCode::kModelUnavailable);
  EXPECT_EQ(got->fallbacks[1].error_type, ErrorCode::kTimeout);
  EXPECT_EQ(text_, "fine answer");
}

TEST_F(AnswererTest, EndsWithAFailureAfterAnyPiece) {
  for (std::size_t after = 1; after <= 3; ++after) {
    for (auto [thrown, wanted] : {std::pair(ErrorCode::kModelFailed, ErrorCode::kModelFailed),
                                  std::pair(ErrorCode::kModelUnavailable, ErrorCode::kModelFailed),
                                  std::pair(ErrorCode::kTimeout, ErrorCode::kTimeout)}) {
      ScriptedModel breaking{{.model_id = "breaking"}, failing(after, thrown)};
      auto got = answer({&breaking, &good_});
      ASSERT_FALSE(got);
      EXPECT_EQ(got.error().code, wanted);
    }
  }
  EXPECT_TRUE(good_.prompts().empty());
}

TEST_F(AnswererTest, FailsWithTheLastErrorWhenNoneIsLeft) {
  ScriptedModel away{{.model_id = "away"}, failing(0, ErrorCode::kModelUnavailable)};
  ScriptedModel slow{{.model_id = "slow"}, failing(0, ErrorCode::kTimeout)};
  auto got = answer({&away, &slow});
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, ErrorCode::kTimeout);
}

TEST_F(AnswererTest, DoesNotFallBackFromACancellation) {
  std::stop_source stop;
  stop.request_stop();
  auto got = answer({&good_, &second_}, stop.get_token());
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, ErrorCode::kCancelled);
  EXPECT_TRUE(second_.prompts().empty());
}

TEST_F(AnswererTest, StopsAModelThatWaits) {
  ScriptedModel slow{{.model_id = "slow"}, {.pieces = {{"a"}, {"b", 10s}}}};
  std::stop_source stop;
  std::optional<Result<Answer>> got;
  auto wrap = [](Task<Result<Answer>> task, std::optional<Result<Answer>>& out) -> Task<void> {
    out.emplace(co_await task);
  };
  TaskGroup group(loop_, [](std::exception_ptr) { FAIL(); });
  OnText on_text = [this](std::string_view text) { text_ += text; };
  group.start(wrap(answer_with_fallback({&slow}, {}, on_text, stop.get_token()), got));
  loop_.advance(5s);
  EXPECT_EQ(text_, "a");
  EXPECT_FALSE(got);
  stop.request_stop();
  loop_.run_until_idle();
  ASSERT_TRUE(got);
  EXPECT_EQ(got->error().code, ErrorCode::kCancelled);
}

}  // namespace
}  // namespace walrus::llm
