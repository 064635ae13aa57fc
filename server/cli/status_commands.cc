#include <fmt/format.h>

#include "cli/command.h"
#include "cli/follow.h"
#include "cli/progress_line.h"

namespace walrus::cli {

namespace {

struct Arguments {
  Common common;
  std::string id;
};

// The latest status of a document or, failing that, an operation.
Result<Reply> latest_status(Client& client, const std::string& id) {
  auto reply = client.get("/v1/documents/" + percent_encode(id) + "/status");
  if (!reply || reply->status != 404) return reply;
  return client.get("/v1/operations/" + percent_encode(id));
}

int show_status(const Arguments& arguments) {
  Client client(arguments.common.server);
  auto reply = latest_status(client, arguments.id);
  if (!reply) return complain(reply.error());
  auto status = object_of(*reply);
  if (reply->status != 200 || !status) return complain(*reply);
  if (arguments.common.json) {
    fmt::print("{}\n", reply->body);
  } else {
    fmt::print("{}\n", render_progress(*status, 1000));
  }
  const json::string* outcome = find_string(*status, "processing_status");
  return outcome && *outcome == "failed" ? judge(*status, arguments.id) : kDone;
}

int watch(const Arguments& arguments) {
  Client client(arguments.common.server);
  auto reply = latest_status(client, arguments.id);
  if (!reply) return complain(reply.error());
  auto status = object_of(*reply);
  const json::string* operation = status ? find_string(*status, "operation_id") : nullptr;
  if (reply->status != 200 || !operation) return complain(*reply);
  ProgressLine line(stderr);
  auto on_event = [&](const json::object& event) {
    if (arguments.common.json) {
      fmt::print("{}\n", json::serialize(event));
      std::fflush(stdout);
      return;
    }
    const json::string* words = find_string(event, "message");
    if (words) {
      line.show_text("", std::string(*words));
    } else {
      line.show("", event);
    }
  };
  auto followed = follow(client, std::string(*operation), "", on_event);
  line.finish();
  if (!followed) return complain(followed.error());
  auto ended = latest_status(client, arguments.id);
  if (!ended) return complain(ended.error());
  auto last = object_of(*ended);
  return last ? judge(*last, arguments.id) : complain(*ended);
}

}  // namespace

void add_status(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("status", "Show how far a document or operation has come");
  add_common(*command, arguments->common);
  command->add_option("ID", arguments->id, "a document's or an operation's id")->required();
  command->footer(
      "Example:\n  walrus status 01a20cda-4873-768f-83ec-56fbc4e7d2ee\nExit code: 1 if it failed.");
  command->callback([arguments, &exit_code] { exit_code = show_status(*arguments); });
}

void add_watch(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command =
      app.add_subcommand("watch", "Follow a document or operation live, to its end");
  add_common(*command, arguments->common);
  command->add_option("ID", arguments->id, "a document's or an operation's id")->required();
  command->footer(
      "Examples:\n  walrus watch 01a20cda-4873-768f-83ec-56fbc4e7d2ee\n"
      "  walrus watch --json ID | jq .progress_percentage\n"
      "The connection may break: it is taken up again where it was.");
  command->callback([arguments, &exit_code] { exit_code = watch(*arguments); });
}

}  // namespace walrus::cli
