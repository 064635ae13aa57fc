#include "base/json.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "base/utf8.h"

namespace walrus {

Result<json::value> parse_json(std::string_view text) {
  json::parse_options options;
  options.max_depth = 64;
  json::stream_parser parser({}, options);
  boost::system::error_code error;
  std::size_t read = parser.write_some(text.data(), text.size(), error);
  if (!error && read < text.size()) error = json::error::extra_data;
  if (!error) parser.finish(error);
  if (error) {
    return fail(ErrorCode::kBadRequest,
                fmt::format("The body is not valid JSON: {} near byte {}.", error.message(), read));
  }
  return parser.release();
}

namespace {

// Most texts on the hot path: every byte stands for itself. Without an early end, so that many
// bytes are looked at at once.
bool needs_no_escape(std::string_view text) {
  bool plain = true;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    plain &= (byte >= 0x20) & (byte < 0x80) & (byte != '"') & (byte != '\\');
  }
  return plain;
}

}  // namespace

void append_json_number(std::string& out, std::int64_t number) {
  std::array<char, 20> digits;
  auto [end, error] = std::to_chars(digits.begin(), digits.end(), number);
  out.append(digits.begin(), end);
}

void append_json_string(std::string& out, std::string_view text) {
  if (needs_no_escape(text)) {
    out.push_back('"');
    out.append(text);
    out.push_back('"');
    return;
  }
  static constexpr char kHex[] = "0123456789abcdef";
  if (!is_valid_utf8(text)) {
    append_json_string(out, replace_invalid_utf8(text));
    return;
  }
  out.push_back('"');
  std::size_t plain = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text.substr(plain, i - plain));
    plain = i + 1;
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        out += "\\u00";
        out.push_back(kHex[c >> 4]);
        out.push_back(kHex[c & 15]);
    }
  }
  out.append(text.substr(plain));
  out.push_back('"');
}

const json::string* find_string(const json::object& object, std::string_view name) {
  const json::value* member = object.if_contains(name);
  return member ? member->if_string() : nullptr;
}

std::optional<std::int64_t> find_integer(const json::object& object, std::string_view name) {
  const json::value* member = object.if_contains(name);
  if (!member || !member->is_number()) return std::nullopt;
  boost::system::error_code error;
  auto number = member->to_number<std::int64_t>(error);
  if (error) return std::nullopt;
  return number;
}

const json::object* find_object(const json::object& object, std::string_view name) {
  const json::value* member = object.if_contains(name);
  return member ? member->if_object() : nullptr;
}

}  // namespace walrus
