#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <future>
#include <mutex>
#include <set>

#include "cli/commands_for_test.h"

namespace walrus::cli {
namespace {

// A server that takes every report, and keeps them.
class Taking {
 public:
  Script answer(const SeenRequest& request) {
    std::lock_guard lock(mutex_);
    json::value body = parse_json(request.body).value();
    if (request.target == "/v1/operations") {
      operation = body.get_object();
      return whole_reply(201, R"({"operation_id":"op-1"})");
    }
    if (away > 0) {
      --away;
      return whole_reply(503, "{}");
    }
    if (body.is_array()) {
      for (const json::value& report : body.get_array()) reports.push_back(report.get_object());
    }
    bool cancel = cancel_when_ready && !reports.empty() && reports.back().contains("message");
    return whole_reply(202, cancel ? R"({"sequence":1,"cancel_requested":true})"
                                   : R"({"sequence":1,"cancel_requested":false})");
  }
  // The members of that name, in order.
  std::vector<std::string> all(std::string_view name) {
    std::lock_guard lock(mutex_);
    std::vector<std::string> found;
    for (const json::object& report : reports) {
      if (const json::value* member = report.if_contains(name)) {
        found.push_back(json::serialize(*member));
      }
    }
    return found;
  }

  json::object operation;
  std::vector<json::object> reports;
  int away = 0;
  bool cancel_when_ready = false;

 private:
  std::mutex mutex_;
};

class RunCommandTest : public ::testing::Test {
 protected:
  Outcome run_shell(const std::string& script, std::vector<std::string> options = {}) {
    std::vector<std::string> arguments{"run", "--url", server.url("")};
    arguments.insert(arguments.end(), options.begin(), options.end());
    for (const char* word : {"--", "sh", "-c"}) arguments.emplace_back(word);
    arguments.push_back(script);
    return run(arguments);
  }
  Taking taking;
  ScriptedHttpServer server{[this](const SeenRequest& request) { return taking.answer(request); }};
};

using Texts = std::vector<std::string>;

TEST_F(RunCommandTest, ReportsItsLinesAndPassesTheRestOn) {
  Outcome outcome = run_shell(
      "echo one; echo 'walrus: step load'; echo 'walrus: 3/10'; echo two >&2; printf three",
      {"--kind", "import", "--title", "Orders", "--step", "fetch:0", "--step", "load:60"});
  EXPECT_EQ(outcome.code, 0) << outcome.error;
  EXPECT_EQ(outcome.out, "one\nthree");
  EXPECT_EQ(outcome.error, "two\n");
  EXPECT_EQ(json::serialize(taking.operation),
            R"({"kind":"import","title":"Orders","steps":[{"name":"fetch","percent":0},)"
            R"({"name":"load","percent":60}]})");
  EXPECT_EQ(taking.all("step"), Texts{R"("load")"});
  EXPECT_EQ(taking.all("done"), Texts{"3"});
  EXPECT_EQ(taking.all("status"), Texts{R"("completed")"});
  EXPECT_EQ(taking.reports.back().contains("status"), true);
}

TEST_F(RunCommandTest, ShowsStepsThatWereNotDeclaredOrLieBehindAsMessages) {
  Outcome outcome = run_shell("echo walrus: step b; echo walrus: step a; echo walrus: step other",
                              {"--step", "a:0", "--step", "b:50"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(taking.all("step"), Texts{R"("b")"});
  EXPECT_EQ(taking.all("message").back(), R"("other")");
  EXPECT_EQ(run_shell("echo walrus: step cleaning").code, 0);
  EXPECT_EQ(taking.all("message").back(), R"("cleaning")");
  EXPECT_EQ(taking.operation.at("title"), "sh");
}

TEST_F(RunCommandTest, EndsWithTheCommandsExitCode) {
  EXPECT_EQ(run_shell("exit 7").code, 7);
  EXPECT_EQ(taking.all("error").back(),
            R"({"type":"internal","message":"The command ended with exit code 7."})");
  EXPECT_EQ(run_shell("kill -9 $$").code, 137);
  EXPECT_TRUE(has(taking.all("error").back(), "signal 9"));
  EXPECT_EQ(run({"run", "--url", server.url(""), "--", "/no/such/command"}).code, 127);
  EXPECT_TRUE(has(taking.all("error").back(), "was not found"));
}

TEST_F(RunCommandTest, TriesAgainWhileTheServerIsAway) {
  taking.away = 2;
  Outcome outcome = run_shell("echo walrus: message on");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.error, "");
  EXPECT_EQ(taking.all("status"), Texts{R"("completed")"});
  auto ids = taking.all("report_id");
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), ids.size());
}

// The answer may have been lost, and not the request.
TEST_F(RunCommandTest, BeginsWithOneKeyHoweverOftenItAsks) {
  std::atomic<int> away = 1;
  ScriptedHttpServer losing([&](const SeenRequest& request) {
    bool begins = request.target == "/v1/operations";
    if (begins && away-- > 0) return whole_reply(503, "{}");
    return taking.answer(request);
  });
  EXPECT_EQ(run({"run", "--url", losing.url(""), "--", "true"}).code, 0);
  std::vector<std::string> keys;
  for (const SeenRequest& request : losing.requests()) {
    const std::string key = request.header("idempotency-key");
    if (request.target == "/v1/operations") keys.push_back(key);
    EXPECT_EQ(key.empty(), request.target != "/v1/operations");
  }
  ASSERT_EQ(keys.size(), 2u);
  EXPECT_EQ(keys[0], keys[1]);
  EXPECT_EQ(run_shell("true").code, 0);
  EXPECT_NE(server.requests().front().header("idempotency-key"), keys[0]);
}

TEST_F(RunCommandTest, StopsTheCommandWhenItIsCancelled) {
  taking.cancel_when_ready = true;
  Outcome outcome = run_shell(
      "trap 'echo stopping; exit 0' TERM; echo walrus: ready; while :; do sleep 0.05; done");
  EXPECT_EQ(outcome.out, "stopping\n");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_TRUE(has(taking.all("error").back(), "cancelled"));
}

// As another program that shares the terminal or the pipe may have left it.
TEST_F(RunCommandTest, WaitsForASlowReaderAlsoWhereTheOutputDoesNotBlock) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
  fcntl(ends[1], F_SETPIPE_SZ, 4096);
  fcntl(ends[1], F_SETFL, O_NONBLOCK);
  auto read_all = [&] {
    std::string all;
    std::array<char, 1000> bytes;
    for (ssize_t size; (size = read(ends[0], bytes.data(), bytes.size())) > 0;) {
      all.append(bytes.data(), static_cast<std::size_t>(size));
    }
    return all;
  };
  auto received = std::async(std::launch::async, read_all);
  CLI::App app;
  int code = kDone;
  add_commands(app, code);
  std::fflush(stdout);
  int before = dup(STDOUT_FILENO);
  dup2(ends[1], STDOUT_FILENO);
  close(ends[1]);
  app.parse("run --url " + server.url("") + " -- head -c 1000000 /dev/zero");
  dup2(before, STDOUT_FILENO);
  close(before);
  EXPECT_EQ(received.get().size(), 1'000'000u);
  close(ends[0]);
  EXPECT_EQ(code, kDone);
}

