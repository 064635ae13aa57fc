#include "pipelines/upload_input.h"

#include <fmt/format.h>

namespace walrus::pipelines {

json::object to_json(const UploadInput& input) {
  return {{"version", input.version},   {"original_version", input.original_version},
          {"filename", input.filename}, {"file_type", input.file_type},
          {"size", input.size},         {"content_type", input.content_type},
          {"sha256", input.sha256},     {"metadata", input.metadata}};
}

UploadInput upload_input_from(const json::object& stored) {
  auto text = [&](std::string_view name) {
    const json::string* member = find_string(stored, name);
    return member ? std::string(*member) : std::string();
  };
  UploadInput input;
  input.version = static_cast<int>(find_integer(stored, "version").value_or(1));
  input.original_version = static_cast<int>(find_integer(stored, "original_version").value_or(1));
  input.filename = text("filename");
  input.file_type = text("file_type");
  input.content_type = text("content_type");
  input.size = find_integer(stored, "size").value_or(0);
  input.sha256 = text("sha256");
  if (const json::object* metadata = find_object(stored, "metadata")) input.metadata = *metadata;
  return input;
}

void describe(store::DocumentRecord& document, const UploadInput& input) {
  document.filename = input.filename;
  document.file_type = input.file_type;
  document.content_type = input.content_type;
  document.size = input.size;
  document.sha256 = input.sha256;
  document.metadata = input.metadata;
}

QueuedWork queued_work(const store::DocumentRecord& document, status::Kind kind, json::object input,
                       TimePoint now) {
  QueuedWork queued;
  status::State& state = queued.record.state;
  state.operation = {.id = document.operation_id,
                     .kind = kind,
                     .owner = document.owner,
                     .document_id = document.id,
                     .created_at = now};
  state.sequence = document.sequence;
  state.step = status::plan_of(kind).front().step;
  state.percent = 0;
  state.started_at = now;
  state.updated_at = now;
  queued.record.input = std::move(input);
  if (document.sequence == 0) return queued;
  status::Event again{.sequence = document.sequence + 1,
                      .attempt = state.attempt,
                      .at = now,
                      .type = status::EventType::kStatus,
                      .outcome = status::Outcome::kProcessing,
                      .step = state.step,
                      .percent = 0};
  state.apply(again);
  queued.first.push_back(std::move(again));
  return queued;
}

QueuedWork queued_upload(const store::DocumentRecord& document, const UploadInput& input,
                         TimePoint now) {
  return queued_work(document, status::Kind::kDocumentUpload, to_json(input), now);
}

std::string original_blob(const std::string& document_id, int original_version) {
  return fmt::format("{}.{}.original", document_id, original_version);
}

std::string text_blob(const std::string& document_id, int original_version) {
  return fmt::format("{}.{}.text", document_id, original_version);
}

}  // namespace walrus::pipelines
