#include "cli/commands.h"

#include <fmt/format.h>

#include <cstdio>

#include "cli/command.h"

namespace walrus::cli {

void add_common(CLI::App& command, Common& common) {
  command.add_option("--url", common.server.url, "the server (http://localhost:8000) [WALRUS_URL]")
      ->envname("WALRUS_URL")
      ->type_name("");
  command.add_option("--api-key", common.server.api_key, "a key for it [WALRUS_API_KEY]")
      ->envname("WALRUS_API_KEY")
      ->type_name("");
  command.add_flag("--json", common.json, "print JSON, one object a line");
}

int complain(const Error& error) {
  fmt::print(stderr, "walrus: {}\n", error.message);
  return error.code == ErrorCode::kUpstreamError ? kUnreachable : kFailed;
}

int complain(const Reply& reply) {
  fmt::print(stderr, "walrus: {}\n", words_of(reply));
  return kFailed;
}

int judge(const json::object& status, const std::string& label) {
  const json::string* outcome = find_string(status, "processing_status");
  if (outcome && *outcome == "completed") return kDone;
  const json::object* error = find_object(status, "error");
  if (!error) return kFailed;
  auto text = [&](std::string_view name) {
    const json::string* member = find_string(*error, name);
    return member ? std::string(*member) : std::string();
  };
  fmt::print(stderr, "walrus: {}: {} ({} in {})\n", label, text("message"), text("type"),
             text("step"));
  return kFailed;
}

void add_commands(CLI::App& app, int& exit_code) {
  add_upload(app, exit_code);
  add_chat(app, exit_code);
  add_status(app, exit_code);
  add_watch(app, exit_code);
  add_list(app, exit_code);
  add_remove(app, exit_code);
}

}  // namespace walrus::cli
