#include "api/document_json.h"

#include <fmt/format.h>

#include "base/time_format.h"
#include "base/utf8.h"
#include "pipelines/chunk_id.h"

namespace walrus::api {

json::object list_row(const store::DocumentRecord& document) {
  json::object row;
  row["document_id"] = document.id;
  row["document_type"] = document.type;
  row["created_at"] = iso_millis(document.created_at);
  row["chunks_created"] = document.chunk_count;
  row["total_tokens"] = document.total_tokens;
  row["status"] = document.content_status;
  row["operation_id"] = document.operation_id;
  if (document.type == "web_crawl") {
    row["url"] = document.url;
    row["crawl_depth"] = document.crawl_depth;
    row["crawl_pages"] = document.crawl_pages;
  } else {
    row["filename"] = document.filename;
    row["file_type"] = document.file_type;
  }
  return row;
}

json::object full_document(const store::DocumentRecord& document) {
  json::object full = list_row(document);
  full["chunk_count"] = document.chunk_count;
  json::object metadata;
  if (document.type == "web_crawl") {
    metadata["url"] = document.url;
  } else {
    metadata["filename"] = document.filename;
    metadata["file_type"] = document.file_type;
    metadata["content_type"] = document.content_type;
    metadata["size_bytes"] = document.size;
    metadata["sha256"] = document.sha256;
  }
  metadata["upload_date"] = iso_millis(document.created_at);
  metadata["updated_at"] = iso_millis(document.updated_at);
  metadata["processing_time_ms"] = document.processing_time_ms;
  metadata["title"] = document.title;
  metadata["language"] = document.language;
  metadata["version"] = document.active_version;
  metadata["custom"] = document.metadata;
  full["metadata"] = std::move(metadata);
  return full;
}

FirstAnswer accepted_answer(const store::DocumentRecord& document, json::object facts) {
  json::object body{{"document_id", document.id}, {"operation_id", document.operation_id}};
  for (auto& [name, value] : facts) body[name] = std::move(value);
  body["status"] = "processing";
  body["chunks_created"] = 0;
  body["total_tokens"] = 0;
  body["status_url"] = "/v1/documents/" + document.id + "/status";
  body["events_url"] = "/v1/operations/" + document.operation_id + "/events";
  return {.http_status = 202,
          .body = json::serialize(body),
          .location = "/v1/documents/" + document.id,
          .operation_id = document.operation_id};
}

json::object chunk_json(const store::ChunkRecord& chunk) {
  json::object shown;
  shown["chunk_id"] = pipelines::chunk_id(chunk);
  shown["index"] = chunk.index;
  shown["text"] = chunk.text;
  if (chunk.page > 0) shown["page"] = chunk.page;
  if (!chunk.heading.empty()) shown["heading"] = chunk.heading;
  shown["start"] = chunk.start;
  shown["end"] = chunk.end;
  shown["token_count"] = chunk.token_count;
  if (!chunk.url.empty()) shown["url"] = chunk.url;
  return shown;
}

std::string clean_filename(std::string_view filename) {
  auto slash = filename.find_last_of("/\\");
  if (slash != std::string_view::npos) filename.remove_prefix(slash + 1);
  std::string valid = replace_invalid_utf8(filename);
  std::string clean;
  for (std::size_t at = 0; at < valid.size();) {
    std::size_t begin = at;
    char32_t c = next_code_point(valid, at);
    bool control = c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x202A && c <= 0x202E) ||
                   (c >= 0x2066 && c <= 0x2069);
    if (!control && clean.size() + (at - begin) <= 255) clean.append(valid, begin, at - begin);
  }
  if (clean.empty() || clean == "." || clean == "..") return "upload";
  return clean;
}

std::string attachment(std::string_view filename) {
  std::string ascii;
  std::string encoded;
  for (unsigned char c : filename) {
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                 c == '.' || c == '-' || c == '_';
    ascii.push_back(plain || c == ' ' ? static_cast<char>(c) : '_');
    encoded += plain ? std::string(1, static_cast<char>(c)) : fmt::format("%{:02X}", c);
  }
  return fmt::format("attachment; filename=\"{}\"; filename*=UTF-8''{}", ascii, encoded);
}

}  // namespace walrus::api
