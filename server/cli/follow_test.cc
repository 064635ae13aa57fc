#include "cli/follow.h"

#include <gtest/gtest.h>

#include "cli/progress_line.h"

namespace walrus::cli {
namespace {

json::object object(std::string_view text) {
  return parse_json(text)->as_object();
}

TEST(IsLastTest, KnowsTheEndOfEveryKind) {
  EXPECT_TRUE(is_last(object(R"({"type":"complete"})")));
  EXPECT_TRUE(is_last(object(R"({"type":"error"})")));
  EXPECT_TRUE(is_last(object(R"({"type":"status","processing_status":"failed"})")));
  EXPECT_TRUE(is_last(object(R"({"type":"status","processing_status":"completed"})")));
  EXPECT_FALSE(is_last(object(R"({"type":"status","processing_status":"processing"})")));
  EXPECT_FALSE(is_last(object(R"({"type":"status","status":"completed","step":"finished"})")));
  EXPECT_FALSE(is_last(object(R"({"type":"snapshot"})")));
}

TEST(ProgressLineTest, ShowsBarPercentMessageAndTimeLeft) {
  auto status = object(
      R"({"progress_percentage":50,"status_message":"Splitting into chunks...","eta_seconds":3.2})");
  EXPECT_EQ(render_progress(status, 200),
            "[##########----------]  50%  Splitting into chunks...  ~4 s");
  EXPECT_EQ(render_progress(status, 10), "[#########");
  auto chat = object(R"({"progress_percentage":null,"status_message":"Generating response..."})");
  EXPECT_EQ(render_progress(chat, 200), "Generating response...");
}

TEST(ProgressLineTest, WritesALineAChangeIntoAPipe) {
  std::FILE* out = std::tmpfile();
  ProgressLine line(out, false, 200);
  line.show_text("a.pdf", "one");
  line.show_text("a.pdf", "one");
  line.show_text("a.pdf", "two");
  line.finish();
  std::rewind(out);
  char text[100] = {};
  std::size_t size = std::fread(text, 1, sizeof text, out);
  EXPECT_EQ(std::string(text, size), "a.pdf  one\na.pdf  two\n");
  std::fclose(out);
}

TEST(ClientTest, SaysWhichServerDoesNotAnswer) {
  // Port 1 of loopback: nobody listens there.
  Client client({.url = "http://127.0.0.1:1", .api_key = {}});
  auto reply = client.get("/health");
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, ErrorCode::kUpstreamError);
  EXPECT_NE(reply.error().message.find("http://127.0.0.1:1"), std::string::npos);
  EXPECT_NE(reply.error().message.find("walrus serve"), std::string::npos);
}

TEST(ClientTest, GivesAProblemsWordsAndItsRequestWhereTheServerIsAtFault) {
  EXPECT_EQ(words_of({.status = 404, .body = R"({"detail":"Gone.","request_id":"r"})"}), "Gone.");
  EXPECT_EQ(words_of({.status = 500, .body = R"({"detail":"Oh.","request_id":"r"})"}),
            "Oh. (request r)");
  EXPECT_EQ(words_of({.status = 502, .body = "<html>"}), "The server answered with status 502.");
}

TEST(ClientTest, EncodesIds) {
  EXPECT_EQ(percent_encode("a b#c/ä"), "a%20b%23c%2F%C3%A4");
}

}  // namespace
}  // namespace walrus::cli
