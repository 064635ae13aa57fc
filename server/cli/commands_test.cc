#include <cstdlib>

#include "cli/commands_for_test.h"

namespace walrus::cli {
namespace {

TEST(StatusCommandTest, TriesTheDocumentThenTheOperation) {
  ScriptedHttpServer server([](const SeenRequest& request) {
    if (has(request.target, "/documents/")) return whole_reply(404, R"({"detail":"No such."})");
    return whole_reply(200,
                       R"({"operation_id":"op-1","kind":"chat","processing_status":"processing",)"
                       R"("progress_percentage":null,"status_message":"Generating response...",)"
                       R"("status_metadata":{"a":1,"b":"text"}})");
  });
  Outcome outcome = run({"status", "op-1", "--url", server.url("")});
  EXPECT_EQ(outcome.code, kDone);
  EXPECT_EQ(outcome.out,
            "operation    op-1\nkind         chat\nstatus       processing\n"
            "progress     Generating response...\ncounted      a 1\n");
  EXPECT_EQ(server.requests().at(0).target, "/v1/documents/op-1/status");
  EXPECT_EQ(server.requests().at(1).target, "/v1/operations/op-1");
}

TEST(StatusCommandTest, SaysWhatIsNotThereAndWhatFailed) {
  ScriptedHttpServer server([](const SeenRequest& request) {
    if (has(request.target, "failed")) return whole_reply(200, kFailedStatus);
    return whole_reply(404, R"({"detail":"The id may be wrong."})");
  });
  Outcome absent = run({"status", "x", "--url", server.url("")});
  EXPECT_EQ(absent.code, kFailed);
  EXPECT_EQ(absent.error, "walrus: The id may be wrong.\n");
  Outcome failed = run({"status", "--json", "failed", "--url", server.url("")});
  EXPECT_EQ(failed.code, kFailed);
  EXPECT_EQ(lines_of(failed.out).size(), 1u);
  EXPECT_TRUE(has(failed.error, "The PDF has a password."));
}

Script watched(const SeenRequest& request, const std::string& kind, const Script& stream) {
  if (request.target.ends_with("/events")) return stream;
  return whole_reply(200, fmt::format(R"({{"operation_id":"op-1","kind":"{}"}})", kind));
}

TEST(WatchCommandTest, ExitsWithTheResult) {
  for (bool good : {true, false}) {
    ScriptedHttpServer server([&](const SeenRequest& request) {
      return watched(request, "document_upload",
                     stream_of({kProcessing, good ? kCompleted : kFailedStatus}));
    });
    Outcome outcome = run({"watch", "doc-1", "--url", server.url("")});
    EXPECT_EQ(outcome.code, good ? kDone : kFailed);
    EXPECT_TRUE(has(outcome.error, "[##########----------]  50%  Splitting into chunks...\n"));
    EXPECT_EQ(has(outcome.error, "The PDF has a password."), !good);
    EXPECT_EQ(outcome.out, "");
  }
}

TEST(WatchCommandTest, JsonIsEveryEvent) {
  ScriptedHttpServer server([&](const SeenRequest& request) {
    return watched(request, "document_upload", stream_of({kProcessing, kCompleted}));
  });
  auto rows = lines_of(run({"watch", "--json", "doc-1", "--url", server.url("")}).out);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[1].at("processing_status"), "completed");
}

TEST(WatchCommandTest, JsonIsWhatTheServerSaid) {
  const std::string said =
      R"({"type":"error","eta_seconds":3.2,"n":[[],[{}],{"a":[1,-2.5e-9,"x\"[{\u0007"]},null,true]})";
  ScriptedHttpServer server([&](const SeenRequest& request) {
    return watched(request, "document_upload", stream_of({said}));
  });
  Outcome outcome = run({"watch", "--json", "doc-1", "--url", server.url("")});
  EXPECT_TRUE(has(outcome.out, R"("eta_seconds":3.2,)")) << outcome.out;
  EXPECT_EQ(*parse_json(outcome.out), *parse_json(said));
}

TEST(WatchCommandTest, ShowsAChatsAnswer) {
  ScriptedHttpServer server([&](const SeenRequest& request) {
    return watched(request, "chat", stream_of({kStep, kFirst, kSecond, kComplete}));
  });
  Outcome outcome = run({"watch", "op-1", "--url", server.url("")});
  EXPECT_EQ(outcome.code, kDone);
  EXPECT_TRUE(outcome.out.starts_with("Up to 2000 kg.\n\n[1] report.pdf p. 3"));
}

