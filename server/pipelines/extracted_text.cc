#include "pipelines/extracted_text.h"

#include <algorithm>

#include "base/json.h"

namespace walrus::pipelines {

std::string to_blob(const text::StructuredText& text) {
  json::object blob;
  blob["title"] = text.title;
  blob["encoding"] = text.encoding;
  blob["encoding_guessed"] = text.encoding_guessed;
  blob["pages"] = text.pages;
  json::array sections;
  for (const text::Section& section : text.sections) {
    sections.push_back(json::array{section.start, section.page, json::value(section.heading)});
  }
  blob["sections"] = std::move(sections);
  blob["text"] = text.text;
  return json::serialize(blob);
}

namespace {

text::StructuredText read(const json::object& blob) {
  text::StructuredText text;
  text.title = blob.at("title").as_string();
  text.encoding = blob.at("encoding").as_string();
  text.encoding_guessed = blob.at("encoding_guessed").as_bool();
  text.pages = blob.at("pages").to_number<int>();
  text.text = blob.at("text").as_string();
  for (const json::value& each : blob.at("sections").as_array()) {
    const json::array& section = each.as_array();
    text.sections.push_back({section.at(0).to_number<std::size_t>(), section.at(1).to_number<int>(),
                             std::string(section.at(2).as_string())});
  }
  return text;
}

// What StructuredText promises of its sections.
bool sections_fit(const text::StructuredText& text) {
  if (text.sections.empty()) return text.text.empty();
  bool inside = text.sections.front().start == 0 && text.sections.back().start <= text.text.size();
  return inside && std::ranges::is_sorted(text.sections, {}, &text::Section::start);
}

}  // namespace

Result<text::StructuredText> text_from_blob(const std::string& blob) {
  auto parsed = parse_json(blob);
  if (!parsed)
    return fail(ErrorCode::kInternal, "The extracted text was damaged.", parsed.error().message);
  try {
    text::StructuredText text = read(parsed->as_object());
    if (sections_fit(text)) return text;
    return fail(ErrorCode::kInternal, "The extracted text was damaged.", "sections do not fit");
  } catch (const std::exception& damage) {
    return fail(ErrorCode::kInternal, "The extracted text was damaged.", damage.what());
  }
}

}  // namespace walrus::pipelines
