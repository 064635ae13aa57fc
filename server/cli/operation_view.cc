#include "cli/operation_view.h"

#include <algorithm>
#include <array>
#include <utility>

#include "cli/client.h"

namespace walrus::cli {

namespace {

constexpr std::string_view kIdentity[] = {"operation_id", "kind", "document_id", "conversation_id"};

// What a document's status calls a member of the state.
constexpr std::pair<std::string_view, std::string_view> kDocumentMembers[] = {
    {"status", "processing_status"},
    {"step", "processing_step"},
    {"progress", "progress_percentage"},
    {"message", "status_message"},
    {"eta_seconds", "eta_seconds"},
    {"metadata", "status_metadata"},
    {"error", "error"}};
constexpr std::string_view kChatMembers[] = {"status", "step", "message", "metadata"};

void copy_member(const json::object& from, std::string_view name, json::object& to,
                 std::string_view as) {
  if (const json::value* value = from.if_contains(name)) to[as] = *value;
}

// Of the stream, and of no operation's end.
bool is_about_stream(const json::object& event, const std::string& type) {
  return type == "error" && !event.contains("step");
}

bool names_another(const json::object& event, const json::object& state) {
  const json::value* named = event.if_contains("operation_id");
  return named && !state.at("operation_id").is_null() && *named != state.at("operation_id");
}

}  // namespace

json::object OperationView::initial() {
  return {{"operation_id", nullptr},
          {"kind", nullptr},
          {"document_id", nullptr},
          {"conversation_id", nullptr},
          {"attempt", 0},
          {"sequence", 0},
          {"status", nullptr},
          {"step", nullptr},
          {"progress", nullptr},
          {"message", nullptr},
          {"eta_seconds", nullptr},
          {"metadata", json::object()},
          {"error", nullptr},
          {"text", ""},
          {"ended", false}};
}

std::int64_t OperationView::integer(std::string_view name) const {
  return find_integer(state_, name).value_or(0);
}

bool OperationView::take(const json::object& event, std::optional<std::int64_t> id) {
  std::string type = text_member(event, "type");
  std::optional<std::int64_t> sequence = find_integer(event, "sequence");
  if (!sequence) sequence = id;
  if (type == "snapshot") return take_snapshot(event, sequence.value_or(0));
  if (is_about_stream(event, type)) return true;
  bool another = names_another(event, state_);
  if (!another && sequence && *sequence <= integer("sequence")) return false;
  constexpr std::array kKnown{"status", "chunk", "complete", "error"};
  if (std::ranges::find(kKnown, type) == kKnown.end()) {
    if (!another && sequence) state_["sequence"] = *sequence;
    return true;
  }
  std::int64_t attempt = find_integer(event, "attempt").value_or(integer("attempt"));
  if (!another && attempt < integer("attempt")) return false;
  if (another || attempt > integer("attempt")) begin_anew(event, !another);
  identify(event, event);
  take_change(event, type);
  if (sequence) state_["sequence"] = *sequence;
  return true;
}

void OperationView::begin_anew(const json::object& event, bool same_operation) {
  json::object before = std::exchange(state_, initial());
  if (!same_operation) return identify(event, event);
  for (std::string_view name : kIdentity) state_[name] = before.at(name);
}

void OperationView::identify(const json::object& event, const json::object& status) {
  for (std::string_view name : kIdentity) copy_member(status, name, state_, name);
  copy_member(event, "operation_id", state_, "operation_id");
  copy_member(status, "attempt", state_, "attempt");
}

bool OperationView::take_snapshot(const json::object& event, std::int64_t sequence) {
  static const json::object kNothing;
  const json::object* found = find_object(event, "status");
  const json::object& status = found ? *found : kNothing;
  std::int64_t attempt = find_integer(status, "attempt").value_or(integer("attempt"));
  bool older = attempt < integer("attempt") ||
               (attempt == integer("attempt") && sequence < integer("sequence"));
  if (!names_another(event, state_) && older) return false;
  state_ = initial();
  state_["attempt"] = attempt;
  copy_member(event, "kind", state_, "kind");
  identify(event, status);
  take_status(status);
  state_["sequence"] = sequence;
  copy_member(event, "content", state_, "text");
  return true;
}

void OperationView::take_status(const json::object& status) {
  json::value progress = state_.at("progress");
  if (status.contains("processing_status")) {
    for (auto [member, name] : kDocumentMembers) copy_member(status, name, state_, member);
  } else {
    for (std::string_view name : kChatMembers) copy_member(status, name, state_, name);
    state_["kind"] = "chat";
  }
  auto before = progress.is_int64() ? std::optional(progress.get_int64()) : std::nullopt;
  auto now = find_integer(state_, "progress");
  if (before && (!now || *before > *now)) state_["progress"] = *before;
  state_["ended"] = text_member(state_, "status") != "processing";
}

void OperationView::take_change(const json::object& event, const std::string& type) {
  bool ended = state_.at("ended").as_bool();
  if (type == "complete") {
    copy_member(event, "metadata", state_, "metadata");
    state_["kind"] = "chat";
    if (!ended) state_["status"] = "completed";
    state_["ended"] = true;
    return;
  }
  if (ended) return;
  if (type == "status") return take_status(event);
  if (type == "chunk") {
    json::string& text = state_["text"].as_string();
    text.append(text_member(event, "content"));
    return;
  }
  json::object error;
  copy_member(event, "error_type", error, "type");
  copy_member(event, "error", error, "message");
  copy_member(event, "step", error, "step");
  copy_member(event, "retryable", error, "retryable");
  state_["status"] = "failed";
  state_["error"] = std::move(error);
  state_["ended"] = true;
}

}  // namespace walrus::cli
