// Which hosts and origins may talk to the server (api.md, Who may ask).
//
// A server on loopback is reachable from every page its user's browser shows: DNS rebinding sends
// foreign Host headers, and any page can send a form. Both are refused here, before a body is read.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "http/message.h"

namespace walrus::auth {

struct HostOriginRules {
  std::vector<std::string> allowed_hosts;  // beside localhost and the loopback literals
  std::vector<std::string> cors_origins;   // "https://app.example.com", exact
  bool any_host = false;                   // keys are required, so a foreign Host proves nothing
};

// Immutable and thread-safe.
class HostOrigin {
 public:
  explicit HostOrigin(HostOriginRules rules) : rules_(std::move(rules)) {}

  // Errors: misdirected_request (Host), forbidden (Origin of an unsafe method or an upgrade).
  Result<void> check(const http::Request& request) const;

  // The answer to a CORS preflight of an allowed origin, or nothing.
  std::optional<http::Response> preflight(const http::Request& request) const;

  // Adds what lets an allowed origin's page read the response.
  void allow_reading(const http::Request& request, http::Response& response) const;

 private:
  bool host_allowed(std::string_view host) const;
  bool origin_allowed(std::string_view origin, std::string_view host) const;
  HostOriginRules rules_;
};

// "localhost:8000" -> "localhost", "[::1]:8000" -> "::1"; empty when it is no host.
std::string host_without_port(std::string_view host);

}  // namespace walrus::auth
