#include "extract/format.h"
#include "pipelines/retrieval.h"

namespace walrus::pipelines {

namespace {

constexpr std::string_view kMetadataPrefix = "metadata.";

// Values of an uploader's metadata compare as they are, numbers and texts alike.
bool equal(const json::value& stored, const json::value& wanted) {
  if (stored == wanted) return true;
  if (stored.is_number() && wanted.is_number()) {
    return stored.to_number<double>() == wanted.to_number<double>();
  }
  return false;
}

Result<std::string> text_of(const json::value& value, const std::string& pointer) {
  const json::string* text = value.if_string();
  if (!text || text->empty()) return fail_field(pointer, "must be a string");
  return std::string(*text);
}

}  // namespace

bool RetrievalFilter::empty() const {
  return document_id.empty() && document_type.empty() && file_type.empty() && metadata.empty();
}

bool RetrievalFilter::admits(const store::DocumentRecord& document) const {
  if (!document_id.empty() && document.id != document_id) return false;
  if (!document_type.empty() && document.type != document_type) return false;
  if (!file_type.empty() && document.file_type != file_type) return false;
  for (const auto& [key, wanted] : metadata) {
    const json::value* stored = document.metadata.if_contains(key);
    if (!stored || !equal(*stored, wanted)) return false;
  }
  return true;
}

Result<RetrievalFilter> filter_from_json(const json::object& members) {
  RetrievalFilter filter;
  for (const auto& member : members) {
    std::string key(member.key());
    std::string pointer = "/retrieval_filter/" + key;
    if (key.starts_with(kMetadataPrefix) && key.size() > kMetadataPrefix.size()) {
      if (member.value().is_structured()) return fail_field(pointer, "must be a plain value");
      filter.metadata[key.substr(kMetadataPrefix.size())] = member.value();
      continue;
    }
    if (key != "document_id" && key != "document_type" && key != "file_type") {
      return fail_field(
          pointer, "is not a filter: use document_id, document_type, file_type or metadata.<key>");
    }
    auto text = text_of(member.value(), pointer);
    if (!text) return std::unexpected(text.error());
    if (key == "document_id") filter.document_id = *text;
    if (key == "document_type") {
      if (*text != "file_upload" && *text != "web_crawl") {
        return fail_field(pointer, "must be file_upload or web_crawl");
      }
      filter.document_type = *text;
    }
    if (key == "file_type") {
      auto format = extract::format_from_extension(*text);
      if (!format) return fail_field(pointer, "is not a supported file type");
      filter.file_type = extract::info(*format).extension;
    }
  }
  return filter;
}

json::object to_json(const RetrievalFilter& filter) {
  json::object members;
  if (!filter.document_id.empty()) members["document_id"] = filter.document_id;
  if (!filter.document_type.empty()) members["document_type"] = filter.document_type;
  if (!filter.file_type.empty()) members["file_type"] = filter.file_type;
  for (const auto& [key, value] : filter.metadata)
    members[std::string(kMetadataPrefix) + key] = value;
  return members;
}

}  // namespace walrus::pipelines
