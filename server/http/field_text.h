// The pieces that header fields are made of (RFC 9110, 5.6): tokens, quoted strings, parameters.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace walrus::http {

std::string_view trim_spaces(std::string_view text);
bool is_token_character(char c);
bool is_token(std::string_view text);

// `form-data; name="file"; filename="a.pdf"`
struct ParameterizedValue {
  std::string value;                                            // lower case
  std::vector<std::pair<std::string, std::string>> parameters;  // names in lower case

  const std::string* find(std::string_view parameter) const;
};

// Nothing where the text is malformed or a parameter comes twice. In a quoted string a backslash
// escapes a quote or a backslash alone: some clients send a Windows path as it is.
std::optional<ParameterizedValue> parse_parameterized(std::string_view text);

}  // namespace walrus::http
