#include "http/admission.h"

#include <fmt/ranges.h>

#include "http/field_text.h"
#include "http/form_reader.h"
#include "http/multipart.h"

namespace walrus::http {

namespace {

std::optional<Refusal> check_length(const RequestParser& parser, std::uint64_t limit,
                                    std::string_view message) {
  std::optional<std::uint64_t> length = parser.body_length();
  if (!length || *length <= limit) return std::nullopt;
  return refusal({ErrorCode::kPayloadTooLarge, std::string(message), {}});
}

std::optional<Refusal> check_json(const RequestParser& parser, const Request& request,
                                  const Limits& limits) {
  std::string_view type = request.headers.get("Content-Type").value_or("");
  std::optional<ParameterizedValue> parsed = parse_parameterized(type);
  bool json = parsed && parsed->value == "application/json";
  if (!json) {
    return refusal({ErrorCode::kUnsupportedMediaType,
                    "This route takes 'Content-Type: application/json' alone.",
                    {}});
  }
  return check_length(
      parser, limits.json_body,
      fmt::format("The body is larger than the limit of {} bytes.", limits.json_body));
}

std::optional<Refusal> check_form(const RequestParser& parser, const Request& request,
                                  const Limits& limits) {
  std::string_view type = request.headers.get("Content-Type").value_or("");
  Result<std::string> boundary = multipart_boundary(type);
  if (!boundary) return refusal(std::move(boundary.error()));
  return check_length(
      parser, largest_form(limits),
      fmt::format("The upload is larger than the limit of {} bytes.", limits.file_bytes));
}

std::optional<Refusal> check_body(const ServerSettings& settings, const RequestParser& parser,
                                  const Request& request, BodyKind kind) {
  switch (kind) {
    case BodyKind::kNone:
      return check_length(parser, 0, "This route takes no body.");
    case BodyKind::kNoneOrJson:
      if (!parser.has_body()) return std::nullopt;
      [[fallthrough]];
    case BodyKind::kJson:
      return check_json(parser, request, settings.limits);
    case BodyKind::kMultipart:
      return check_form(parser, request, settings.limits);
  }
  return std::nullopt;
}

Response with_allow(Response response, const std::vector<std::string>& methods) {
  response.headers.set("Allow", fmt::format("{}", fmt::join(methods, ", ")));
  return response;
}

// There is no route: why not?
Response no_route(const ServerSettings& settings, const Request& request,
                  const Router::Match& match) {
  if (match.malformed) {
    return refuse(settings.hooks,
                  bad_request("The path has a broken percent-encoding or is not UTF-8."), request);
  }
  if (match.allowed.empty()) {
    Error error{ErrorCode::kNotFound, "There is nothing at this path.", {}};
    return refuse(settings.hooks, refusal(std::move(error)), request);
  }
  if (request.method == "OPTIONS") return with_allow(Response::no_content(), match.allowed);
  Error error{ErrorCode::kMethodNotAllowed,
              fmt::format("This path takes {}.", fmt::join(match.allowed, ", ")),
              {}};
  return with_allow(refuse(settings.hooks, refusal(std::move(error)), request), match.allowed);
}

}  // namespace

Admission admit(const ServerSettings& settings, const RequestParser& parser, Request& request) {
  bool every_resource = request.path == "*";
  Router::Match match;
  if (!every_resource) match = settings.router.match(request.method, request.path);
  Admission admission{match.route, std::nullopt};
  if (match.route) request.route = match.route->pattern;
  request.parameters = std::move(match.parameters);
  if (settings.hooks.gate) admission.response = settings.hooks.gate(request);
  if (admission.response) return admission;
  if (every_resource) {
    admission.response = with_allow(Response::no_content(),
                                    {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"});
  } else if (!match.route) {
    admission.response = no_route(settings, request, match);
  } else if (auto refused = check_body(settings, parser, request, match.route->body)) {
    admission.response = refuse(settings.hooks, *refused, request);
  }
  return admission;
}

Response refuse(const Hooks& hooks, const Refusal& refused, const Request& request) {
  Response response;
  if (hooks.error_response) {
    response = hooks.error_response(refused.error, refused.status, request);
  } else {
    response = Response::text(refused.status, refused.error.message + "\n");
  }
  if (refused.error.retry_after && !response.headers.get("Retry-After")) {
    response.headers.set("Retry-After", fmt::format("{}", refused.error.retry_after->count()));
  }
  return response;
}

}  // namespace walrus::http
