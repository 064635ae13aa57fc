#include "extract/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace walrus::extract {

namespace {

std::unexpected<Error> cannot_start(int error) {
  return fail(ErrorCode::kInternal,
              "The file could not be read because the server is short of resources.",
              std::string("starting the extraction child: ") + std::strerror(error));
}

// What the child begins with: descriptors 0 to 2, default signals, its own session.
class SpawnPlan {
 public:
  SpawnPlan(int input, int output, bool errors_to_output) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_adddup2(&actions_, input, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
    if (errors_to_output) {
      posix_spawn_file_actions_adddup2(&actions_, output, STDERR_FILENO);
    } else {
      posix_spawn_file_actions_addopen(&actions_, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    }
    posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);

    posix_spawnattr_init(&attributes_);
    sigset_t signals;
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes_, &signals);
    sigfillset(&signals);
    posix_spawnattr_setsigdefault(&attributes_, &signals);
    posix_spawnattr_setflags(&attributes_,
                             POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  const posix_spawn_file_actions_t* actions() const { return &actions_; }
  const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

int reap(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

void await_end(pid_t pid, std::chrono::milliseconds patience) {
  int descriptor = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (descriptor < 0) return;
  pollfd waited{descriptor, POLLIN, 0};
  while (::poll(&waited, 1, static_cast<int>(patience.count())) < 0 && errno == EINTR) {
  }
  ::close(descriptor);
}

}  // namespace

Result<ChildProcess> ChildProcess::start(const std::vector<std::string>& command, int input,
                                         bool errors_to_output) {
  int pipe[2];
  if (::pipe2(pipe, O_CLOEXEC) != 0) return cannot_start(errno);
  std::vector<char*> arguments;
  for (const std::string& argument : command)
    arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  char locale[] = "LC_ALL=C.UTF-8";
  char path[] = "PATH=/usr/bin";
  char* environment[] = {locale, path, nullptr};

  SpawnPlan plan(input, pipe[1], errors_to_output);
  pid_t pid = 0;
  int error = ::posix_spawn(&pid, arguments[0], plan.actions(), plan.attributes(), arguments.data(),
                            environment);
  ::close(pipe[1]);
  if (error != 0) {
    ::close(pipe[0]);
    return cannot_start(error);
  }
  return ChildProcess(pid, pipe[0]);
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)), output_(std::exchange(other.output_, -1)) {}

ChildProcess::~ChildProcess() {
  if (pid_ > 0) wait(std::chrono::milliseconds(0));
  if (output_ >= 0) ::close(output_);
}

ChildExit ChildProcess::wait(std::chrono::milliseconds patience) {
  if (patience.count() > 0) await_end(pid_, patience);
  // The leader is not reaped yet, so the number still names its group.
  ::kill(-pid_, SIGKILL);
  int status = reap(std::exchange(pid_, 0));
  if (WIFSIGNALED(status)) return {0, WTERMSIG(status)};
  int code = WEXITSTATUS(status);
  return code > 128 ? ChildExit{0, code - 128} : ChildExit{code, 0};
}

}  // namespace walrus::extract
