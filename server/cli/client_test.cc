#include "cli/client.h"

#include <gtest/gtest.h>

#include <fstream>

#include "testing/scripted_http_server.h"

namespace walrus::cli {
namespace {

using testing::ScriptedHttpServer;
using testing::SeenRequest;
using testing::whole_reply;

TEST(ClientTest, SaysWhichServerDoesNotAnswer) {
  // Port 1 of loopback: nobody listens there.
  Client client({.url = "http://127.0.0.1:1", .api_key = {}});
  auto reply = client.get("/health");
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, ErrorCode::kUpstreamError);
  EXPECT_NE(reply.error().message.find("http://127.0.0.1:1"), std::string::npos);
  EXPECT_NE(reply.error().message.find("walrus serve"), std::string::npos);
}

TEST(ClientTest, TellsAnUnusableUrlFromAnAbsentServer) {
  for (const char* url : {"ftp://localhost", "file:///etc/passwd", "http://[", ""}) {
    auto reply = Client({.url = url, .api_key = {}}).get("/health");
    ASSERT_FALSE(reply) << url;
    EXPECT_EQ(reply.error().code, ErrorCode::kValidationError) << url << reply.error().message;
  }
}

TEST(ClientTest, ReadsTheHeadersItUsesWhateverTheirCase) {
  ScriptedHttpServer server([](const SeenRequest& request) {
    EXPECT_EQ(request.target, "/v1/things");
    return whole_reply(429, "{}", "application/json", "x-NEXT-cursor:  c1 \r\nRetry-After: 7\r\n");
  });
  auto reply = Client({.url = server.url("/"), .api_key = {}}).get("/v1/things");
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->status, 429);
  EXPECT_EQ(reply->next_cursor, "c1");
  EXPECT_EQ(reply->retry_after, std::chrono::seconds(7));
}

TEST(ClientTest, TakesNoOddRetryAfter) {
  ScriptedHttpServer server([](const SeenRequest& request) {
    return whole_reply(429, "", "text/plain", "Retry-After: " + request.target.substr(1) + "\r\n");
  });
  Client client({.url = server.url(""), .api_key = {}});
  EXPECT_FALSE(client.get("/-5")->retry_after);
  EXPECT_FALSE(client.get("/Fri,31")->retry_after);
  EXPECT_FALSE(client.get("/99999999999999999999")->retry_after);
  EXPECT_EQ(client.get("/9999999")->retry_after, std::chrono::seconds(3600));
}

TEST(ClientTest, SendsAFileWithItsNameAndSaysHowFarItIs) {
  std::string path = ::testing::TempDir() + "a \"b\" \u00e4.txt";
  std::string content(300'000, 'x');
  std::ofstream(path) << content;
  ScriptedHttpServer server([](const SeenRequest&) { return whole_reply(202, "{}"); });
  std::uint64_t sent = 0;
  std::uint64_t total = 0;
  auto reply =
      Client({.url = server.url(""), .api_key = {}})
          .upload({.file = path, .metadata = R"({"a":1})", .on_progress = [&](auto s, auto t) {
                     EXPECT_GE(s, sent);
                     sent = s;
                     total = t;
                   }});
  ASSERT_TRUE(reply) << reply.error().message;
  std::remove(path.c_str());
  SeenRequest request = server.requests().at(0);
  EXPECT_EQ(request.target, "/v1/documents/");
  EXPECT_NE(request.body.find("name=\"file\"; filename=\"a %22b%22 \u00e4.txt\""),
            std::string::npos);
  EXPECT_NE(request.body.find("\r\n\r\n" + content + "\r\n"), std::string::npos);
  EXPECT_NE(request.body.find("name=\"metadata\"\r\n\r\n{\"a\":1}\r\n"), std::string::npos);
  EXPECT_EQ(sent, total);
  EXPECT_EQ(total, request.body.size());
}

TEST(ClientTest, SaysWhichFileCannotBeRead) {
  auto reply = Client({.url = "http://127.0.0.1:1", .api_key = {}})
                   .upload({.file = "/no/such/file", .metadata = {}, .on_progress = {}});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, ErrorCode::kInvalidInput);
  EXPECT_NE(reply.error().message.find("/no/such/file"), std::string::npos);
}

TEST(ClientTest, DoesNotGoThroughAProxyToItsOwnMachine) {
  setenv("http_proxy", "http://127.0.0.1:1", 1);
  ScriptedHttpServer server([](const SeenRequest&) { return whole_reply(200, "{}"); });
  auto reply = Client({.url = server.url(""), .api_key = {}}).get("/");
  unsetenv("http_proxy");
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->status, 200);
}

TEST(WordsOfTest, GivesAProblemsWordsAndItsRequestWhereTheServerIsAtFault) {
  EXPECT_EQ(words_of({.status = 404, .body = R"({"detail":"Gone.","request_id":"r"})"}), "Gone.");
  EXPECT_EQ(words_of({.status = 500, .body = R"({"detail":"Oh.","request_id":"r"})"}),
            "Oh. (request r)");
  EXPECT_EQ(words_of({.status = 502, .body = "<html>"}), "The server answered with status 502.");
  EXPECT_EQ(words_of({.status = 500, .body = R"({"detail":7})"}),
            "The server answered with status 500.");
}

TEST(WordsOfTest, SaysHowToGiveAKey) {
  EXPECT_EQ(words_of({.status = 401, .body = R"({"detail":"No."})"}),
            "No. Give a key with --api-key or WALRUS_API_KEY.");
}

TEST(PercentEncodeTest, EncodesIds) {
  EXPECT_EQ(percent_encode("a b#c/ä"), "a%20b%23c%2F%C3%A4");
}

}  // namespace
}  // namespace walrus::cli
