#include "http/message.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/ascii.h"
#include "http/field_text.h"

namespace walrus::http {

namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// A query is written by hand often enough: what is not percent-encoding stands for itself.
std::string decode_query_text(std::string_view text) {
  std::optional<std::string> decoded = percent_decode(text, true);
  return decoded ? std::move(*decoded) : std::string(text);
}

}  // namespace

TemporaryFile::~TemporaryFile() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

void Headers::add(std::string name, std::string value) {
  fields_.emplace_back(std::move(name), std::move(value));
}

void Headers::set(std::string name, std::string value) {
  std::erase_if(fields_, [&](const auto& field) { return equal_ignoring_case(field.first, name); });
  add(std::move(name), std::move(value));
}

std::optional<std::string_view> Headers::get(std::string_view name) const {
  for (const auto& [field, value] : fields_) {
    if (equal_ignoring_case(field, name)) return value;
  }
  return std::nullopt;
}

const std::string& Request::parameter(std::string_view name) const {
  for (const auto& [key, value] : parameters) {
    if (key == name) return value;
  }
  std::abort();
}

std::vector<std::pair<std::string, std::string>> Request::query_parameters() const {
  std::vector<std::pair<std::string, std::string>> out;
  std::string_view rest = query;
  while (!rest.empty()) {
    std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    if (pair.empty()) continue;
    std::size_t equals = std::min(pair.find('='), pair.size());
    std::string_view value = pair.substr(std::min(equals + 1, pair.size()));
    out.emplace_back(decode_query_text(pair.substr(0, equals)), decode_query_text(value));
  }
  return out;
}

std::optional<std::string> Request::query_parameter(std::string_view name) const {
  if (query.empty()) return std::nullopt;
  for (auto& [key, value] : query_parameters()) {
    if (key == name) return std::move(value);
  }
  return std::nullopt;
}

Request Request::without_content() const {
  Request copy;
  copy.method = method;
  copy.target = target;
  copy.path = path;
  copy.query = query;
  copy.version = version;
  copy.headers = headers;
  copy.remote_address = remote_address;
  copy.request_id = request_id;
  copy.route = route;
  copy.parameters = parameters;
  copy.loop = loop;
  return copy;
}

Response Response::json(int status, std::string body) {
  Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

Response Response::text(int status, std::string body) {
  Response response = json(status, std::move(body));
  response.content_type = "text/plain; charset=utf-8";
  return response;
}

Response Response::no_content(int status) {
  Response response;
  response.status = status;
  response.content_type.clear();
  return response;
}

Response Response::event_stream(StreamStarter starter) {
  Response response;
  response.content_type = kEventStreamType;
  response.stream = std::move(starter);
  return response;
}

Response Response::upgrade(WebSocketStarter starter) {
  Response response = no_content(101);
  response.web_socket = std::move(starter);
  return response;
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      out.push_back(' ');
    } else if (text[i] == '%') {
      int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
      int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      out.push_back(static_cast<char>(high << 4 | low));
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

}  // namespace walrus::http
