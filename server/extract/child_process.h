// A child process in its own session, killed with everything it started.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

#include "base/error.h"

namespace walrus::extract {

struct ChildExit {
  int code = 0;    // 0 when it was killed by a signal
  int signal = 0;  // also one that a shell-like parent reports as 128 + n
};

// Movable; the destructor kills and reaps. Not thread-safe.
class ChildProcess {
 public:
  // Runs `command` (an absolute path and its arguments) with a bare environment, `input` as
  // standard input and no other descriptor but the output pipe. Standard error goes to the pipe too
  // if `errors_to_output`, else nowhere.
  static Result<ChildProcess> start(const std::vector<std::string>& command, int input,
                                    bool errors_to_output);

  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&&) = delete;
  ~ChildProcess();

  int output() const { return output_; }  // the reading end of its standard output

  // Waits up to `patience` for the child to end by itself, then kills it.
  ChildExit wait(std::chrono::milliseconds patience);

 private:
  ChildProcess(pid_t pid, int output) : pid_(pid), output_(output) {}

  pid_t pid_;
  int output_;
};

}  // namespace walrus::extract