TEST_F(RunCommandTest, GivesTheOperationToTheCommand) {
  EXPECT_EQ(run_shell("echo $WALRUS_OPERATION_ID").out, "op-1\n");
}

TEST(RunCommand, DoesNotRunWhatTheServerRefuses) {
  ScriptedHttpServer server([](const SeenRequest&) {
    return whole_reply(422, R"({"detail":"kind: is one of Walrus's own kinds"})");
  });
  Outcome outcome = run({"run", "--url", server.url(""), "--", "echo", "ran"});
  EXPECT_EQ(outcome.code, kUsage);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.error, "walrus: kind: is one of Walrus's own kinds\n");
}

TEST(RunCommand, SaysWhatIsWrongWithAStep) {
  for (const char* step : {"load", "load:", ":5", "load:x"}) {
    EXPECT_EQ(run({"run", "--step", step, "--", "true"}).code, kUsage) << step;
  }
  EXPECT_EQ(run({"run"}).code, kUsage);
}

// The command goes its way; what could not be said is said here.
TEST(RunCommand, LosesOnlyItsReportsWhereTheyAreRefused) {
  ScriptedHttpServer server([](const SeenRequest& request) {
    if (request.target == "/v1/operations") return whole_reply(201, R"({"operation_id":"op-1"})");
    return whole_reply(409, R"({"detail":"The operation has ended; nothing can follow."})");
  });
  Outcome outcome = run({"run", "--url", server.url(""), "--", "sh", "-c", "echo ran; exit 3"});
  EXPECT_EQ(outcome.code, 3);
  EXPECT_EQ(outcome.out, "ran\n");
  EXPECT_EQ(
      outcome.error,
      "walrus: the end could not be reported. The operation has ended; nothing can follow.\n");
}

}  // namespace
}  // namespace walrus::cli
