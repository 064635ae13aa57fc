#include <fmt/format.h>

#include <iostream>
#include <iterator>

#include "cli/command.h"
#include "cli/follow.h"
#include "cli/progress_line.h"

namespace walrus::cli {

namespace {

struct Arguments {
  Common common;
  std::string question;
  std::string session = "cli";
  std::string model;
  std::string document;
  int k = 8;
};

std::string request_body(const Arguments& arguments, bool stream) {
  json::object body;
  body["query"] = arguments.question;
  body["session_id"] = arguments.session;
  body["retrieval_k"] = arguments.k;
  body["stream"] = stream;
  if (!arguments.model.empty()) body["model"] = arguments.model;
  if (!arguments.document.empty()) body["retrieval_filter"] = {{"document_id", arguments.document}};
  return json::serialize(body);
}

void print_sources(const json::object& metadata) {
  const json::value* sources = metadata.if_contains("sources");
  if (!sources || !sources->is_array() || sources->as_array().empty()) return;
  fmt::print("\n");
  int number = 0;
  for (const json::value& each : sources->as_array()) {
    const json::object& source = each.as_object();
    const json::string* name = find_string(source, "filename");
    if (!name) name = find_string(source, "url");
    auto page = find_integer(source, "page");
    const json::string* snippet = find_string(source, "snippet");
    fmt::print("[{}] {}{}  {}\n", ++number, name ? std::string(*name) : "",
               page ? fmt::format(" p. {}", *page) : "", snippet ? std::string(*snippet) : "");
  }
}

// The answer's text goes to standard output as it comes, the steps to standard error.
class Answer {
 public:
  void take(const json::object& event) {
    const json::string* type = find_string(event, "type");
    if (!type) return;
    if (*type == "status") {
      const json::string* message = find_string(event, "message");
      if (message && text_.empty()) line_.show_text("", std::string(*message));
    } else if (*type == "chunk") {
      add(std::string(event.at("content").as_string()));
    } else if (*type == "snapshot") {
      std::string whole(event.at("content").as_string());
      if (whole.size() > text_.size()) add(whole.substr(text_.size()));
    } else {
      last_ = event;
    }
  }

  int finish() {
    line_.finish();
    const json::string* type = find_string(last_, "type");
    if (type && *type == "complete") {
      fmt::print("\n");
      if (const json::object* metadata = find_object(last_, "metadata")) print_sources(*metadata);
      return kDone;
    }
    const json::string* words = find_string(last_, "error");
    fmt::print(stderr, "\nwalrus: {}\n", words ? std::string(*words) : "The answer broke off.");
    return kFailed;
  }

 private:
  void add(const std::string& piece) {
    if (text_.empty()) line_.finish();
    text_ += piece;
    fmt::print("{}", piece);
    std::fflush(stdout);
  }

  ProgressLine line_{stderr};
  std::string text_;
  json::object last_;
};

int ask(Arguments arguments) {
  if (arguments.question == "-") {
    arguments.question.assign(std::istreambuf_iterator<char>(std::cin), {});
  }
  Client client(arguments.common.server);
  if (arguments.common.json) {
    auto reply = client.post_json("/v1/chat/", request_body(arguments, false), "application/json");
    if (!reply) return complain(reply.error());
    if (reply->status != 200) return complain(*reply);
    fmt::print("{}\n", reply->body);
    return kDone;
  }
  Answer answer;
  auto begun = [](const std::string&) {};
  auto on_event = [&answer](const json::object& event) { answer.take(event); };
  auto followed =
      post_and_follow(client, "/v1/chat/", request_body(arguments, true), begun, on_event);
  if (!followed) return complain(followed.error());
  return answer.finish();
}

}  // namespace

void add_chat(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("chat", "Ask a question about the documents");
  add_common(*command, arguments->common);
  command
      ->add_option("QUESTION", arguments->question,
                   "the question, or - to read it from standard input")
      ->required();
  command->add_option("--session", arguments->session, "conversation to ask in (cli)")
      ->type_name("");
  command->add_option("--model", arguments->model, "model to answer with")->type_name("");
  command->add_option("--document", arguments->document, "ask one document alone, by its id")
      ->type_name("");
  command->add_option("--k", arguments->k, "passages to answer from (8)")
      ->check(CLI::Range(1, 20))
      ->type_name("");
  command->footer(
      "Examples:\n  walrus chat \"How much do walruses weigh?\"\n  echo \"What changed?\" | walrus "
      "chat -\n"
      "  walrus chat --json \"...\" | jq .metadata.sources");
  command->callback([arguments, &exit_code] { exit_code = ask(*arguments); });
}

}  // namespace walrus::cli
