// Boost.JSON with this project's limits, and appending for the hot paths.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>

#include "base/error.h"

namespace walrus {

namespace json = boost::json;

// Parses one JSON text (RFC 8259, nesting up to 64). Broken text is a bad_request that says where.
Result<json::value> parse_json(std::string_view text);

// Appends `text` as a JSON string with its quotes. Invalid UTF-8 becomes U+FFFD.
void append_json_string(std::string& out, std::string_view text);
void append_json_number(std::string& out, std::int64_t number);

// The member `name` if it is there and a string / an integer / an object; else null or nothing.
const json::string* find_string(const json::object& object, std::string_view name);
std::optional<std::int64_t> find_integer(const json::object& object, std::string_view name);
const json::object* find_object(const json::object& object, std::string_view name);

inline std::string_view view(const json::string& text) {
  return {text.data(), text.size()};
}

}  // namespace walrus
