#include "api/fields.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <ranges>
#include <set>

#include "base/utf8.h"

namespace walrus::api {

namespace {

std::string pointer(std::string_view name) {
  return "/" + std::string(name);
}

}  // namespace

Result<json::object> json_body(const http::Request& request) {
  if (!is_valid_utf8(request.body)) {
    return fail(ErrorCode::kBadRequest, "The body is not valid UTF-8.");
  }
  auto parsed = parse_json(request.body);
  if (!parsed) return std::unexpected(parsed.error());
  if (!parsed->is_object()) return fail_field("", "must be a JSON object");
  return std::move(parsed->as_object());
}

Result<std::string> text_field(const json::object& body, std::string_view name, std::size_t least,
                               std::size_t most) {
  const json::value* member = body.if_contains(name);
  if (!member || member->is_null()) {
    if (least > 0) return fail_field(pointer(name), "is required");
    return std::string();
  }
  const json::string* text = member->if_string();
  if (!text) return fail_field(pointer(name), "must be a string");
  std::size_t length = count_code_points(view(*text));
  if (length < least || length > most) {
    return fail_field(pointer(name), fmt::format("must have {} to {} characters", least, most));
  }
  return std::string(*text);
}

Result<std::int64_t> integer_field(const json::object& body, std::string_view name,
                                   std::int64_t least, std::int64_t most, std::int64_t fallback) {
  const json::value* member = body.if_contains(name);
  if (!member || member->is_null()) return fallback;
  std::optional<std::int64_t> number;
  if (member->is_int64() || member->is_uint64()) number = find_integer(body, name);
  if (!number || *number < least || *number > most) {
    return fail_field(pointer(name),
                      fmt::format("must be a whole number from {} to {}", least, most));
  }
  return *number;
}

Result<std::optional<bool>> boolean_field(const json::object& body, std::string_view name) {
  const json::value* member = body.if_contains(name);
  if (!member || member->is_null()) return std::optional<bool>();
  if (!member->is_bool()) return fail_field(pointer(name), "must be true or false");
  return std::optional<bool>(member->as_bool());
}

Result<std::vector<std::string>> texts_field(const json::object& body, std::string_view name,
                                             std::size_t least, std::size_t most) {
  const json::value* member = body.if_contains(name);
  const json::array* array = member ? member->if_array() : nullptr;
  bool right =
      array && array->size() >= least && array->size() <= most &&
      std::ranges::all_of(*array, [](const json::value& each) { return each.is_string(); });
  if (!right) {
    return fail_field(pointer(name),
                      fmt::format("must be an array of {} to {} strings", least, most));
  }
  std::vector<std::string> texts;
  for (const json::value& each : *array) texts.emplace_back(each.as_string());
  return texts;
}

std::vector<std::string> without_repetitions(std::vector<std::string> texts) {
  std::set<std::string> seen;
  std::erase_if(texts, [&seen](const std::string& text) { return !seen.insert(text).second; });
  return texts;
}

bool is_label(std::string_view text) {
  if (text.empty() || text.size() > 128 || !is_valid_utf8(text)) return false;
  return std::ranges::none_of(text,
                              [](unsigned char c) { return c < 0x20 || c == 0x7F || c == '/'; });
}

std::string without_prefix(std::string_view conversation_id) {
  constexpr std::string_view kPrefix = "conv#";
  if (conversation_id.starts_with(kPrefix)) conversation_id.remove_prefix(kPrefix.size());
  return std::string(conversation_id);
}

Result<std::string> label_field(const json::object& body, std::string_view name, bool required) {
  const json::value* member = body.if_contains(name);
  if (!member || member->is_null()) {
    if (required) return fail_field(pointer(name), "is required");
    return std::string();
  }
  const json::string* text = member->if_string();
  if (!text) return fail_field(pointer(name), "must be a string");
  if (!is_label(view(*text))) {
    return fail_field(pointer(name), "must have 1 to 128 bytes, no '/' and no control characters");
  }
  return std::string(*text);
}

Result<pipelines::RetrievalFilter> filter_field(const json::object& body) {
  const json::value* member = body.if_contains("retrieval_filter");
  if (!member || member->is_null()) return pipelines::RetrievalFilter();
  if (!member->is_object()) return fail_field("/retrieval_filter", "must be an object");
  return pipelines::filter_from_json(member->as_object());
}

Result<std::optional<std::uint64_t>> number_parameter(const http::Request& request,
                                                      std::string_view name, std::uint64_t most) {
  auto text = request.query_parameter(name);
  if (!text) return std::optional<std::uint64_t>();
  std::uint64_t number = 0;
  auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || end != text->data() + text->size()) {
    return fail_field(std::string(name), "must be a whole number");
  }
  if (number > most) return fail_field(std::string(name), fmt::format("must be at most {}", most));
  return std::optional<std::uint64_t>(number);
}

Result<store::Page> page_of(const http::Request& request, int fallback, int most) {
  auto limit = number_parameter(request, "limit");
  if (!limit) return std::unexpected(limit.error());
  if (*limit && (**limit < 1 || **limit > static_cast<std::uint64_t>(most))) {
    return fail_field("limit", fmt::format("must be a whole number from 1 to {}", most));
  }
  return store::Page{static_cast<int>(limit->value_or(static_cast<std::uint64_t>(fallback))),
                     request.query_parameter("cursor").value_or("")};
}

Result<std::vector<std::string>> listed_parameter(const http::Request& request,
                                                  std::string_view name, std::size_t most) {
  std::vector<std::string> texts;
  std::string listed = request.query_parameter(name).value_or("");
  for (auto part : std::views::split(std::string_view(listed), ',')) {
    if (!part.empty()) texts.emplace_back(part.begin(), part.end());
  }
  if (texts.size() > most) {
    return fail_field(std::string(name), fmt::format("may name at most {} ids", most));
  }
  return texts;
}

bool is_plan_name(std::string_view text) {
  auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
  };
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, allowed);
}

Result<std::string> kind_parameter(const http::Request& request) {
  auto name = request.query_parameter("kind");
  if (!name) return std::string();
  if (is_plan_name(*name)) return std::string(*name);
  return fail_field("kind", std::string(kPlanNameRule));
}

Result<std::optional<status::Outcome>> outcome_parameter(const http::Request& request) {
  auto name = request.query_parameter("status");
  if (!name) return std::optional<status::Outcome>();
  auto outcome = status::outcome_from_name(*name);
  if (outcome) return outcome;
  return fail_field("status", "must be processing, completed or failed");
}

}  // namespace walrus::api
