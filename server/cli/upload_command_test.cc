#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <fstream>

#include "cli/commands_for_test.h"

namespace walrus::cli {
namespace {

// Files of a folder of their own.
class UploadCommandTest : public ::testing::Test {
 protected:
  std::string file(const std::string& name) {
    std::string path = ::testing::TempDir() + name;
    std::ofstream(path) << "text";
    files_.push_back(path);
    return path;
  }
  void TearDown() override {
    for (const std::string& path : files_) std::remove(path.c_str());
  }
  std::vector<std::string> files_;
};

// Accepts everything; the operation of the n-th upload is "op-n".
struct Accepting {
  std::atomic<int> uploads = 0;
  Script accept() {
    ++uploads;
    return whole_reply(
        202,
        fmt::format(R"({{"document_id":"doc-{0}","operation_id":"op-{0}","status":"processing"}})",
                    uploads.load()));
  }
};

TEST_F(UploadCommandTest, FollowsEachFileToItsEnd) {
  Accepting accepting;
  ScriptedHttpServer server([&](const SeenRequest& request) {
    return request.method == "POST" ? accepting.accept() : stream_of({kProcessing, kCompleted});
  });
  Outcome outcome = run({"upload", file("one.txt"), file("two.txt"), "--url", server.url("")});
  EXPECT_EQ(outcome.code, kDone) << outcome.error;
  EXPECT_EQ(outcome.out,
            "doc-1  one.txt  3 chunks, 400 tokens\ndoc-2  two.txt  3 chunks, 400 tokens\n");
  EXPECT_TRUE(
      has(outcome.error, "one.txt  [##########----------]  50%  Splitting into chunks...\n"));
  EXPECT_TRUE(has(outcome.error, "two.txt  [####################] 100%"));
}

TEST_F(UploadCommandTest, OneFailureIsSaidWithItsStepAndDoesNotStopTheOthers) {
  Accepting accepting;
  ScriptedHttpServer server([&](const SeenRequest& request) {
    if (request.method == "POST") return accepting.accept();
    return stream_of({has(request.target, "op-1") ? kFailedStatus : kCompleted});
  });
  Outcome outcome = run({"upload", file("bad.pdf"), file("good.pdf"), "--url", server.url("")});
  EXPECT_EQ(outcome.code, kFailed);
  EXPECT_EQ(outcome.out, "doc-2  good.pdf  3 chunks, 400 tokens\n");
  EXPECT_TRUE(has(outcome.error, "walrus: bad.pdf: The PDF has a password. Remove it.\n"));
  EXPECT_TRUE(
      has(outcome.error, "encrypted_document in step extracting_text; the same again would"));
}

TEST_F(UploadCommandTest, JsonIsOneObjectAFileAndNothingElse) {
  Accepting accepting;
  ScriptedHttpServer server([&](const SeenRequest& request) {
    if (request.method != "POST") return stream_of({kProcessing, kCompleted});
    if (has(request.body, "refused.bin")) {
      return whole_reply(415,
                         R"({"detail":"Not a known type.","error_type":"unsupported_media_type"})");
    }
    return accepting.accept();
  });
  std::string refused = file("refused.bin");
  std::string taken = file("taken.txt");
  Outcome outcome = run({"upload", "--json", refused, taken, "--url", server.url("")});
  EXPECT_EQ(outcome.code, kFailed);
  auto rows = lines_of(outcome.out);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].at("file"), json::string(refused));
  EXPECT_EQ(rows[0].at("error_type"), "unsupported_media_type");
  EXPECT_EQ(rows[1].at("file"), json::string(taken));
  EXPECT_EQ(rows[1].at("processing_status"), "completed");
  EXPECT_FALSE(rows[1].contains("type"));
  EXPECT_EQ(outcome.error, "walrus: refused.bin: Not a known type.\n");
}

TEST_F(UploadCommandTest, NoWaitPrintsTheIdsOnceTheFilesAreTaken) {
  Accepting accepting;
  ScriptedHttpServer server([&](const SeenRequest& request) {
    EXPECT_EQ(request.method, "POST");
    return accepting.accept();
  });
  Outcome outcome =
      run({"upload", "--no-wait", file("a.txt"), file("b.txt"), "--url", server.url("")});
  EXPECT_EQ(outcome.code, kDone);
  EXPECT_EQ(outcome.out, "doc-1  a.txt\ndoc-2  b.txt\n");
}

