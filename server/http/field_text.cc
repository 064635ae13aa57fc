#include "http/field_text.h"

#include <algorithm>

#include "base/ascii.h"

namespace walrus::http {

namespace {

std::size_t skip_spaces(std::string_view text, std::size_t at) {
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) ++at;
  return at;
}

std::optional<std::string> take_quoted(std::string_view text, std::size_t& at) {
  std::string out;
  for (++at; at < text.size(); ++at) {
    char c = text[at];
    if (c == '"') {
      ++at;
      return out;
    }
    bool escapes =
        c == '\\' && at + 1 < text.size() && (text[at + 1] == '"' || text[at + 1] == '\\');
    if (escapes) c = text[++at];
    out.push_back(c);
  }
  return std::nullopt;
}

std::string_view take_token(std::string_view text, std::size_t& at) {
  std::size_t begin = at;
  while (at < text.size() && is_token_character(text[at])) ++at;
  return text.substr(begin, at - begin);
}

std::optional<std::string> take_parameter_value(std::string_view text, std::size_t& at) {
  if (at < text.size() && text[at] == '"') return take_quoted(text, at);
  std::string_view token = take_token(text, at);
  if (token.empty()) return std::nullopt;
  return std::string(token);
}

}  // namespace

std::string_view trim_spaces(std::string_view text) {
  std::size_t begin = skip_spaces(text, 0);
  std::size_t end = text.size();
  while (end > begin && (text[end - 1] == ' ' || text[end - 1] == '\t')) --end;
  return text.substr(begin, end - begin);
}

bool is_token_character(char c) {
  if ((c >= '0' && c <= '9') || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z')) return true;
  return c != 0 && std::string_view("!#$%&'*+-.^_`|~").contains(c);
}

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_token_character);
}

const std::string* ParameterizedValue::find(std::string_view parameter) const {
  for (const auto& [name, content] : parameters) {
    if (name == parameter) return &content;
  }
  return nullptr;
}

std::optional<ParameterizedValue> parse_parameterized(std::string_view text) {
  text = trim_spaces(text);
  ParameterizedValue parsed;
  std::size_t at = std::min(text.find(';'), text.size());
  parsed.value = ascii_lower(trim_spaces(text.substr(0, at)));
  if (parsed.value.empty()) return std::nullopt;
  while (at < text.size()) {
    if (text[at] != ';') return std::nullopt;
    at = skip_spaces(text, at + 1);
    if (at == text.size() || text[at] == ';') continue;
    std::string name = ascii_lower(take_token(text, at));
    if (name.empty() || at == text.size() || text[at] != '=') return std::nullopt;
    ++at;
    std::optional<std::string> content = take_parameter_value(text, at);
    if (!content || parsed.find(name)) return std::nullopt;
    parsed.parameters.emplace_back(std::move(name), std::move(*content));
    at = skip_spaces(text, at);
  }
  return parsed;
}

}  // namespace walrus::http
