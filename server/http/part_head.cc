// What the header fields say: of the whole form, and of each part.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/ascii.h"
#include "base/utf8.h"
#include "http/field_text.h"
#include "http/message.h"
#include "http/multipart.h"

namespace walrus::http {

namespace {

constexpr std::size_t kLongestBoundary = 70;  // RFC 2046, 5.1.1

std::unexpected<Error> broken(std::string_view what) {
  return fail(ErrorCode::kBadRequest, fmt::format("The multipart body is malformed: {}.", what));
}

bool is_boundary(std::string_view text) {
  auto allowed = [](char c) {
    bool letter_or_digit =
        (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter_or_digit || (c != 0 && std::string_view("'()+_,-./:=? ").contains(c));
  };
  return !text.empty() && text.size() <= kLongestBoundary && !text.ends_with(' ') &&
         std::ranges::all_of(text, allowed);
}

// Browsers encode a quote, CR and LF, and nothing else (WHATWG HTML, multipart/form-data).
std::string decode_browser_escapes(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string_view escape = text.substr(i, 3);
    char decoded = escape == "%22" ? '"' : escape == "%0D" ? '\r' : escape == "%0A" ? '\n' : 0;
    out.push_back(decoded ? decoded : text[i]);
    if (decoded) i += 2;
  }
  return out;
}

std::string latin1_to_utf8(std::string_view text) {
  std::string out;
  for (char c : text) append_code_point(out, static_cast<unsigned char>(c));
  return out;
}

// RFC 8187: UTF-8'en'%e2%82%ac.pdf
std::optional<std::string> decode_extended(std::string_view text) {
  std::size_t first = text.find('\'');
  std::size_t second = first == text.npos ? first : text.find('\'', first + 1);
  if (second == text.npos) return std::nullopt;
  std::optional<std::string> decoded = percent_decode(text.substr(second + 1));
  if (!decoded) return std::nullopt;
  std::string_view charset = text.substr(0, first);
  if (equal_ignoring_case(charset, "iso-8859-1")) return latin1_to_utf8(*decoded);
  if (!equal_ignoring_case(charset, "utf-8") || !is_valid_utf8(*decoded)) return std::nullopt;
  return decoded;
}

Result<void> read_disposition(std::string_view value, PartHead& head) {
  std::optional<ParameterizedValue> parsed = parse_parameterized(value);
  if (!parsed) return broken("a Content-Disposition cannot be parsed");
  if (parsed->value != "form-data")
    return broken("a part's Content-Disposition is not 'form-data'");
  const std::string* name = parsed->find("name");
  if (!name) return broken("a part has no name");
  head.name = decode_browser_escapes(*name);
  if (!is_valid_utf8(head.name)) return broken("a part's name is not UTF-8");
  const std::string* plain = parsed->find("filename");
  const std::string* extended = parsed->find("filename*");
  head.is_file = plain || extended;
  if (extended) {
    std::optional<std::string> decoded = decode_extended(*extended);
    if (!decoded) return broken("a filename* cannot be decoded");
    head.filename = std::move(*decoded);
  } else if (plain) {
    head.filename = replace_invalid_utf8(decode_browser_escapes(*plain));
  }
  return {};
}

Result<void> check_transfer_encoding(std::string_view value) {
  for (std::string_view plain : {"binary", "8bit", "7bit"}) {
    if (equal_ignoring_case(value, plain)) return {};
  }
  return broken("a part has a Content-Transfer-Encoding; send the bytes as they are");
}

Result<void> read_field(std::string_view line, PartHead& head, bool& disposed) {
  std::size_t colon = line.find(':');
  if (colon == line.npos || !is_token(line.substr(0, colon))) {
    return broken("a part's header field has no name");
  }
  std::string_view name = line.substr(0, colon);
  std::string_view value = trim_spaces(line.substr(colon + 1));
  if (equal_ignoring_case(name, "Content-Disposition")) {
    if (disposed) return broken("a part has two Content-Dispositions");
    disposed = true;
    return read_disposition(value, head);
  }
  if (equal_ignoring_case(name, "Content-Type")) head.content_type = value;
  if (equal_ignoring_case(name, "Content-Transfer-Encoding")) return check_transfer_encoding(value);
  return {};
}

}  // namespace

Result<std::string> multipart_boundary(std::string_view content_type) {
  std::optional<ParameterizedValue> parsed = parse_parameterized(content_type);
  std::string_view type = content_type.substr(0, content_type.find(';'));
  if (!equal_ignoring_case(trim_spaces(type), "multipart/form-data")) {
    return fail(ErrorCode::kUnsupportedMediaType,
                "This route takes 'Content-Type: multipart/form-data' alone.");
  }
  const std::string* boundary = parsed ? parsed->find("boundary") : nullptr;
  if (!boundary || !is_boundary(*boundary)) {
    return fail(ErrorCode::kBadRequest,
                "The Content-Type names no valid boundary (1 to 70 characters).");
  }
  return *boundary;
}

Result<PartHead> parse_part_head(std::string_view fields) {
  PartHead head;
  bool disposed = false;
  while (!fields.empty()) {
    std::string_view line = fields.substr(0, fields.find("\r\n"));
    fields.remove_prefix(std::min(line.size() + 2, fields.size()));
    if (line.contains('\r') || line.contains('\n') || line.contains('\0')) {
      return broken("a part's header fields hold control characters");
    }
    Result<void> read = read_field(line, head, disposed);
    if (!read) return std::unexpected(std::move(read.error()));
  }
  if (!disposed) return broken("a part has no Content-Disposition");
  return head;
}

}  // namespace walrus::http
