#include <fmt/format.h>

#include "cli/command.h"
#include "cli/findings.h"
#include "cli/machine_checks.h"
#include "cli/operation_check.h"
#include "cli/server_checks.h"

namespace walrus::cli {

namespace {

struct Arguments {
  Common common;
  std::string id;
  std::string data_dir = "./walrus-data";
  std::string origin;
  bool no_wait = false;
};

int examine(const Arguments& arguments) {
  Interrupt interrupt;
  Client client(arguments.common.server, &interrupt);
  const std::string& url = arguments.common.server.url;
  Findings findings(arguments.common.json);
  Finding server = check_server(client, url);
  bool answered = server.verdict == Verdict::kOk;
  findings.add(server);
  if (answered && !arguments.id.empty()) findings.add(check_operation(client, arguments.id));
  check_machine(arguments.data_dir, url, answered, findings);
  if (answered) {
    ServerQuestions questions{
        .url = url, .origin = arguments.origin, .heartbeat = !arguments.no_wait};
    auto done = check_all(client, questions, findings);
    if (!done) return complain(done.error());
  }
  if (interrupt.pending()) return kInterrupted;
  findings.sum_up();
  if (!answered) return kUnreachable;
  return findings.any_wrong() ? kFailed : kDone;
}

}  // namespace

void add_doctor(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command =
      app.add_subcommand("doctor", "Say what is wrong with a server, its proxy or an operation");
  command->add_option("ID", arguments->id, "a document's or an operation's id to look at, too")
      ->type_name("");
  command
      ->add_option("--data-dir", arguments->data_dir,
                   "the server's data folder, where it is on this machine (./walrus-data)")
      ->envname("WALRUS_DATA_DIR")
      ->type_name("FOLDER");
  command->add_option("--origin", arguments->origin, "of a page that is to use the API from there")
      ->type_name("ORIGIN");
  command->add_flag("--no-wait", arguments->no_wait,
                    "do not wait for the stream's heartbeat, which takes up to 15 s");
  add_common(*command, arguments->common);
  command->footer(
      "Looks through the URL as clients do, so through whatever proxy stands there, and changes\n"
      "nothing. Each line is a check, what was seen, and where it is not well how to mend it.\n\n"
      "Examples:\n"
      "  walrus doctor\n"
      "  walrus doctor --url https://walrus.example.com --origin https://app.example.com\n"
      "  walrus doctor 01a20cda-4873-768f-83ec-56fbc4e7d2ee\n"
      "  walrus doctor --json --no-wait | jq 'select(.verdict == \"wrong\")'\n\n"
      "Exit code: 0 nothing is wrong, 1 something is, 2 usage, 3 no server, 130 Ctrl-C.");
  command->callback([arguments, &exit_code] { exit_code = examine(*arguments); });
}

}  // namespace walrus::cli
