#include "cli/watched_command.h"

#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>

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

// Somebody who reads more slowly than a command prints, and at last no more.
class SlowReader {
 public:
  bool take() {
    poll(nullptr, 0, 1);
    return ++pieces_ < 2000;
  }
  bool had_enough() const { return pieces_ == 2000; }
  bool has_begun() const { return pieces_ > 0; }

 private:
  int pieces_ = 0;
};

TEST(WatchedCommandTest, KillsWhatPrintsWithoutAPause) {
  WatchedCommand command(50ms);
  SlowReader reader;
  auto take = [&](std::string_view) {
    if (!reader.has_begun()) command.stop();
    return reader.take();
  };
  auto end = command.run({"sh", "-c", "trap '' TERM; exec yes"}, {}, take);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->signal, SIGKILL);
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

TEST(WatchedCommandTest, DoesNotWaitForWhatTheCommandLeftPrinting) {
  WatchedCommand command(10s, 50ms);
  SlowReader reader;
  auto end = command.run({"sh", "-c", "yes & exit 3"}, {},
                         [&](std::string_view) { return reader.take(); });
  ASSERT_TRUE(end);
  EXPECT_EQ(end->code, 3);
  EXPECT_FALSE(reader.had_enough());
}

TEST(WatchedCommandTest, LosesNothingOfWhatTheCommandPrintedBeforeItsEnd) {
  WatchedCommand command(10s, 0ms);
  auto until_it_ended = [] {
    siginfo_t info{};
    waitid(P_ALL, 0, &info, WEXITED | WNOWAIT);
  };
  Seen seen = run_script(command, "head -c 60000 /dev/zero; sleep 20 & exit 0", until_it_ended);
  EXPECT_EQ(seen.out.size(), 60'000u);
}

// From here on this process gets ENOSYS for it, as from an old system.
void take_pidfds_away() {
  sock_filter rules[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pidfd_open, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  sock_fprog program{std::size(rules), rules};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

TEST(WatchedCommandDeathTest, SeesTheEndAlsoWhereTheSystemHasNoPidfds) {
  auto run_without = [] {
    take_pidfds_away();
    alarm(20);  // ends a wait that nothing else would
    WatchedCommand command;
    Seen seen = run_script(command, "echo done; exec >&-; sleep 0.2; exit 3");
    bool no_pidfd = syscall(SYS_pidfd_open, getpid(), 0) < 0;
    _exit(no_pidfd && seen.out == "done\n" ? seen.end.code : 1);
  };
  EXPECT_EXIT(run_without(), ::testing::ExitedWithCode(3), "");
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
