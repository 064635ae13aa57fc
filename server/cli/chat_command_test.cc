#include <signal.h>
#include <unistd.h>

#include <iostream>

#include "cli/commands_for_test.h"

namespace walrus::cli {
namespace {

TEST(ChatCommandTest, ShowsTheAnswerThenItsSources) {
  ScriptedHttpServer server(
      [](const SeenRequest&) { return stream_of({kStep, kFirst, kSecond, kComplete}); });
  Outcome outcome = run({"chat", "How heavy?", "--url", server.url("")});
  EXPECT_EQ(outcome.code, kDone) << outcome.error;
  EXPECT_EQ(outcome.out,
            "Up to 2000 kg.\n\n[1] report.pdf p. 3  They weigh up to 2000 kg.\n"
            "[2] https://example.org/  s\n");
  EXPECT_EQ(outcome.error, "Retrieving relevant context...\n");
  EXPECT_EQ(
      *parse_json(server.requests().at(0).body),
      *parse_json(R"({"query":"How heavy?","session_id":"cli","retrieval_k":8,"stream":true})"));
}

TEST(ChatCommandTest, SendsWhatItWasTold) {
  ScriptedHttpServer server([](const SeenRequest&) { return stream_of({kComplete}); });
  run({"chat", "--session", "s", "--k", "3", "--model", "m", "--document", "d", "--type", "pdf",
       "q", "--url", server.url("")});
  EXPECT_EQ(
      *parse_json(server.requests().at(0).body),
      *parse_json(R"({"query":"q","session_id":"s","retrieval_k":3,"stream":true,"model":"m",)"
                  R"("retrieval_filter":{"document_id":"d","file_type":"pdf"}})"));
  run({"chat", "--type", "web_crawl", "q", "--url", server.url("")});
  EXPECT_TRUE(has(server.requests().at(1).body, R"({"document_type":"web_crawl"})"));
  EXPECT_EQ(run({"chat", "--k", "21", "q"}).code, kUsage);
  EXPECT_EQ(run({"chat"}).code, kUsage);
}

TEST(ChatCommandTest, ReadsTheQuestionFromStandardInput) {
  ScriptedHttpServer server([](const SeenRequest&) { return stream_of({kComplete}); });
  std::istringstream typed("What\nchanged?\n");
  std::streambuf* terminal = std::cin.rdbuf(typed.rdbuf());
  run({"chat", "-", "--url", server.url("")});
  std::cin.rdbuf(terminal);
  EXPECT_TRUE(has(server.requests().at(0).body, R"("query":"What\nchanged?")"));
}

TEST(ChatCommandTest, TheTextIsWholeAfterALostConnection) {
  ScriptedHttpServer server([](const SeenRequest& request) {
    if (request.method == "POST") {
      return Script{testing::chunked_head("text/event-stream"), testing::chunk(event(1, kStep)),
                    testing::chunk(event(2, kFirst)), testing::Reset{}};
    }
    EXPECT_EQ(request.header("last-event-id"), "2");
    return Script{
        testing::chunked_head("text/event-stream"),
        testing::chunk(event(3, R"({"type":"snapshot","content":"Up to 2000","status":{}})")),
        testing::chunk(event(4, R"({"type":"chunk","content":" kg."})")),
        testing::chunk(event(5, kComplete)), testing::last_chunk()};
  });
  Outcome outcome = run({"chat", "q", "--url", server.url("")});
  EXPECT_EQ(outcome.code, kDone);
  EXPECT_TRUE(outcome.out.starts_with("Up to 2000 kg.\n\n[1]")) << outcome.out;
}

TEST(ChatCommandTest, JsonIsTheWholeAnswer) {
  ScriptedHttpServer server(
      [](const SeenRequest&) { return stream_of({kStep, kFirst, kSecond, kComplete}); });
  Outcome outcome = run({"chat", "--json", "q", "--url", server.url("")});
  auto rows = lines_of(outcome.out);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].at("response"), "Up to 2000 kg.");
  EXPECT_EQ(rows[0].at("operation_id"), "op-1");
  EXPECT_EQ(rows[0].at("conversation_id"), "conv#cli");
  EXPECT_EQ(rows[0].at("metadata").at("latency_ms"), 5);
  EXPECT_EQ(outcome.error, "");
}

TEST(ChatCommandTest, NotStreamedItWaitsForTheWhole) {
  ScriptedHttpServer server([](const SeenRequest& request) {
    EXPECT_EQ(request.header("accept"), "application/json");
    EXPECT_TRUE(has(request.body, R"("stream":false)"));
    return whole_reply(
        200, R"({"response":"Heavy.","metadata":{"sources":[{"filename":"a","snippet":"b"}]}})");
  });
  EXPECT_EQ(run({"chat", "--no-stream", "q", "--url", server.url("")}).out, "Heavy.\n\n[1] a  b\n");
}

TEST(ChatCommandTest, AFailedTurnSaysWhereAndWhetherToTryAgain) {
  ScriptedHttpServer server([](const SeenRequest&) {
    return stream_of({kStep, R"({"type":"error","error":"The model stopped. Ask again.",)"
                             R"("error_type":"model_failed","step":"generating_response",)"
                             R"("retryable":true})"});
  });
  Outcome outcome = run({"chat", "q", "--url", server.url("")});
  EXPECT_EQ(outcome.code, kFailed);
  EXPECT_EQ(outcome.out, "");
  EXPECT_TRUE(has(outcome.error, "walrus: The model stopped. Ask again.\n"));
  EXPECT_TRUE(
      has(outcome.error, "model_failed in step generating_response; trying again can help"));
}

TEST(ChatCommandTest, ARefusalIsAFailureAndNoServerIsAnother) {
  ScriptedHttpServer server([](const SeenRequest&) {
    return whole_reply(422, R"({"detail":"query: must have 1 to 4000 characters"})");
  });
  Outcome outcome = run({"chat", "", "--url", server.url("")});
  EXPECT_EQ(outcome.code, kFailed);
  EXPECT_EQ(outcome.error, "walrus: query: must have 1 to 4000 characters\n");
  EXPECT_EQ(run({"chat", "q", "--url", "http://127.0.0.1:1"}).code, kUnreachable);
}

TEST(ChatCommandTest, CtrlCSaysHowToComeBack) {
  ScriptedHttpServer server([](const SeenRequest& request) {
    if (request.method == "POST") {
      return Script{testing::chunked_head("text/event-stream"), testing::chunk(event(1, kStep)),
                    testing::chunk(event(2, kFirst)), testing::Close{}};
    }
    kill(getpid(), SIGINT);
    return Script{testing::chunked_head("text/event-stream"), testing::Hang{}};
  });
  Outcome outcome = run({"chat", "q", "--url", server.url("")});
  EXPECT_EQ(outcome.code, kInterrupted);
  EXPECT_EQ(outcome.out, "Up to \n");
  EXPECT_TRUE(has(outcome.error, "walrus watch op-1\n"));
}

}  // namespace
}  // namespace walrus::cli
