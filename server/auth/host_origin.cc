#include "auth/host_origin.h"

#include <algorithm>
#include <cctype>

#include "http/web_socket_handshake.h"

namespace walrus::auth {

namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

bool all_digits(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c) != 0; });
}

bool is_loopback_literal(std::string_view host) {
  if (host == "::1") return true;
  if (!host.starts_with("127.")) return false;
  return std::ranges::count(host, '.') == 3 &&
         std::ranges::all_of(host, [](unsigned char c) { return std::isdigit(c) || c == '.'; });
}

bool is_safe(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS";
}

}  // namespace

std::string host_without_port(std::string_view host) {
  if (host.starts_with('[')) {
    auto end = host.find(']');
    if (end == std::string_view::npos) return {};
    std::string_view rest = host.substr(end + 1);
    if (!rest.empty() && (!rest.starts_with(':') || !all_digits(rest.substr(1)))) return {};
    return lower(host.substr(1, end - 1));
  }
  auto colon = host.find(':');
  if (colon == std::string_view::npos) return lower(host);
  if (!all_digits(host.substr(colon + 1))) return {};
  return lower(host.substr(0, colon));
}

bool HostOrigin::host_allowed(std::string_view host) const {
  if (rules_.any_host) return true;
  std::string name = host_without_port(host);
  if (name.empty()) return false;
  if (name == "localhost" || is_loopback_literal(name)) return true;
  return std::ranges::any_of(rules_.allowed_hosts, [&](const std::string& allowed) {
    return lower(allowed) == name || lower(allowed) == lower(host);
  });
}

bool HostOrigin::origin_allowed(std::string_view origin, std::string_view host) const {
  if (std::ranges::find(rules_.cors_origins, origin) != rules_.cors_origins.end()) return true;
  return origin == "http://" + std::string(host) || origin == "https://" + std::string(host);
}

Result<void> HostOrigin::check(const http::Request& request) const {
  auto host = request.headers.get("host");
  if (!host || !host_allowed(*host)) {
    return fail(ErrorCode::kMisdirectedRequest,
                "This server does not answer for that Host. Use localhost, or start it with "
                "--allowed-hosts.");
  }
  if (is_safe(request.method) && !http::asks_for_web_socket(request)) return {};
  auto origin = request.headers.get("origin");
  bool foreign = origin && !origin_allowed(*origin, *host);
  auto site = request.headers.get("sec-fetch-site");
  if (!origin && site && *site == "cross-site") foreign = true;
  if (!foreign) return {};
  return fail(
      ErrorCode::kForbidden,
      "Pages of other origins may not do this. Name the origin in --cors-origins to allow it.");
}

std::optional<http::Response> HostOrigin::preflight(const http::Request& request) const {
  auto origin = request.headers.get("origin");
  if (request.method != "OPTIONS" || !origin) return std::nullopt;
  if (!request.headers.get("access-control-request-method")) return std::nullopt;
  if (std::ranges::find(rules_.cors_origins, *origin) == rules_.cors_origins.end())
    return std::nullopt;
  http::Response response = http::Response::no_content();
  response.headers.set("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE");
  response.headers.set(
      "Access-Control-Allow-Headers",
      "Authorization, Content-Type, Last-Event-ID, If-None-Match, Idempotency-Key, Prefer");
  response.headers.set("Access-Control-Max-Age", "600");
  return response;
}

void HostOrigin::allow_reading(const http::Request& request, http::Response& response) const {
  if (rules_.cors_origins.empty()) return;
  response.headers.add("Vary", "Origin");
  auto origin = request.headers.get("origin");
  if (!origin) return;
  if (std::ranges::find(rules_.cors_origins, *origin) == rules_.cors_origins.end()) return;
  response.headers.set("Access-Control-Allow-Origin", std::string(*origin));
  response.headers.set("Access-Control-Expose-Headers",
                       "X-Operation-Id, X-Next-Cursor, X-Request-Id, ETag, Retry-After, Location");
}

}  // namespace walrus::auth