TEST_F(UploadCommandTest, SendsAgainWhatABusyServerRefused) {
  Accepting accepting;
  std::atomic<int> asked = 0;
  ScriptedHttpServer server([&](const SeenRequest& request) {
    if (request.method != "POST") return stream_of({kCompleted});
    if (++asked < 3) return whole_reply(429, "{}", "application/json", "Retry-After: 0\r\n");
    return accepting.accept();
  });
  Outcome outcome = run({"upload", file("a.txt"), "--url", server.url("")});
  EXPECT_EQ(outcome.code, kDone);
  EXPECT_EQ(asked, 3);
}

TEST_F(UploadCommandTest, SendsEachFileWithOneKeyHoweverOften) {
  Accepting accepting;
  std::atomic<int> asked = 0;
  ScriptedHttpServer server([&](const SeenRequest&) {
    if (++asked % 2 == 1) return whole_reply(503, "{}", "application/json", "Retry-After: 0\r\n");
    return accepting.accept();
  });
  Outcome outcome =
      run({"upload", "--no-wait", file("a.txt"), file("b.txt"), "--url", server.url("")});
  EXPECT_EQ(outcome.code, kDone) << outcome.error;
  std::vector<std::string> keys;
  for (const SeenRequest& request : server.requests()) {
    keys.push_back(request.header("idempotency-key"));
  }
  ASSERT_EQ(keys.size(), 4u);
  EXPECT_NE(keys[0], "");
  EXPECT_EQ(keys[0], keys[1]);
  EXPECT_EQ(keys[2], keys[3]);
  EXPECT_NE(keys[0], keys[2]);
}

TEST_F(UploadCommandTest, NeverHasMoreThanAHandfulUnderWay) {
  Accepting accepting;
  std::atomic<int> followed = 0;
  std::atomic<int> most = 0;
  ScriptedHttpServer server([&](const SeenRequest& request) {
    if (request.method == "POST") {
      Script reply = accepting.accept();
      most = std::max(most.load(), accepting.uploads - followed);
      return reply;
    }
    ++followed;
    return stream_of({kCompleted});
  });
  std::vector<std::string> arguments{"upload", "--url", server.url("")};
  for (int i = 0; i < 30; ++i) arguments.push_back(file(fmt::format("file-{}.txt", i)));
  EXPECT_EQ(run(arguments).code, kDone);
  EXPECT_EQ(followed, 30);
  EXPECT_LE(most, 8);
  EXPECT_GT(most, 1);
}

TEST_F(UploadCommandTest, CtrlCSaysHowToComeBackToEveryFile) {
  Accepting accepting;
  ScriptedHttpServer server([&](const SeenRequest& request) {
    if (request.method == "POST") return accepting.accept();
    kill(getpid(), SIGINT);
    return Script{testing::chunked_head("text/event-stream"), testing::Hang{}};
  });
  Outcome outcome = run({"upload", file("a.txt"), file("b.txt"), "--url", server.url("")});
  EXPECT_EQ(outcome.code, kInterrupted);
  EXPECT_TRUE(has(outcome.error, "walrus watch op-1\n"));
  EXPECT_TRUE(has(outcome.error, "walrus watch op-2\n"));
}

TEST_F(UploadCommandTest, WrongArgumentsAreUsageErrors) {
  EXPECT_EQ(run({"upload"}).code, kUsage);
  EXPECT_EQ(run({"upload", "/no/such/file"}).code, kUsage);
  EXPECT_EQ(run({"upload", "--metadata", "[1]", file("a.txt")}).code, kUsage);
  EXPECT_EQ(run({"upload", "--metadata", "{", file("a.txt")}).code, kUsage);
  Outcome outcome = run({"upload", file("a.txt"), "--url", "ftp://localhost"});
  EXPECT_EQ(outcome.code, kUsage);
  EXPECT_TRUE(has(outcome.error, "'ftp://localhost' is not"));
}

TEST_F(UploadCommandTest, WithoutAServerItEndsAtTheFirstFile) {
  Outcome outcome = run({"upload", file("a.txt"), file("b.txt"), "--url", "http://127.0.0.1:1"});
  EXPECT_EQ(outcome.code, kUnreachable);
  EXPECT_TRUE(has(outcome.error, "Start one with 'walrus serve'"));
  EXPECT_EQ(outcome.error.find("No server"), outcome.error.rfind("No server"));
}

}  // namespace
}  // namespace walrus::cli
