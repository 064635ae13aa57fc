// The parts of a URL as libcurl sees them: what is checked must be what is connected to.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"

namespace walrus::net {

struct Url {
  std::string scheme;  // "http" or "https"
  std::string host;    // lower case; an IPv4 address in its usual form, IPv6 without brackets
  std::uint16_t port;
  bool has_credentials;  // a user name or a password
};

// Errors: validation_error, for other schemes and for what is not printable ASCII too.
Result<Url> parse_url(const std::string& text);

}  // namespace walrus::net
