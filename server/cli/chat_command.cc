#include <fmt/format.h>

#include <iostream>
#include <iterator>

#include "cli/answer.h"
#include "cli/command.h"
#include "cli/follow.h"

namespace walrus::cli {

namespace {

constexpr const char* kPath = "/v1/chat/";

struct Arguments {
  Common common;
  std::string question;
  std::string session = "cli";
  std::string model;
  std::string document;
  std::string type;
  int k = 8;
  bool no_stream = false;
};

json::object filter_of(const Arguments& arguments) {
  json::object filter;
  if (!arguments.document.empty()) filter["document_id"] = arguments.document;
  bool origin = arguments.type == "file_upload" || arguments.type == "web_crawl";
  if (!arguments.type.empty()) filter[origin ? "document_type" : "file_type"] = arguments.type;
  return filter;
}

std::string request_body(const Arguments& arguments) {
  json::object body;
  body["query"] = arguments.question;
  body["session_id"] = arguments.session;
  body["retrieval_k"] = arguments.k;
  body["stream"] = !arguments.no_stream;
  if (!arguments.model.empty()) body["model"] = arguments.model;
  json::object filter = filter_of(arguments);
  if (!filter.empty()) body["retrieval_filter"] = std::move(filter);
  return json::serialize(body);
}

// What a request that is not streamed is answered with.
json::object response_of(const Arguments& arguments, const std::string& operation_id,
                         const std::string& text, const json::object& last) {
  json::object response;
  response["response"] = text;
  response["session_id"] = arguments.session;
  response["conversation_id"] =
      arguments.session.starts_with("conv#") ? arguments.session : "conv#" + arguments.session;
  response["operation_id"] = operation_id;
  const json::object* metadata = find_object(last, "metadata");
  response["metadata"] = metadata ? *metadata : json::object();
  return response;
}

int ask_streamed(Client& client, const Arguments& arguments) {
  Answer answer(arguments.common.json);
  Listener listener{.on_event = [&](const json::object& event) { answer.take(event); },
                    .on_loss = [&] { answer.note_loss(); }};
  std::string operation_id;
  auto last = post_and_follow(client, kPath, request_body(arguments), operation_id, listener);
  if (!last) {
    answer.break_off();
    if (last.error().code == ErrorCode::kCancelled && !operation_id.empty()) {
      say_how_to_come_back(operation_id);
    }
    return complain(last.error());
  }
  int code = answer.finish(*last);
  if (arguments.common.json) {
    print_json(code == kDone ? response_of(arguments, operation_id, answer.text(), *last) : *last);
  }
  return code;
}

int ask_whole(Client& client, const Arguments& arguments) {
  auto reply = client.post_json(kPath, request_body(arguments));
  if (!reply) return complain(reply.error());
  auto answer = object_of(*reply);
  if (reply->status != 200 || !answer) return complain(*reply);
  if (arguments.common.json) {
    print_json(*answer);
    return kDone;
  }
  Screen screen = screen_of(stdout);
  std::string text = text_member(*answer, "response");
  fmt::print("{}\n", screen.terminal ? many_lines(text) : text);
  const json::object* metadata = find_object(*answer, "metadata");
  std::string sources = metadata ? describe_sources(*metadata, screen) : "";
  if (!sources.empty()) fmt::print("\n{}", sources);
  return kDone;
}

int ask(Arguments arguments) {
  if (arguments.question == "-") {
    arguments.question.assign(std::istreambuf_iterator<char>(std::cin), {});
    while (arguments.question.ends_with('\n')) arguments.question.pop_back();
  }
  Interrupt interrupt;
  Client client(arguments.common.server, &interrupt);
  return arguments.no_stream ? ask_whole(client, arguments) : ask_streamed(client, arguments);
}

}  // namespace

void add_chat(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("chat", "Ask a question about the documents");
  command
      ->add_option("QUESTION", arguments->question,
                   "the question, or - to read it from standard input")
      ->required()
      ->type_name("");
  command->add_option("--session", arguments->session, "the conversation to ask in (cli)")
      ->type_name("ID");
  command->add_option("--k", arguments->k, "passages to answer from, 1 to 20 (8)")
      ->check(CLI::Range(1, 20))
      ->type_name("N");
  command->add_option("--model", arguments->model, "the model to answer with")->type_name("ID");
  command->add_option("--document", arguments->document, "answer from this document alone")
      ->type_name("ID");
  command
      ->add_option(
          "--type", arguments->type,
          "answer from documents of this type alone: pdf, docx, ..., file_upload, web_crawl")
      ->type_name("TYPE");
  command->add_flag("--no-stream", arguments->no_stream, "wait for the whole answer");
  add_common(*command, arguments->common);
  command->footer(
      "The answer goes to standard output as it comes, its sources below it; the steps go to\n"
      "standard error. A lost connection is taken up again where it was.\n\n"
      "Examples:\n"
      "  walrus chat \"How much do walruses weigh?\"\n"
      "  walrus chat --document 01a20cda-4873-768f-83ec-56fbc4e7d2ee \"Sum it up.\"\n"
      "  echo \"What changed?\" | walrus chat --session review -\n"
      "  walrus chat --json \"What is it about?\" | jq .metadata.sources");
  command->callback([arguments, &exit_code] { exit_code = ask(*arguments); });
}

}  // namespace walrus::cli
