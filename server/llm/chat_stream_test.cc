#include "llm/chat_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace walrus::llm {
namespace {

using ::testing::HasSubstr;

struct Read {
  std::string text;
  Result<> result;
};

Read read(std::string_view reply, std::size_t piece = 7) {
  Read out;
  ChatStream stream([&](std::string_view text) {
    EXPECT_FALSE(text.empty());
    out.text += text;
  });
  for (std::size_t at = 0; at < reply.size() && out.result; at += piece)
    out.result = stream.feed(reply.substr(at, piece));
  if (out.result) out.result = stream.finish();
  return out;
}

TEST(ChatStream, ReadsAStreamHoweverItIsCut) {
  std::string_view reply =
      "data: "
      "{\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_"
      "reason\":null}]}\n\n"
      "data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\n\n: keep-alive\n\n"
      "data: {\"choices\":[{\"delta\":{\"content\":\"lo "
      "\u20ac\"},\"finish_reason\":null}],\"usage\":null}\n\n"
      "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
      "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":3}}\n\ndata: "
      "[DONE]\n\n";
  for (std::size_t piece = 1; piece <= reply.size(); ++piece) {
    Read got = read(reply, piece);
    ASSERT_TRUE(got.result) << piece << got.result.error().detail;
    EXPECT_EQ(got.text, "Hello \u20ac") << piece;
  }
}

TEST(ChatStream, TakesOneObjectFromAServerThatDoesNotStream) {
  Read got = read(
      "\n "
      "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"Whole.\"},\"finish_"
      "reason\":\"stop\"}],"
      "\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":2}}");
  ASSERT_TRUE(got.result);
  EXPECT_EQ(got.text, "Whole.");
}

TEST(ChatStream, LeavesReasoningOut) {
  Read got = read(
      "data: {\"choices\":[{\"delta\":{\"reasoning_content\":\"hmm\",\"content\":null}}]}\n\n"
      "data: {\"choices\":[{\"delta\":{\"content\":\"Yes\"}}]}\n\ndata: [DONE]\n\n");
  ASSERT_TRUE(got.result);
  EXPECT_EQ(got.text, "Yes");
}

TEST(ChatStream, CountsATruncatedAnswerAsAnAnswer) {
  Read got = read(
      "data: {\"choices\":[{\"delta\":{\"content\":\"Half\"},\"finish_reason\":\"length\"}]}\n\n");
  EXPECT_TRUE(got.result);
}

TEST(ChatStream, ReportsErrorsByTheirCodeAlone) {
  Read got = read(
      "data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\n\n"
      "data: {\"error\":{\"message\":\"prompt 'my secret' was "
      "bad\",\"type\":\"server_error\"}}\n\n");
  ASSERT_FALSE(got.result);
  EXPECT_EQ(got.text, "Hel");
  EXPECT_EQ(got.result.error().code, ErrorCode::kModelFailed);
  EXPECT_THAT(got.result.error().detail, HasSubstr("server_error"));
  EXPECT_THAT(got.result.error().detail, Not(HasSubstr("secret")));
  Read odd = read("data: {\"error\":{\"code\":\"my secret prompt\",\"type\":7}}\n\n");
  ASSERT_FALSE(odd.result);
  EXPECT_THAT(odd.result.error().detail, Not(HasSubstr("secret")));
  EXPECT_FALSE(read("data: {\"error\":\"boom\"}\n\n").result);
}

TEST(ChatStream, RefusesWhatIsBroken) {
  for (std::string_view reply :
       {"", "\n\n", "data: [DONE]\n\n", "data: nonsense\n\n", "data: []\n\n",
        "data: {\"choices\":\n\n", "{\"choices\":[", "{}", "{\"choices\":[]}",
        "{\"choices\":[{\"message\":{\"content\":\"\"}}]}", "{\"error\":{\"message\":\"no\"}}",
        "<html>502</html>", "data: {\"choices\":[{\"delta\":{\"content\":\"broken off\"}}]}\n\n",
        "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n",
        "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"content_filter\"}]}\n\n",
        "data: {\"choices\":\"x\"}\n\ndata: {\"choices\":[1]}\n\ndata: [DONE]\n\n"}) {
    for (std::size_t piece : {std::size_t{1}, reply.size() + 1}) {
      Read got = read(reply, piece);
      ASSERT_FALSE(got.result) << reply;
      EXPECT_EQ(got.result.error().code, ErrorCode::kModelFailed) << reply;
    }
  }
}

TEST(ChatStream, TakesNothingAfterDone) {
  Read got = read(
      "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\ndata: [DONE]\n\n"
      "data: {\"choices\":[{\"delta\":{\"content\":\"b\"}}]}\n\n");
  EXPECT_TRUE(got.result);
  EXPECT_EQ(got.text, "a");
}

TEST(ChatStream, BoundsAnObject) {
  std::string huge =
      "{\"choices\":[{\"message\":{\"content\":\"" + std::string(net::SseDecoder::kMaxBytes, 'x');
  EXPECT_FALSE(read(huge, 65536).result);
}

}  // namespace
}  // namespace walrus::llm
