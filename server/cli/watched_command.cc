#include "cli/watched_command.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <memory>
#include <optional>

namespace walrus::cli {

namespace {

using Clock = std::chrono::steady_clock;

// How often a command is looked at whose end nothing tells us of.
constexpr std::chrono::milliseconds kLook{50};

void close_descriptor(int& descriptor) {
  if (descriptor >= 0) close(descriptor);
  descriptor = -1;
}

// For poll().
int milliseconds_until(const std::optional<Clock::time_point>& time) {
  if (!time) return -1;
  auto left = std::chrono::ceil<std::chrono::milliseconds>(*time - Clock::now());
  return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> all;
  all.reserve(texts.size() + 1);
  for (const std::string& text : texts) all.push_back(const_cast<char*>(text.c_str()));
  return all;
}

}  // namespace

struct WatchedCommand::Before {
  sigset_t mask;
  struct sigaction pipe;
};

struct WatchedCommand::Child {
  ~Child() {
    close_descriptor(output);
    close_descriptor(life);
  }
  std::optional<Clock::time_point> next_look() const {
    if (ended || life >= 0) return deadline;
    return std::min(deadline.value_or(Clock::time_point::max()), Clock::now() + kLook);
  }
  // With everything it started, where it has a group of its own.
  void send(int signal) const { kill(own_group ? -id : id, signal); }

  pid_t id = 0;
  bool own_group = false;
  int output = -1;  // the reading end of its standard output
  int life = -1;    // a pidfd: readable when it has ended; -1 where the system gives none
  bool ended = false;
  std::optional<Clock::time_point> deadline;  // of the grace, or of what it left behind
  CommandEnd end;
};

WatchedCommand::WatchedCommand(std::chrono::milliseconds grace,
                               std::chrono::milliseconds left_output)
    : grace_(grace),
      left_output_(left_output),
      stop_wish_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      before_(std::make_unique<Before>()) {
  sigset_t handed_on;
  sigemptyset(&handed_on);
  for (int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&handed_on, signal);
  pthread_sigmask(SIG_BLOCK, &handed_on, &before_->mask);
  signals_ = signalfd(-1, &handed_on, SFD_CLOEXEC | SFD_NONBLOCK);
  struct sigaction ignore{};
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &ignore, &before_->pipe);
}

WatchedCommand::~WatchedCommand() {
  close_descriptor(signals_);
  close_descriptor(stop_wish_);
  sigaction(SIGPIPE, &before_->pipe, nullptr);
  pthread_sigmask(SIG_SETMASK, &before_->mask, nullptr);
}

void WatchedCommand::stop() {
  eventfd_write(stop_wish_, 1);
}

Result<CommandEnd> WatchedCommand::run(const std::vector<std::string>& arguments,
                                       const std::vector<std::string>& environment,
                                       OnOutput on_output) {
  Child child;
  Result<void> started = start(child, arguments, environment);
  if (!started) return std::unexpected(started.error());
  wait(child, on_output);
  return child.end;
}

// On a terminal the command stays in our group, so that it can read it and hears Ctrl-C itself.
Result<void> WatchedCommand::start(Child& child, const std::vector<std::string>& arguments,
                                   const std::vector<std::string>& environment) {
  std::array<int, 2> pipe_ends{};
  if (pipe2(pipe_ends.data(), O_CLOEXEC) != 0) {
    return fail(ErrorCode::kInternal, "No pipe can be made for the command.");
  }
  child.own_group = isatty(STDIN_FILENO) == 0;
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, pipe_ends[1], STDOUT_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t by_default;
  sigemptyset(&by_default);
  sigaddset(&by_default, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &by_default);
  posix_spawnattr_setsigmask(&attributes, &before_->mask);
  int flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
  if (child.own_group) flags |= POSIX_SPAWN_SETPGROUP;
  posix_spawnattr_setflags(&attributes, static_cast<short>(flags));

  std::vector<char*> words = pointers(arguments);
  words.push_back(nullptr);
  std::vector<char*> settings = pointers(environment);
  for (char** inherited = environ; *inherited; ++inherited) settings.push_back(*inherited);
  settings.push_back(nullptr);
  int error =
      posix_spawnp(&child.id, words.front(), &files, &attributes, words.data(), settings.data());
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&attributes);
  close(pipe_ends[1]);
  child.output = pipe_ends[0];
  if (error == 0) {
    child.life = static_cast<int>(syscall(SYS_pidfd_open, child.id, 0));
    return {};
  }
  return fail(error == ENOENT ? ErrorCode::kNotFound : ErrorCode::kForbidden,
              error == ENOENT ? "The command '" + arguments.front() + "' was not found."
                              : "The command '" + arguments.front() + "' cannot be run.");
}

void WatchedCommand::wait(Child& child, const OnOutput& on_output) {
  while (!child.ended || child.output >= 0) {
    std::array<pollfd, 4> waits{pollfd{child.output, POLLIN, 0},
                                pollfd{child.ended ? -1 : child.life, POLLIN, 0},
                                pollfd{signals_, POLLIN, 0}, pollfd{stop_wish_, POLLIN, 0}};
    poll(waits.data(), waits.size(), milliseconds_until(child.next_look()));
    if (waits[0].revents != 0) read_output(child, on_output);
    if (waits[2].revents != 0) hand_on_signal(child);
    if (waits[3].revents != 0) begin_stop(child);
    if (!child.ended) look_for_end(child, on_output);
    // By the clock: one that prints without a pause leaves poll() nothing to wait for.
    if (!child.deadline || Clock::now() < *child.deadline) continue;
    if (child.ended) break;
    child.deadline.reset();
    child.send(SIGKILL);
  }
}

// Gives how much came.
ssize_t WatchedCommand::read_output(Child& child, const OnOutput& on_output) {
  std::array<char, 16 * 1024> bytes;
  ssize_t size = read(child.output, bytes.data(), bytes.size());
  if (size < 0 && errno == EINTR) return 0;
  bool more = size > 0 && on_output({bytes.data(), static_cast<std::size_t>(size)});
  // Whoever prints what nobody reads gets SIGPIPE, as without us.
  if (!more) close_descriptor(child.output);
  return size;
}

void WatchedCommand::look_for_end(Child& child, const OnOutput& on_output) {
  int status = 0;
  if (waitpid(child.id, &status, WNOHANG) == 0) return;
  child.ended = true;
  child.end.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  child.end.code = child.end.signal != 0 ? 128 + child.end.signal : WEXITSTATUS(status);
  // All that the command itself has printed is in the pipe now, and none of it is lost. What it
  // left behind gets its time after that.
  int printed = 0;
  ioctl(child.output, FIONREAD, &printed);
  for (ssize_t left = printed; left > 0 && child.output >= 0;)
    left -= read_output(child, on_output);
  child.deadline = Clock::now() + left_output_;
}

void WatchedCommand::hand_on_signal(Child& child) {
  signalfd_siginfo info{};
  if (read(signals_, &info, sizeof info) != sizeof info) return;
  child.end.told_to_end = true;
  auto signal = static_cast<int>(info.ssi_signo);
  bool from_terminal = !child.own_group && signal == SIGINT && info.ssi_code == SI_KERNEL;
  if (!child.ended && !from_terminal) child.send(signal);
}

void WatchedCommand::begin_stop(Child& child) {
  eventfd_t count = 0;
  eventfd_read(stop_wish_, &count);
  if (child.ended) return;
  child.end.stopped = true;
  child.send(SIGTERM);
  child.deadline = Clock::now() + grace_;
}

}  // namespace walrus::cli
