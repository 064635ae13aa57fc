#include "cli/commands.h"

#include <fmt/format.h>

#include <cstdio>

#include "cli/command.h"
#include "cli/follow.h"
#include "cli/terminal_text.h"

namespace walrus::cli {

namespace {

void say(const std::string& words) {
  std::fflush(stdout);
  fmt::print(stderr, "walrus: {}\n", one_line(words));
}

int exit_code_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kUpstreamError:
      return kUnreachable;
    case ErrorCode::kValidationError:
      return kUsage;
    case ErrorCode::kCancelled:
      return kInterrupted;
    default:
      return kFailed;
  }
}

// As json::serialize, but for numbers as people write them: 3.2 and not 3.2E0.
void append_json(std::string& out, const json::value& value) {
  if (const json::object* object = value.if_object()) {
    out.push_back('{');
    for (const auto& [name, member] : *object) {
      if (out.back() != '{') out.push_back(',');
      append_json_string(out, name);
      out.push_back(':');
      append_json(out, member);
    }
    out.push_back('}');
  } else if (const json::array* array = value.if_array()) {
    out.push_back('[');
    for (const json::value& element : *array) {
      if (out.back() != '[') out.push_back(',');
      append_json(out, element);
    }
    out.push_back(']');
  } else if (const double* number = value.if_double()) {
    out += fmt::format("{}", *number);
  } else {
    out += json::serialize(value);
  }
}

}  // namespace

void add_server(CLI::App& command, Server& server) {
  command.add_option("--url", server.url, "the server (http://localhost:8000)")
      ->envname("WALRUS_URL")
      ->type_name("URL");
  command.add_option("--api-key", server.api_key, "a key for it")
      ->envname("WALRUS_API_KEY")
      ->type_name("KEY");
}

void add_common(CLI::App& command, Common& common) {
  add_server(command, common.server);
  command.add_flag("--json", common.json, "print JSON, one object a line");
}

int complain(const Error& error) {
  if (error.code != ErrorCode::kCancelled) say(error.message);
  return exit_code_of(error.code);
}

int complain(const Reply& reply) {
  say(words_of(reply));
  return kFailed;
}

int judge(const json::object& last, const std::string& label) {
  if (is_success(last)) return kDone;
  bool chat = text_member(last, "type") == "error";
  const json::object* inner = find_object(last, "error");
  const json::object& error = inner ? *inner : last;
  std::string words = text_member(error, chat ? "error" : "message");
  std::string type = text_member(error, chat ? "error_type" : "type");
  std::string step = text_member(error, "step");
  const json::value* retryable = error.if_contains("retryable");
  bool can_help = retryable && retryable->is_bool() && retryable->as_bool();
  if (words.empty()) words = "It failed, and the server does not say why.";
  say(fmt::format("{}{}{}", label, label.empty() ? "" : ": ", words));
  if (!step.empty()) {
    fmt::print(stderr, "  {} in step {}; {}\n", one_line(type), one_line(step),
               can_help ? "trying again can help" : "the same again would fail again");
  }
  return kFailed;
}

void say_how_to_come_back(const std::string& operation_id) {
  std::fflush(stdout);
  fmt::print(stderr, "\nThe server goes on with it. To follow it again:\n  walrus watch {}\n",
             one_line(operation_id));
}

void print_json(const json::value& value) {
  std::string line;
  append_json(line, value);
  fmt::print("{}\n", line);
  std::fflush(stdout);
}

void add_commands(CLI::App& app, int& exit_code) {
  add_upload(app, exit_code);
  add_crawl(app, exit_code);
  add_chat(app, exit_code);
  add_status(app, exit_code);
  add_watch(app, exit_code);
  add_cancel(app, exit_code);
  add_retry(app, exit_code);
  add_list(app, exit_code);
  add_remove(app, exit_code);
  add_run(app, exit_code);
  add_check(app, exit_code);
  add_doctor(app, exit_code);
}

}  // namespace walrus::cli
