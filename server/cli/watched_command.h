// A command that runs as if it had been started without us, but for its standard output, which we
// read and pass on.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace walrus::cli {

struct CommandEnd {
  int code = 0;              // its own; 128 + n where signal n ended it
  int signal = 0;            // that ended it, or 0
  bool stopped = false;      // because `stop` was called
  bool told_to_end = false;  // we got SIGINT, SIGTERM or SIGHUP meanwhile
};

// While it lives SIGINT, SIGTERM and SIGHUP are blocked in its thread and handed on to the command,
// and SIGPIPE is ignored. For one thread, but for `stop`.
class WatchedCommand {
 public:
  // False: nobody reads it any more.
  using OnOutput = std::function<bool(std::string_view bytes)>;

  // `grace`: between SIGTERM and SIGKILL of a command that is stopped. `left_output`: for what a
  // command that has ended left behind with its output still open.
  explicit WatchedCommand(std::chrono::milliseconds grace = std::chrono::seconds(10),
                          std::chrono::milliseconds left_output = std::chrono::seconds(1));
  ~WatchedCommand();
  WatchedCommand(const WatchedCommand&) = delete;

  // Runs `arguments` (the first is searched in PATH) with `environment` ("NAME=value") beside ours
  // to its end. `on_output` gets what it prints. Errors: not_found (no such command), forbidden (it
  // cannot be run).
  Result<CommandEnd> run(const std::vector<std::string>& arguments,
                         const std::vector<std::string>& environment, OnOutput on_output);

  // Asks the command to end (SIGTERM), and kills it after the grace. Thread-safe.
  void stop();

 private:
  struct Child;
  Result<void> start(Child& child, const std::vector<std::string>& arguments,
                     const std::vector<std::string>& environment);
  void wait(Child& child, const OnOutput& on_output);
  ssize_t read_output(Child& child, const OnOutput& on_output);
  void look_for_end(Child& child, const OnOutput& on_output);
  void hand_on_signal(Child& child);
  void begin_stop(Child& child);

  const std::chrono::milliseconds grace_;
  const std::chrono::milliseconds left_output_;
  int signals_;
  int stop_wish_;
  struct Before;
  std::unique_ptr<Before> before_;  // how signals were
};

}  // namespace walrus::cli
