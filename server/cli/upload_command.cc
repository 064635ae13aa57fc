#include <fmt/format.h>

#include <filesystem>

#include "cli/command.h"
#include "cli/follow.h"
#include "cli/progress_line.h"

namespace walrus::cli {

namespace {

struct Arguments {
  Common common;
  std::vector<std::string> files;
  std::string metadata;
  bool no_wait = false;
};

int upload_one(Client& client, const Arguments& arguments, const std::string& file) {
  std::string label = std::filesystem::path(file).filename();
  ProgressLine line(stderr);
  Upload upload{.file = file, .metadata = arguments.metadata, .on_progress = {}};
  if (!arguments.common.json) {
    upload.on_progress = [&](std::uint64_t sent, std::uint64_t total) {
      if (sent < total) line.show_text(label, fmt::format("sending, {} %", sent * 100 / total));
    };
  }
  auto reply = client.upload(upload);
  if (!reply) return complain(reply.error());
  if (reply->status != 202) return complain(*reply);
  auto accepted = object_of(*reply);
  if (!accepted) return complain(*reply);
  std::string document_id(accepted->at("document_id").as_string());
  std::string operation_id(accepted->at("operation_id").as_string());
  if (arguments.no_wait) {
    std::string shown =
        arguments.common.json ? json::serialize(*accepted) : document_id + "  " + label;
    fmt::print("{}\n", shown);
    return kDone;
  }
  json::object last;
  auto on_event = [&](const json::object& event) {
    last = event;
    if (!arguments.common.json) line.show(label, event);
  };
  auto followed = follow(client, operation_id, "", on_event);
  line.finish();
  if (!followed) return complain(followed.error());
  int code = judge(last, label);
  if (arguments.common.json) {
    last.erase("type");
    fmt::print("{}\n", json::serialize(last));
  } else if (code == kDone) {
    const json::object* counters = find_object(last, "status_metadata");
    fmt::print("{}  {}  {} chunks, {} tokens\n", document_id, label,
               counters ? find_integer(*counters, "chunks_created").value_or(0) : 0,
               counters ? find_integer(*counters, "total_tokens").value_or(0) : 0);
  }
  return code;
}

}  // namespace

void add_upload(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("upload", "Upload files and follow each to its end");
  add_common(*command, arguments->common);
  command->add_option("FILE", arguments->files, "files to upload")
      ->required()
      ->check(CLI::ExistingFile);
  command->add_option("--metadata", arguments->metadata, "a JSON object to keep with each file")
      ->type_name("");
  command->add_flag("--no-wait", arguments->no_wait, "return as soon as the server has the file");
  command->footer(
      "Examples:\n  walrus upload report.pdf\n  walrus upload --metadata '{\"team\":\"north\"}' "
      "*.docx\n"
      "  walrus upload --json report.pdf | jq .status_metadata\n"
      "Exit code: 0 all completed, 1 one failed, 2 usage, 3 no server.");
  command->callback([arguments, &exit_code] {
    Client client(arguments->common.server);
    for (const std::string& file : arguments->files) {
      exit_code = std::max(exit_code, upload_one(client, *arguments, file));
      if (exit_code == kUnreachable) return;
    }
  });
}

}  // namespace walrus::cli
