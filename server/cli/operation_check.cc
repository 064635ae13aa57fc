#include "cli/operation_check.h"

#include <fmt/format.h>

#include <map>

#include "base/time_format.h"
#include "cli/command.h"
#include "cli/server_checks.h"
#include "net/http_date.h"

namespace walrus::cli {

namespace {

const std::string kCheck = "operation";

Finding not_found(const std::string& id) {
  return wrong(kCheck, fmt::format("nothing is known of '{}'", id),
               "One of three: the id is wrong (it is that of a document or an operation; 'walrus "
               "ls' lists documents), it does not exist yet (use the id of the 202), or it is gone "
               "(deleted, or expired). With keys, another owner's looks the same; and so does "
               "another server's.");
}

// By the server's own clock; nothing where it does not tell the time.
std::optional<std::chrono::seconds> silence_of(const json::object& status, const Reply& reply) {
  auto updated = parse_iso(text_member(status, "updated_at"));
  auto now = net::parse_http_date(reply.header("date"));
  if (!updated || !now) return std::nullopt;
  auto silence = std::chrono::duration_cast<std::chrono::seconds>(*now - *updated);
  return std::max(silence, std::chrono::seconds(0));
}

Finding judge_waiting(const std::string& id, std::int64_t position) {
  return {kCheck, Verdict::kOk,
          fmt::format("it waits for its turn, at place {} of the queue; that is no standstill",
                      position),
          fmt::format("'walrus watch {}' shows it move. More --workers of the server do more at "
                      "once.",
                      id)};
}

std::string progress_of(const json::object& status) {
  auto percent = find_integer(status, "progress_percentage");
  return fmt::format("in step {}{}: {}", text_member(status, "processing_step"),
                     percent ? fmt::format(" at {} %", *percent) : "",
                     text_member(status, "status_message"));
}

Finding judge_running(const std::string& id, const json::object& status, const Reply& reply) {
  auto silence = silence_of(status, reply);
  std::string saw = progress_of(status);
  if (!silence) return {kCheck, Verdict::kOk, saw, {}};
  saw += fmt::format(" (last heard of {} s ago)", silence->count());
  auto limit = longest_silence(text_member(status, "processing_step"));
  if (!limit) {
    return {kCheck, Verdict::kOk, saw,
            "Its worker is not Walrus's own. Where it stays silent for the timeout_seconds it was "
            "begun with, 300 by default, it ends as failed."};
  }
  if (*silence <= *limit) {
    return {kCheck,
            Verdict::kOk,
            saw + fmt::format("; this step may be silent for {} s", limit->count()),
            {}};
  }
  return wrong(
      kCheck,
      saw + fmt::format("; this step should have ended after {} s of silence", limit->count()),
      fmt::format("Look in the server's log for {}, and at the machine's memory and disk. "
                  "'walrus cancel {}' ends it; a restart of the server takes an upload or "
                  "a crawl up where it stood.",
                  text_member(status, "operation_id"), id));
}

Finding judge_failed(const std::string& id, const json::object& status) {
  json::object none;
  const json::object* inner = find_object(status, "error");
  const json::object& error = inner ? *inner : none;
  std::string type = text_member(error, "type");
  std::string saw = fmt::format("failed in step {} ({}): {}", text_member(error, "step"), type,
                                text_member(error, "message"));
  std::string retry = fmt::format("'walrus retry {}' takes it up again.", id);
  if (type == "cancelled") return {kCheck, Verdict::kWarning, "it was cancelled", retry};
  const json::value* retryable = error.if_contains("retryable");
  bool can_help = retryable && retryable->is_bool() && retryable->as_bool();
  return wrong(
      kCheck, saw,
      can_help ? retry : "The same again would fail again: do what the message says first.");
}

}  // namespace

std::optional<std::chrono::seconds> longest_silence(std::string_view step) {
  using std::chrono::seconds;
  // As jobs/watchdog.h has it; tests/test_doctor.py compares them.
  static const std::map<std::string_view, seconds> kLimits{
      {"validating", seconds(30)},         {"initializing", seconds(30)},
      {"selecting_model", seconds(30)},    {"storing_response", seconds(30)},
      {"extracting_text", seconds(120)},   {"chunking_text", seconds(120)},
      {"crawling", seconds(120)},          {"processing_content", seconds(120)},
      {"storing_metadata", seconds(120)},  {"creating_embeddings", seconds(60)},
      {"retrieving_context", seconds(60)}, {"generating_response", seconds(75)},
  };
  auto found = kLimits.find(step);
  if (found == kLimits.end()) return std::nullopt;
  return found->second;
}

Finding check_operation(Client& client, const std::string& id) {
  auto reply = latest_status(client, id);
  if (!reply) return wrong(kCheck, reply.error().message);
  if (reply->status == 404 && is_from_walrus(*reply)) return not_found(id);
  auto status = object_of(*reply);
  if (reply->status != 200 || !status) return refused(kCheck, *reply);
  std::string word = text_member(*status, "processing_status");
  if (word == "failed") return judge_failed(id, *status);
  if (word == "completed") {
    return {kCheck,
            Verdict::kOk,
            fmt::format("completed at {}: {}", text_member(*status, "updated_at"),
                        text_member(*status, "status_message")),
            {}};
  }
  const json::object* counters = find_object(*status, "status_metadata");
  auto position = counters ? find_integer(*counters, "queue_position") : std::nullopt;
  if (position) return judge_waiting(id, *position);
  return judge_running(id, *status, *reply);
}

}  // namespace walrus::cli
