// URLs by the URL Standard (https://url.spec.whatwg.org), as browsers read them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "net/egress.h"

namespace walrus::net {

// A whole URL in its normal form. Its parts are percent-encoded as they are in the URL, and ASCII.
class Url {
 public:
  // Reads `input`, against `base` where it is relative; in time linear in both. Invalid UTF-8 is
  // read as U+FFFD. Errors: validation_error, whose message follows the name of what was wrong:
  // "has no host".
  static Result<Url> parse(std::string_view input, const Url* base = nullptr);

  const std::string& scheme() const { return scheme_; }  // in lower case, without its colon
  bool is_web() const { return scheme_ == "http" || scheme_ == "https"; }

  bool has_credentials() const { return !username_.empty() || !password_.empty(); }
  const std::string& username() const { return username_; }
  const std::string& password() const { return password_; }

  bool has_host() const { return host_.has_value(); }
  std::string_view host() const { return host_ ? std::string_view(*host_) : std::string_view(); }
  // Where the host is an address and no name.
  std::optional<Address> address() const;

  std::optional<std::uint16_t> port() const { return port_; }  // where it is not the scheme's own
  // That of the connection; 0 where the scheme has none.
  std::uint16_t effective_port() const;

  // Begins with '/', but for an empty one and an opaque one ("mailto:a@b.example").
  const std::string& path() const { return path_; }
  const std::optional<std::string>& query() const { return query_; }        // without '?'
  const std::optional<std::string>& fragment() const { return fragment_; }  // without '#'

  // Parses to this URL again.
  std::string href() const;
  // Scheme, host and port as browsers compare them; "null" for what has no origin.
  std::string origin() const;

  bool operator==(const Url&) const = default;

 private:
  friend class UrlParser;
  Url() = default;

  std::string scheme_;
  std::string username_;
  std::string password_;
  std::optional<std::string> host_;
  std::optional<std::uint16_t> port_;
  std::string path_;
  bool has_opaque_path_ = false;
  std::optional<std::string> query_;
  std::optional<std::string> fragment_;
};

// The schemes that the standard calls special: http, https, ws, wss, ftp, file.
bool is_special_scheme(std::string_view scheme);
// 0 where the scheme has none.
std::uint16_t default_port(std::string_view scheme);

}  // namespace walrus::net
