#include <fmt/format.h>

#include "cli/command.h"

namespace walrus::cli {

namespace {

struct ListArguments {
  Common common;
  std::string type;
  int limit = 50;
  bool all = false;
};

void print_row(const json::object& row) {
  auto text = [&](std::string_view name) {
    const json::string* member = find_string(row, name);
    return member ? std::string(*member) : std::string();
  };
  std::string name = text("filename").empty() ? text("url") : text("filename");
  fmt::print("{:<36}  {:<10}  {:>6}  {:>9}  {:<20}  {}\n", text("document_id"), text("status"),
             find_integer(row, "chunks_created").value_or(0),
             find_integer(row, "total_tokens").value_or(0), text("created_at").substr(0, 19) + "Z",
             name);
}

int list(const ListArguments& arguments) {
  Client client(arguments.common.server);
  std::string cursor;
  bool head = false;
  do {
    std::string path = fmt::format("/v1/documents/?limit={}", arguments.limit);
    if (!arguments.type.empty()) path += "&document_type=" + percent_encode(arguments.type);
    if (!cursor.empty()) path += "&cursor=" + percent_encode(cursor);
    auto reply = client.get(path);
    if (!reply) return complain(reply.error());
    auto rows = parse_json(reply->body);
    if (reply->status != 200 || !rows || !rows->is_array()) return complain(*reply);
    for (const json::value& row : rows->as_array()) {
      if (arguments.common.json) {
        fmt::print("{}\n", json::serialize(row));
        continue;
      }
      if (!std::exchange(head, true)) {
        fmt::print("{:<36}  {:<10}  {:>6}  {:>9}  {:<20}  {}\n", "ID", "STATUS", "CHUNKS", "TOKENS",
                   "CREATED", "NAME");
      }
      print_row(row.as_object());
    }
    cursor = reply->next_cursor;
  } while (arguments.all && !cursor.empty());
  if (!cursor.empty()) fmt::print(stderr, "There are more: --all lists them.\n");
  return kDone;
}

struct RemoveArguments {
  Common common;
  std::vector<std::string> ids;
};

int remove_one(Client& client, const RemoveArguments& arguments, const std::string& id) {
  auto reply = client.remove("/v1/documents/" + percent_encode(id));
  if (!reply) return complain(reply.error());
  auto deleted = object_of(*reply);
  if (reply->status != 200 || !deleted) return complain(*reply);
  if (arguments.common.json) {
    fmt::print("{}\n", reply->body);
  } else {
    fmt::print("{}  deleted, {} chunks\n", id,
               find_integer(*deleted, "chunks_deleted").value_or(0));
  }
  return kDone;
}

}  // namespace

void add_list(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<ListArguments>();
  CLI::App* command = app.add_subcommand("ls", "List the documents, the newest first");
  add_common(*command, arguments->common);
  command->add_option("--type", arguments->type, "file_upload or web_crawl")->type_name("");
  command->add_option("--limit", arguments->limit, "rows a page (50)")
      ->check(CLI::Range(1, 100))
      ->type_name("");
  command->add_flag("--all", arguments->all, "every page");
  command->footer("Examples:\n  walrus ls\n  walrus ls --all --json | jq -r .document_id");
  command->callback([arguments, &exit_code] { exit_code = list(*arguments); });
}

void add_remove(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<RemoveArguments>();
  CLI::App* command = app.add_subcommand("rm", "Delete documents, with all that was made of them");
  add_common(*command, arguments->common);
  command->add_option("ID", arguments->ids, "ids of documents")->required();
  command->footer("Example:\n  walrus rm 01a20cda-4873-768f-83ec-56fbc4e7d2ee");
  command->callback([arguments, &exit_code] {
    Client client(arguments->common.server);
    for (const std::string& id : arguments->ids) {
      exit_code = std::max(exit_code, remove_one(client, *arguments, id));
    }
  });
}

}  // namespace walrus::cli
