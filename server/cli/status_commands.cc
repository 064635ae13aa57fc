#include <fmt/format.h>

#include "cli/answer.h"
#include "cli/command.h"
#include "cli/follow.h"
#include "cli/progress_line.h"

namespace walrus::cli {

namespace {

constexpr const char* kExampleId = "01a20cda-4873-768f-83ec-56fbc4e7d2ee";

struct Arguments {
  Common common;
  std::string id;
};

void print_fact(std::string_view name, const std::string& text) {
  if (!text.empty()) fmt::print("{:<13}{}\n", name, one_line(text));
}

std::string counters_of(const json::object& status) {
  const json::object* counters = find_object(status, "status_metadata");
  std::string out;
  if (!counters) return out;
  for (const auto& [name, value] : *counters) {
    if (!value.is_number()) continue;
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", std::string_view(name),
                       json::serialize(value));
  }
  return out;
}

void print_status(const json::object& status) {
  print_fact("document", text_member(status, "document_id"));
  print_fact("conversation", text_member(status, "conversation_id"));
  print_fact("operation", text_member(status, "operation_id"));
  print_fact("kind", text_member(status, "kind"));
  print_fact("status", text_member(status, "processing_status"));
  print_fact("step", text_member(status, "processing_step"));
  print_fact("progress", describe_progress(status));
  print_fact("counted", counters_of(status));
  print_fact("started", text_member(status, "started_at"));
  print_fact("updated", text_member(status, "updated_at"));
}

int show_status(const Arguments& arguments) {
  Interrupt interrupt;
  Client client(arguments.common.server, &interrupt);
  auto reply = latest_status(client, arguments.id);
  if (!reply) return complain(reply.error());
  auto status = object_of(*reply);
  if (reply->status != 200 || !status) return complain(*reply);
  if (arguments.common.json) {
    print_json(*status);
  } else {
    print_status(*status);
  }
  return text_member(*status, "processing_status") == "failed" ? judge(*status, "") : kDone;
}

int end_of_watch(const Result<json::object>& last, const std::string& operation_id) {
  if (last) return judge(*last, "");
  if (last.error().code == ErrorCode::kCancelled) say_how_to_come_back(operation_id);
  return complain(last.error());
}

int watch_as_json(Client& client, const std::string& operation_id) {
  Listener listener{.on_event = [](const json::object& event) { print_json(event); },
                    .on_loss = {}};
  return end_of_watch(follow(client, operation_id, listener), operation_id);
}

int watch_chat(Client& client, const std::string& operation_id) {
  Answer answer(false);
  Listener listener{.on_event = [&](const json::object& event) { answer.take(event); },
                    .on_loss = [&] { answer.note_loss(); }};
  auto last = follow(client, operation_id, listener);
  if (last) return answer.finish(*last);
  answer.break_off();
  return end_of_watch(last, operation_id);
}

int watch_document(Client& client, const std::string& operation_id) {
  ProgressLine line(stderr);
  Listener listener{.on_event = [&](const json::object& event) { line.show("", event); },
                    .on_loss = [&] { line.show_text("", kComingBack); }};
  auto last = follow(client, operation_id, listener);
  line.finish();
  return end_of_watch(last, operation_id);
}

int watch(const Arguments& arguments) {
  Interrupt interrupt;
  Client client(arguments.common.server, &interrupt);
  auto reply = latest_status(client, arguments.id);
  if (!reply) return complain(reply.error());
  auto status = object_of(*reply);
  std::string operation_id = status ? text_member(*status, "operation_id") : "";
  if (reply->status != 200 || operation_id.empty()) return complain(*reply);
  if (arguments.common.json) return watch_as_json(client, operation_id);
  bool chat = text_member(*status, "kind") == "chat";
  return chat ? watch_chat(client, operation_id) : watch_document(client, operation_id);
}

// Of a document or, failing that, an operation; `verb` is cancel or retry.
int change(const Arguments& arguments, const std::string& verb, const char* done) {
  Interrupt interrupt;
  Client client(arguments.common.server, &interrupt);
  std::string end = percent_encode(arguments.id) + "/" + verb;
  auto reply = client.post_json("/v1/documents/" + end, "{}");
  if (reply && reply->status == 404) reply = client.post_json("/v1/operations/" + end, "{}");
  if (!reply) return complain(reply.error());
  auto status = object_of(*reply);
  if (reply->status != 202 || !status) return complain(*reply);
  if (arguments.common.json) {
    print_json(*status);
  } else {
    fmt::print("{} {}\n", one_line(text_member(*status, "operation_id")), done);
  }
  return kDone;
}

CLI::App* add_command_with_id(CLI::App& app, const char* name, const char* help,
                              const std::shared_ptr<Arguments>& arguments) {
  CLI::App* command = app.add_subcommand(name, help);
  command->add_option("ID", arguments->id, "a document's or an operation's id")
      ->required()
      ->type_name("");
  add_common(*command, arguments->common);
  return command;
}

}  // namespace

Result<Reply> latest_status(Client& client, const std::string& id) {
  auto reply = client.get("/v1/documents/" + percent_encode(id) + "/status");
  if (!reply || reply->status != 404) return reply;
  return client.get("/v1/operations/" + percent_encode(id));
}

void add_status(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = add_command_with_id(
      app, "status", "Show how far a document or operation has come", arguments);
  command->footer(
      fmt::format("Examples:\n"
                  "  walrus status {0}\n"
                  "  walrus status --json {0} | jq .progress_percentage\n\n"
                  "Exit code: 0 processing or completed, 1 failed or refused, 3 no "
                  "server.",
                  kExampleId));
  command->callback([arguments, &exit_code] { exit_code = show_status(*arguments); });
}

void add_cancel(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command =
      add_command_with_id(app, "cancel", "Stop a document's or operation's work", arguments);
  command->footer(
      fmt::format("Examples:\n"
                  "  walrus cancel {0}\n\n"
                  "Exit code: 0 it will end as cancelled, 1 refused (it has ended already), 3 no "
                  "server.",
                  kExampleId));
  command->callback(
      [arguments, &exit_code] { exit_code = change(*arguments, "cancel", "is cancelled"); });
}

void add_retry(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = add_command_with_id(
      app, "retry", "Take up work that failed or was cancelled, where it stopped", arguments);
  command->footer(
      fmt::format("Examples:\n"
                  "  walrus retry {0} && walrus watch {0}\n\n"
                  "Exit code: 0 it has begun, 1 refused (it has not failed), 3 no server.",
                  kExampleId));
  command->callback(
      [arguments, &exit_code] { exit_code = change(*arguments, "retry", "is taken up again"); });
}

void add_watch(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = add_command_with_id(
      app, "watch", "Follow a document or operation live, to its end", arguments);
  command->footer(
      fmt::format("A lost connection is taken up again where it was; of a chat the "
                  "answer is shown.\n\n"
                  "Examples:\n"
                  "  walrus watch {0}\n"
                  "  walrus watch --json {0} | jq .progress_percentage\n\n"
                  "Exit code: 0 completed, 1 failed or refused, 3 no server, 130 "
                  "Ctrl-C.",
                  kExampleId));
  command->callback([arguments, &exit_code] { exit_code = watch(*arguments); });
}

}  // namespace walrus::cli
