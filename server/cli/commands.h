// The command-line client: upload, crawl, chat, status, watch, cancel, retry, ls, rm, run and
// doctor against a running server; and check, which needs none.
#pragma once

namespace CLI {
class App;
}

namespace walrus::cli {

// What scripts can rely on.
enum ExitCode : int {
  kDone = 0,           // and what was asked for succeeded
  kFailed = 1,         // the work ended as failed, or the server refused
  kUsage = 2,          // the command line is wrong
  kUnreachable = 3,    // no server answers at the URL
  kInterrupted = 130,  // Ctrl-C; what the server has taken in goes on there
};

// Adds the subcommands to `app`, with help and examples. When one of them is on the parsed command
// line, `exit_code` holds its result after parsing; the work is done inside CLI::App::parse.
void add_commands(CLI::App& app, int& exit_code);

}  // namespace walrus::cli
