#include "extract/readers/program.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

namespace walrus::extract {

namespace {

constexpr int kCouldNotStart = 127;

std::unexpected<Error> internal_failure(const char* program, std::string_view what) {
  return fail(ErrorCode::kInternal, "PDF files cannot be read because of a fault in the server.",
              std::string(program) + ": " + std::string(what));
}

// In the forked child. Without a filter (a machine without seccomp) the program runs all the same:
// the parent's report says so.
[[noreturn]] void become(const char* program, Filter filter, char* const* arguments, int input,
                         int output, bool errors_to_output) {
  bool connected = ::dup2(input, STDIN_FILENO) >= 0 && ::dup2(output, STDOUT_FILENO) >= 0 &&
                   (!errors_to_output || ::dup2(output, STDERR_FILENO) >= 0);
  char locale[] = "LC_ALL=C.UTF-8";
  char* environment[] = {locale, nullptr};
  install_filter(filter);
  if (connected) ::execve(program, arguments, environment);
  ::_exit(kCouldNotStart);
}

void pump(int output, const std::function<bool(std::string_view)>& sink) {
  std::array<char, 64 * 1024> buffer;
  while (true) {
    ssize_t n = ::read(output, buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0 || !sink({buffer.data(), static_cast<std::size_t>(n)})) return;
  }
}

}  // namespace

Result<ProgramEnd> run_program(const char* program, Filter filter,
                               std::initializer_list<const char*> arguments, int descriptor,
                               bool errors_to_output,
                               const std::function<bool(std::string_view)>& sink) {
  std::vector<char*> values{const_cast<char*>(program)};
  for (const char* argument : arguments) values.push_back(const_cast<char*>(argument));
  values.push_back(nullptr);
  int pipe[2];
  if (::lseek(descriptor, 0, SEEK_SET) != 0 || ::pipe2(pipe, O_CLOEXEC) != 0) {
    return internal_failure(program, std::strerror(errno));
  }
  pid_t pid = ::fork();
  if (pid == 0) become(program, filter, values.data(), descriptor, pipe[1], errors_to_output);
  ::close(pipe[1]);
  if (pid > 0) pump(pipe[0], sink);
  ::close(pipe[0]);
  if (pid < 0) return internal_failure(program, "fork");

  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) return ProgramEnd{0, WTERMSIG(status)};
  if (WEXITSTATUS(status) == kCouldNotStart)
    return internal_failure(program, "could not be started");
  return ProgramEnd{WEXITSTATUS(status), 0};
}

}  // namespace walrus::extract
