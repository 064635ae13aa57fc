#include <fmt/format.h>

#include "cli/command.h"
#include "cli/terminal_text.h"

namespace walrus::cli {

namespace {

struct ListArguments {
  Common common;
  std::string type;
  int limit = 50;
  bool all = false;
};

std::string table_line(std::string_view id, std::string_view status, std::string_view chunks,
                       std::string_view tokens, std::string_view created, std::string_view name) {
  return fmt::format("{:<36}  {:<10}  {:>6}  {:>9}  {:<20}  {}", id, status, chunks, tokens,
                     created, name);
}

void print_row(const json::object& row) {
  auto count = [&](std::string_view name) {
    return std::to_string(find_integer(row, name).value_or(0));
  };
  std::string name = text_member(row, "filename");
  if (name.empty()) name = text_member(row, "url");
  std::string line = one_line(table_line(
      text_member(row, "document_id"), text_member(row, "status"), count("chunks_created"),
      count("total_tokens"), text_member(row, "created_at").substr(0, 19) + "Z", name));
  fmt::print("{}\n", line);
}

void print_page(const json::array& rows, bool as_json, bool first) {
  if (first && !as_json && !rows.empty()) {
    fmt::print("{}\n", table_line("ID", "STATUS", "CHUNKS", "TOKENS", "CREATED", "NAME"));
  }
  for (const json::value& row : rows) {
    if (as_json) {
      print_json(row);
    } else if (row.is_object()) {
      print_row(row.as_object());
    }
  }
}

std::string page_path(const ListArguments& arguments, const std::string& cursor) {
  std::string path = fmt::format("/v1/documents/?limit={}", arguments.limit);
  if (!arguments.type.empty()) path += "&document_type=" + percent_encode(arguments.type);
  if (!cursor.empty()) path += "&cursor=" + percent_encode(cursor);
  return path;
}

int list(const ListArguments& arguments) {
  Interrupt interrupt;
  Client client(arguments.common.server, &interrupt);
  std::string cursor;
  bool first = true;
  do {
    auto reply = client.get(page_path(arguments, cursor));
    if (!reply) return complain(reply.error());
    auto rows = parse_json(reply->body);
    if (reply->status != 200 || !rows || !rows->is_array()) return complain(*reply);
    print_page(rows->as_array(), arguments.common.json, std::exchange(first, false));
    cursor = reply->next_cursor;
  } while (arguments.all && !cursor.empty());
  std::fflush(stdout);
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
    print_json(*deleted);
  } else {
    fmt::print("{}  deleted, {} chunks\n", one_line(id),
               find_integer(*deleted, "chunks_deleted").value_or(0));
  }
  return kDone;
}

int remove_all(const RemoveArguments& arguments) {
  Interrupt interrupt;
  Client client(arguments.common.server, &interrupt);
  int worst = kDone;
  for (const std::string& id : arguments.ids) {
    worst = std::max(worst, remove_one(client, arguments, id));
    if (worst >= kUsage) break;
  }
  return worst;
}

}  // namespace

void add_list(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<ListArguments>();
  CLI::App* command = app.add_subcommand("ls", "List the documents, the newest first");
  command->add_option("--type", arguments->type, "only these: file_upload or web_crawl")
      ->check(CLI::IsMember({"file_upload", "web_crawl"}))
      ->type_name("TYPE");
  command->add_option("--limit", arguments->limit, "rows a page, 1 to 100 (50)")
      ->check(CLI::Range(1, 100))
      ->type_name("N");
  command->add_flag("--all", arguments->all, "every page");
  add_common(*command, arguments->common);
  command->footer(
      "Examples:\n"
      "  walrus ls\n"
      "  walrus ls --limit 5\n"
      "  walrus ls --all --json | jq -r .document_id");
  command->callback([arguments, &exit_code] { exit_code = list(*arguments); });
}

void add_remove(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<RemoveArguments>();
  CLI::App* command = app.add_subcommand("rm", "Delete documents, with all that was made of them");
  command->add_option("ID", arguments->ids, "ids of documents")->required()->type_name("");
  add_common(*command, arguments->common);
  command->footer(
      "Nothing is asked; an id that is not there is an error, and the others are deleted.\n\n"
      "Examples:\n"
      "  walrus rm 01a20cda-4873-768f-83ec-56fbc4e7d2ee\n"
      "  walrus ls --all --json | jq -r 'select(.status == \"failed\").document_id' | xargs -r "
      "walrus rm");
  command->callback([arguments, &exit_code] { exit_code = remove_all(*arguments); });
}

}  // namespace walrus::cli
