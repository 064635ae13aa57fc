#include "wire/status_json.h"

#include <algorithm>

#include "base/time_format.h"
#include "wire/object_writer.h"

namespace walrus::wire {

namespace {

using status::Event;
using status::EventType;
using status::Kind;
using status::State;

constexpr std::string_view kQueued = "Waiting to start...";
constexpr std::size_t kUsualStatusBytes = 640;

void add_error(ObjectWriter& object, const status::Operation& operation,
               const std::optional<status::OperationError>& error) {
  if (!error) {
    object.null("error");
    return;
  }
  ObjectWriter inner = object.object("error");
  inner.text("type", info(error->type).word);
  inner.text("message", error->message);
  inner.text("step", status::name_of(operation, error->step));
  inner.boolean("retryable", error->retryable);
  inner.close();
}

void add_document_shape(ObjectWriter& object, const State& state) {
  const status::Operation& operation = state.operation;
  object.text("operation_id", operation.id);
  object.text("kind", status::kind_name_of(operation));
  if (operation.plan && !operation.plan->title().empty()) {
    object.text("title", operation.plan->title());
  }
  if (!operation.document_id.empty()) object.text("document_id", operation.document_id);
  if (!operation.conversation_id.empty()) {
    object.text("conversation_id", "conv#" + operation.conversation_id);
  }
  object.number("sequence", static_cast<std::int64_t>(state.sequence));
  object.text("processing_status", status::name_of(state.outcome));
  object.text("processing_step", status::name_of(operation, state.step));
  if (operation.kind == Kind::kChat) {
    object.null("progress_percentage");
  } else {
    object.number("progress_percentage", std::max(state.percent, 0));
  }
  object.text("status_message", state.message.empty() ? kQueued : std::string_view(state.message));
  object.text("updated_at", iso_millis(state.updated_at));
  object.text("started_at", iso_millis(state.started_at));
  if (state.eta_seconds) {
    object.real("eta_seconds", *state.eta_seconds);
  } else {
    object.null("eta_seconds");
  }
  object.number("attempt", state.attempt);
  object.raw("status_metadata", json::serialize(state.metadata));
  add_error(object, operation, state.error);
}

void add_chat_event(ObjectWriter& object, const Event& event) {
  object.text("type", status::name_of(event.type));
  switch (event.type) {
    case EventType::kStatus:
      object.text("status", status::name_of(event.outcome));
      object.text("step", status::name_of(event.step));
      object.text("message", event.message);
      if (!event.metadata.empty()) object.raw("metadata", json::serialize(event.metadata));
      break;
    case EventType::kChunk:
      object.text("content", event.content);
      break;
    case EventType::kComplete: {
      json::object metadata;
      metadata["status"] = status::name_of(event.outcome);
      for (const auto& [name, value] : event.metadata) metadata[name] = value;
      object.raw("metadata", json::serialize(metadata));
      break;
    }
    case EventType::kError:
      object.text("error", event.error->message);
      object.text("error_type", info(event.error->type).word);
      object.text("step", status::name_of(event.error->step));
      object.boolean("retryable", event.error->retryable);
      break;
  }
}

}  // namespace

void append_status(std::string& out, const State& state) {
  ObjectWriter object(out);
  add_document_shape(object, state);
  object.close();
}

std::string status_json(const State& state) {
  std::string out;
  out.reserve(kUsualStatusBytes);
  append_status(out, state);
  return out;
}

void append_event(std::string& out, const State& state, const Event& event) {
  ObjectWriter object(out);
  // Text is carried in the same form by every kind.
  if (state.operation.kind == Kind::kChat || event.type == EventType::kChunk) {
    add_chat_event(object, event);
    object.text("operation_id", state.operation.id);
    object.number("sequence", static_cast<std::int64_t>(event.sequence));
    object.number("attempt", event.attempt);
  } else {
    object.text("type", status::name_of(event.type));
    add_document_shape(object, state);
  }
  object.close();
}

std::string history_json(const State& state, const Event& event) {
  if (state.operation.kind != Kind::kChat) return status_json(state);
  std::string out;
  ObjectWriter object(out);
  add_chat_event(object, event);
  object.text("operation_id", state.operation.id);
  object.number("sequence", static_cast<std::int64_t>(event.sequence));
  object.number("attempt", event.attempt);
  object.text("created_at", iso_millis(event.at));
  object.close();
  return out;
}

std::string snapshot_json(const State& state, const std::string& content) {
  std::string out;
  out.reserve(kUsualStatusBytes + content.size());
  ObjectWriter object(out);
  object.text("type", "snapshot");
  object.text("operation_id", state.operation.id);
  object.number("sequence", static_cast<std::int64_t>(state.sequence));
  object.text("kind", status::kind_name_of(state.operation));
  object.raw("status", status_json(state));
  object.text("content", content);
  object.close();
  return out;
}

}  // namespace walrus::wire
