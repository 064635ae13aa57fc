#include "cli/watched_command.h"

#include <gtest/gtest.h>
#include <signal.h>

namespace walrus::cli {
namespace {

using namespace std::chrono_literals;

struct Seen {
  CommandEnd end;
  std::string out;
};

// Runs a script of the shell; `on_ready` is called once it has printed something.
Seen run_script(WatchedCommand& command, const std::string& script,
                const std::function<void()>& on_ready = {}) {
  Seen seen;
  auto take = [&](std::string_view bytes) {
    if (seen.out.empty() && on_ready) on_ready();
    seen.out += bytes;
    return true;
  };
  auto end = command.run({"sh", "-c", script}, {"WALRUS_TEST=a b"}, take);
  EXPECT_TRUE(end);
  if (end) seen.end = *end;
  return seen;
}

TEST(WatchedCommandTest, RunsACommandAsItIs) {
  WatchedCommand command;
  Seen seen = run_script(command, "printf '%s' \"$WALRUS_TEST\"; exit 3");
  EXPECT_EQ(seen.out, "a b");
  EXPECT_EQ(seen.end.code, 3);
  EXPECT_EQ(seen.end.signal, 0);
  EXPECT_FALSE(seen.end.stopped);
}

TEST(WatchedCommandTest, KillsWhatDoesNotWantToEnd) {
  WatchedCommand command(100ms);
  Seen seen = run_script(command, "trap '' TERM; echo ready; while :; do sleep 0.05; done",
                         [&] { command.stop(); });
  EXPECT_TRUE(seen.end.stopped);
  EXPECT_EQ(seen.end.signal, SIGKILL);
  EXPECT_EQ(seen.end.code, 137);
}

TEST(WatchedCommandTest, HandsSignalsOn) {
  WatchedCommand command;
  Seen seen = run_script(command, "trap 'exit 5' HUP; echo ready; while :; do sleep 0.05; done",
                         [] { raise(SIGHUP); });
  EXPECT_EQ(seen.end.code, 5);
  EXPECT_TRUE(seen.end.told_to_end);
}

TEST(WatchedCommandTest, DoesNotWaitForWhatTheCommandLeftBehind) {
  WatchedCommand command;
  auto began = std::chrono::steady_clock::now();
  Seen seen = run_script(command, "sleep 20 & echo done");
  EXPECT_EQ(seen.out, "done\n");
  EXPECT_LT(std::chrono::steady_clock::now() - began, 10s);
}

TEST(WatchedCommandTest, EndsWhatPrintsForNobody) {
  WatchedCommand command;
  auto end = command.run({"yes"}, {}, [](std::string_view) { return false; });
  ASSERT_TRUE(end);
  EXPECT_EQ(end->signal, SIGPIPE);
}

TEST(WatchedCommandTest, SaysWhatCannotBeRun) {
  WatchedCommand command;
  auto nothing = [](std::string_view) { return true; };
  EXPECT_EQ(command.run({"no-such-command"}, {}, nothing).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(command.run({"/"}, {}, nothing).error().code, ErrorCode::kForbidden);
}

}  // namespace
}  // namespace walrus::cli
