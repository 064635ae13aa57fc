#include <fmt/format.h>

#include <deque>
#include <filesystem>

#include "cli/command.h"
#include "cli/follow.h"
#include "cli/progress_line.h"

namespace walrus::cli {

namespace {

// Sent and not yet followed to their end: enough for the server to work on several at once.
constexpr std::size_t kUnderWay = 8;
// How often a file that a busy server has refused is sent again.
constexpr int kTries = 8;
constexpr std::chrono::seconds kBusyPause{2};
constexpr std::chrono::seconds kLongestPause{30};

struct Arguments {
  Common common;
  std::vector<std::string> files;
  std::string metadata;
  bool no_wait = false;
};

struct Sent {
  std::string file;
  std::string document_id;
  std::string operation_id;
};

std::string name_of(const std::string& file) {
  return std::filesystem::path(file).filename();
}

// Uploads and follows; the worst exit code counts, and some end it all.
class Uploading {
 public:
  Uploading(Client& client, const Arguments& arguments) : client_(client), arguments_(arguments) {}

  int run();

 private:
  Result<Reply> post(const std::string& file, const std::string& key);
  Result<Reply> post_until_taken(const std::string& file);
  int send(const std::string& file);
  int follow_oldest();
  void report(const Sent& sent, json::object last, int code);
  void note(int code) { worst_ = std::max(worst_, code); }
  bool over() const { return worst_ >= kUsage; }
  int leave();
  bool as_json() const { return arguments_.common.json; }

  Client& client_;
  const Arguments& arguments_;
  ProgressLine line_{stderr};
  std::deque<Sent> under_way_;
  int worst_ = kDone;
};

Result<Reply> Uploading::post(const std::string& file, const std::string& key) {
  Upload upload{
      .file = file, .metadata = arguments_.metadata, .idempotency_key = key, .on_progress = {}};
  if (!as_json()) {
    upload.on_progress = [&](std::uint64_t sent, std::uint64_t total) {
      if (sent < total) {
        line_.show_text(name_of(file), fmt::format("sending, {} %", sent * 100 / total));
      }
    };
  }
  return client_.upload(upload);
}

Result<Reply> Uploading::post_until_taken(const std::string& file) {
  // A 503 may follow a commit whose answer was lost: with the same key there is no second document.
  const std::string key = new_idempotency_key();
  for (int tries = 1;; ++tries) {
    auto reply = post(file, key);
    bool busy = reply && (reply->status == 429 || reply->status == 503);
    if (!busy || tries == kTries) return reply;
    auto pause = std::min(reply->retry_after.value_or(kBusyPause), kLongestPause);
    if (!as_json()) {
      line_.show_text(name_of(file),
                      fmt::format("the server is busy; again in {} s", pause.count()));
    }
    auto waited = client_.wait(pause);
    if (!waited) return std::unexpected(waited.error());
  }
}

int Uploading::send(const std::string& file) {
  auto reply = post_until_taken(file);
  if (!reply) {
    line_.finish();
    if (reply.error().code == ErrorCode::kCancelled) {
      fmt::print(stderr, "\nInterrupted while '{}' was sent.\n", one_line(file));
    }
    return complain(reply.error());
  }
  auto accepted = object_of(*reply);
  Sent sent{file, "", ""};
  if (accepted) {
    sent.document_id = text_member(*accepted, "document_id");
    sent.operation_id = text_member(*accepted, "operation_id");
  }
  if (reply->status != 202 || sent.operation_id.empty()) {
    line_.finish();
    if (as_json() && accepted) report(sent, std::move(*accepted), kFailed);
    fmt::print(stderr, "walrus: {}: {}\n", one_line(name_of(file)), one_line(words_of(*reply)));
    return kFailed;
  }
  if (!arguments_.no_wait) {
    under_way_.push_back(std::move(sent));
    return kDone;
  }
  line_.clear();
  if (as_json()) {
    report(sent, std::move(*accepted), kDone);
  } else {
    fmt::print("{}  {}\n", sent.document_id, one_line(name_of(file)));
  }
  return kDone;
}

int Uploading::follow_oldest() {
  const Sent sent = under_way_.front();
  std::string name = name_of(sent.file);
  Listener listener;
  if (!as_json()) {
    listener.on_event = [&](const json::object& event) { line_.show(name, event); };
    listener.on_loss = [&] { line_.show_text(name, kComingBack); };
  }
  auto last = follow(client_, sent.operation_id, listener);
  if (!last) {
    line_.finish();
    return complain(last.error());
  }
  under_way_.pop_front();
  if (is_success(*last)) {
    line_.clear();
  } else {
    line_.finish();
  }
  int code = judge(*last, name);
  report(sent, std::move(*last), code);
  return code;
}

void Uploading::report(const Sent& sent, json::object last, int code) {
  if (as_json()) {
    last.erase("type");
    last["file"] = sent.file;
    print_json(last);
    return;
  }
  if (code != kDone) return;
  const json::object* counters = find_object(last, "status_metadata");
  fmt::print("{}  {}  {} chunks, {} tokens\n", sent.document_id, one_line(name_of(sent.file)),
             counters ? find_integer(*counters, "chunks_created").value_or(0) : 0,
             counters ? find_integer(*counters, "total_tokens").value_or(0) : 0);
  std::fflush(stdout);
}

// What is under way at the server goes on there, whatever made this command end.
int Uploading::leave() {
  for (const Sent& sent : under_way_) say_how_to_come_back(sent.operation_id);
  return worst_;
}

int Uploading::run() {
  for (const std::string& file : arguments_.files) {
    note(send(file));
    if (!over() && under_way_.size() >= kUnderWay) note(follow_oldest());
    if (over()) return leave();
  }
  while (!under_way_.empty() && !over()) note(follow_oldest());
  return leave();
}

std::string json_object_check(const std::string& text) {
  auto parsed = parse_json(text);
  return parsed && parsed->is_object() ? "" : "must be a JSON object, such as {\"team\":\"north\"}";
}

}  // namespace

void add_upload(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("upload", "Upload files and follow each to its end");
  command->add_option("FILE", arguments->files, "files to upload")
      ->required()
      ->check(CLI::ExistingFile)
      ->type_name("");
  command->add_option("--metadata", arguments->metadata, "a JSON object to keep with each file")
      ->check(CLI::Validator(json_object_check, "", "object"))
      ->type_name("JSON");
  command->add_flag("--no-wait", arguments->no_wait,
                    "return as soon as the server has the files, and print their ids");
  add_common(*command, arguments->common);
  command->footer(
      "Examples:\n"
      "  walrus upload report.pdf\n"
      "  walrus upload --metadata '{\"team\":\"north\"}' *.docx\n"
      "  walrus upload --json report.pdf | jq .status_metadata\n"
      "  walrus watch $(walrus upload --no-wait report.pdf | cut -d' ' -f1)\n\n"
      "Exit code: 0 all completed, 1 one failed, 2 usage, 3 no server, 130 Ctrl-C.");
  command->callback([arguments, &exit_code] {
    Interrupt interrupt;
    Client client(arguments->common.server, &interrupt);
    exit_code = Uploading(client, *arguments).run();
  });
}

}  // namespace walrus::cli