TEST(ChangeCommandTest, CancelsAndRetriesADocumentOrAnOperation) {
  ScriptedHttpServer server([](const SeenRequest& request) {
    if (has(request.target, "/documents/")) return whole_reply(404, R"({"detail":"No such."})");
    if (has(request.target, "ended"))
      return whole_reply(409, R"({"detail":"The operation has already ended."})");
    return whole_reply(202, R"({"operation_id":"op-1","processing_status":"processing"})");
  });
  Outcome cancelled = run({"cancel", "op-1", "--url", server.url("")});
  EXPECT_EQ(cancelled.code, kDone);
  EXPECT_EQ(cancelled.out, "op-1 is cancelled\n");
  Outcome retried = run({"retry", "--json", "op-1", "--url", server.url("")});
  EXPECT_EQ(lines_of(retried.out).size(), 1u);
  EXPECT_EQ(server.requests().at(3).method, "POST");
  EXPECT_EQ(server.requests().at(3).target, "/v1/operations/op-1/retry");
  Outcome refused = run({"cancel", "ended", "--url", server.url("")});
  EXPECT_EQ(refused.code, kFailed);
  EXPECT_EQ(refused.error, "walrus: The operation has already ended.\n");
}

TEST(ListCommandTest, AllFollowsTheCursors) {
  ScriptedHttpServer server([](const SeenRequest& request) {
    bool first = !has(request.target, "cursor=");
    std::string row = fmt::format(
        R"([{{"document_id":"{}","status":"success","chunks_created":15,"total_tokens":3200,)"
        R"("created_at":"2024-01-15T10:30:42.007Z","filename":"a\u001b.pdf"}}])",
        first ? "doc-1" : "doc-2");
    return whole_reply(200, row, "application/json", first ? "X-Next-Cursor: c/1\r\n" : "");
  });
  Outcome outcome =
      run({"ls", "--all", "--limit", "1", "--type", "file_upload", "--url", server.url("")});
  EXPECT_EQ(outcome.code, kDone);
  EXPECT_EQ(outcome.out,
            fmt::format("{:<36}  STATUS      CHUNKS     TOKENS  CREATED               NAME\n"
                        "{:<36}  success         15       3200  2024-01-15T10:30:42Z  a.pdf\n"
                        "{:<36}  success         15       3200  2024-01-15T10:30:42Z  a.pdf\n",
                        "ID", "doc-1", "doc-2"));
  EXPECT_EQ(server.requests().at(0).target, "/v1/documents/?limit=1&document_type=file_upload");
  EXPECT_TRUE(server.requests().at(1).target.ends_with("&cursor=c%2F1"));
}

TEST(ListCommandTest, SaysThatThereAreMoreAndKeepsJsonClean) {
  ScriptedHttpServer server([](const SeenRequest&) {
    return whole_reply(200, R"([{"document_id":"doc-1"}])", "application/json",
                       "X-Next-Cursor: c\r\n");
  });
  Outcome outcome = run({"ls", "--json", "--url", server.url("")});
  EXPECT_EQ(lines_of(outcome.out).size(), 1u);
  EXPECT_TRUE(has(outcome.error, "--all"));
  EXPECT_EQ(run({"ls", "--limit", "0"}).code, kUsage);
  EXPECT_EQ(run({"ls", "--type", "pdf"}).code, kUsage);
}

TEST(RemoveCommandTest, DeletesEachAndSaysHowManyChunks) {
  ScriptedHttpServer server([](const SeenRequest& request) {
    EXPECT_EQ(request.method, "DELETE");
    if (request.target.ends_with("gone")) return whole_reply(404, R"({"detail":"Not there."})");
    return whole_reply(200, R"({"status":"deleted","chunks_deleted":4})");
  });
  Outcome outcome = run({"rm", "doc-1", "gone", "doc-2", "--url", server.url("")});
  EXPECT_EQ(outcome.code, kFailed);
  EXPECT_EQ(outcome.out, "doc-1  deleted, 4 chunks\ndoc-2  deleted, 4 chunks\n");
  EXPECT_TRUE(has(outcome.error, "Not there."));
}

TEST(CommonOptionsTest, ServerAndKeyComeFromTheEnvironmentUnlessGiven) {
  ScriptedHttpServer server([](const SeenRequest&) { return whole_reply(200, "[]"); });
  setenv("WALRUS_URL", server.url("").c_str(), 1);
  setenv("WALRUS_API_KEY", "wk_environment", 1);
  EXPECT_EQ(run({"ls"}).code, kDone);
  EXPECT_EQ(run({"ls", "--api-key", "wk_given"}).code, kDone);
  EXPECT_EQ(run({"ls", "--url", "http://127.0.0.1:1"}).code, kUnreachable);
  unsetenv("WALRUS_URL");
  unsetenv("WALRUS_API_KEY");
  ASSERT_EQ(server.requests().size(), 2u);
  EXPECT_EQ(server.requests()[0].header("authorization"), "Bearer wk_environment");
  EXPECT_EQ(server.requests()[1].header("authorization"), "Bearer wk_given");
}

TEST(HelpTest, EveryCommandHasExamples) {
  for (const char* name :
       {"upload", "chat", "status", "watch", "cancel", "retry", "ls", "rm", "doctor"}) {
    Outcome outcome = run({name, "--help"});
    EXPECT_EQ(outcome.code, kDone);
    EXPECT_TRUE(has(outcome.out, fmt::format("  walrus {}", name))) << outcome.out;
    EXPECT_TRUE(has(outcome.out, "WALRUS_URL")) << outcome.out;
  }
}

}  // namespace
}  // namespace walrus::cli
