#include "api/responses.h"

#include "wire/problem.h"

namespace walrus::api {

http::Response problem(const Error& error, std::string_view request_id, int http_status,
                       std::string_view operation_id) {
  int status = http_status != 0 ? http_status : info(error.code).http_status;
  http::Response response =
      http::Response::json(status, wire::problem_json(error, request_id, status, operation_id));
  if (!operation_id.empty()) response.headers.set("X-Operation-Id", std::string(operation_id));
  response.content_type = "application/problem+json";
  if (error.retry_after) {
    response.headers.set("Retry-After", std::to_string(error.retry_after->count()));
  } else if (status == 503 || status == 429) {
    response.headers.set("Retry-After", "5");
  }
  return response;
}

namespace {

Task<http::Response> answer(const Resource& resource, http::Request request) {
  std::string request_id = request.request_id;
  Result<http::Response> response = co_await resource(std::move(request));
  if (!response) co_return problem(response.error(), request_id);
  co_return std::move(*response);
}

// `*` or a list of tags; weak ones compare equal to strong ones (RFC 9110, 13.1.2).
bool names_tag(std::string_view if_none_match, std::string_view tag) {
  if (if_none_match == "*") return true;
  for (std::size_t at = 0; (at = if_none_match.find(tag, at)) != std::string_view::npos; ++at) {
    bool ends = at + tag.size() == if_none_match.size() || if_none_match[at + tag.size()] == ',' ||
                if_none_match[at + tag.size()] == ' ';
    if (ends) return true;
  }
  return false;
}

}  // namespace

http::Handler answering(Resource resource) {
  // The handler outlives every request, and with it the resource.
  auto kept = std::make_shared<const Resource>(std::move(resource));
  return [kept](http::Request request) { return answer(*kept, std::move(request)); };
}

http::Response stream_response(const live::Encoding& encoding, http::StreamStarter starter) {
  http::Response response = http::Response::event_stream(std::move(starter));
  response.body = *encoding.greeting();
  response.headers.set("Cache-Control", "no-store");
  response.headers.set("X-Accel-Buffering", "no");  // proxies pass each event on at once
  return response;
}

bool has_version(const http::Request& request, std::string_view tag) {
  auto known = request.headers.get("if-none-match");
  return known && names_tag(*known, tag);
}

void forbid_caching(http::Response& response) {
  response.headers.set("Cache-Control", "private, no-cache");
  response.headers.set("Vary", "Authorization, Cookie");
}

namespace {

std::string tag_of(std::uint64_t sequence) {
  return "\"" + std::to_string(sequence) + "\"";
}

}  // namespace

http::Response unchanged_status(std::uint64_t sequence) {
  http::Response response = http::Response::no_content(304);
  response.headers.set("ETag", tag_of(sequence));
  forbid_caching(response);
  return response;
}

http::Response status_response(const http::Request& request, std::uint64_t sequence,
                               const std::string& body) {
  std::string tag = tag_of(sequence);
  if (has_version(request, tag)) return unchanged_status(sequence);
  http::Response response = http::Response::json(200, body);
  response.headers.set("ETag", std::move(tag));
  forbid_caching(response);
  return response;
}

}  // namespace walrus::api
