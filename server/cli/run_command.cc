#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>

#include "cli/command.h"
#include "cli/reporter.h"
#include "cli/terminal_text.h"
#include "cli/watched_command.h"

namespace walrus::cli {

namespace {

constexpr int kCannotRun = 126;  // as shells have it
constexpr int kNotFound = 127;

struct Arguments {
  Server server;
  std::string kind = "command";
  std::string title;
  std::vector<std::string> steps;  // NAME:PERCENT
  std::vector<std::string> command;
};

struct Step {
  std::string name;
  int percent = 0;
};

std::optional<Step> step_from(const std::string& text) {
  auto colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return std::nullopt;
  Step step{text.substr(0, colon), 0};
  const char* last = text.data() + text.size();
  auto [end, error] = std::from_chars(text.data() + colon + 1, last, step.percent);
  if (error != std::errc() || end != last) return std::nullopt;
  return step;
}

std::string step_check(const std::string& text) {
  return step_from(text) ? "" : "must be NAME:PERCENT, such as load:60";
}

std::vector<Step> steps_of(const Arguments& arguments) {
  std::vector<Step> steps;
  steps.reserve(arguments.steps.size() + 1);
  for (const std::string& text : arguments.steps) steps.push_back(step_from(text).value_or(Step()));
  if (steps.empty()) steps.push_back({"running", 0});
  return steps;
}

json::object operation_of(const Arguments& arguments, const std::vector<Step>& steps) {
  json::array planned;
  for (const Step& step : steps)
    planned.push_back({{"name", step.name}, {"percent", step.percent}});
  std::string title = arguments.title;
  if (title.empty()) title = std::filesystem::path(arguments.command.front()).filename();
  return {{"kind", arguments.kind}, {"title", title}, {"steps", std::move(planned)}};
}

// The status and error of the last report.
json::object end_of(const CommandEnd& end) {
  if (end.code == 0 && !end.stopped) return {{"status", "completed"}};
  std::string words = fmt::format("The command ended with exit code {}.", end.code);
  if (end.signal != 0) {
    words =
        fmt::format("The command was ended by signal {} ({}).", end.signal, strsignal(end.signal));
  }
  bool wanted = end.stopped || end.told_to_end;
  return {{"status", "failed"},
          {"error", {{"type", wanted ? "cancelled" : "internal"}, {"message", words}}}};
}

// False where nobody reads our output any more. Waits for a slow reader, as the command itself
// would without us; others may have made the output one that does not block.
bool pass_on(std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t written = write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (written > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd room{STDOUT_FILENO, POLLOUT, 0};
      poll(&room, 1, -1);
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

void say(std::string_view words) {
  fmt::print(stderr, "walrus: {}\n", one_line(std::string(words)));
}

std::vector<std::string> environment_of(const std::string& operation_id) {
  if (operation_id.empty()) return {};
  if (isatty(STDERR_FILENO) != 0) say("reported as an operation: walrus watch " + operation_id);
  return {"WALRUS_OPERATION_ID=" + operation_id};
}

int run_reported(const Arguments& arguments) {
  std::vector<Step> steps = steps_of(arguments);
  std::vector<std::string> names;
  names.reserve(steps.size());
  for (const Step& step : steps) names.push_back(step.name);
  WatchedCommand command;  // before the reporter's thread, which inherits the blocked signals
  Reporter reporter(arguments.server, operation_of(arguments, steps), std::move(names),
                    [&command] { command.stop(); });
  Result<std::string> begun = reporter.begin();
  if (!begun) {
    say(begun.error().message);
    return kUsage;
  }
  bool heard = true;
  ReportLines lines;
  lines.on_text = [&](std::string_view bytes) { heard = heard && pass_on(bytes); };
  lines.on_report = [&](const LineReport& report) { reporter.take(report); };
  auto ended = command.run(arguments.command, environment_of(*begun), [&](std::string_view bytes) {
    lines.take(bytes);
    return heard;
  });
  lines.finish();
  json::object end;
  if (ended) {
    end = end_of(*ended);
  } else {
    say(ended.error().message);
    end = {{"status", "failed"}, {"error", ended.error().message}};
  }
  std::string unreported = reporter.finish(std::move(end));
  if (!unreported.empty()) say("the end could not be reported. " + unreported);
  if (ended) return ended->code;
  return ended.error().code == ErrorCode::kNotFound ? kNotFound : kCannotRun;
}

}  // namespace

void add_run(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command =
      app.add_subcommand("run", "Run a command and show it as an operation, step by step");
  command->add_option("--kind", arguments->kind, "what kind of work it is (command)")
      ->type_name("NAME");
  command->add_option("--title", arguments->title, "a title for people (the command's name)")
      ->type_name("TEXT");
  command->add_option("--step", arguments->steps, "a step and its percentage; once for each")
      ->check(CLI::Validator(step_check, "", "step"))
      ->allow_extra_args(false)
      ->type_name("NAME:PERCENT");
  command->add_option("COMMAND", arguments->command, "the command and its arguments, after --")
      ->required()
      ->type_name("");
  add_server(*command, arguments->server);
  command->footer(
      "The command's output is passed on as it is, but for lines that begin with 'walrus: '.\n"
      "Those are reports, and are not printed:\n"
      "  walrus: step load      the step 'load' begins\n"
      "  walrus: 3/10           3 of 10 done in it\n"
      "  walrus: message Hello  anything else is a message, with or without that word\n"
      "Steps only go forward. A step that no --step declares is shown as a message; without any\n"
      "--step there is one, 'running'.\n\n"
      "Exit code 0 completes the operation, another one fails it. When it is cancelled, the "
      "command\n"
      "gets SIGTERM, and SIGKILL 10 s later. A server that is away does not stop the command. Its\n"
      "environment has WALRUS_OPERATION_ID.\n\n"
      "Examples:\n"
      "  walrus run -- make test\n"
      "  walrus run --kind import --step fetch:0 --step load:60 -- ./import.sh\n"
      "  walrus run -- sh -c 'for i in 1 2 3; do echo walrus: $i/3; sleep 1; done'\n\n"
      "Exit code: the command's own, 128 + n where signal n ended it, 127 not found, 126 cannot\n"
      "be run, 2 usage.");
  command->callback([arguments, &exit_code] { exit_code = run_reported(*arguments); });
}

}  // namespace walrus::cli
