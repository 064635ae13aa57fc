#include "net/url.h"

#include <algorithm>

namespace walrus::net {

namespace {

struct SpecialScheme {
  std::string_view name;
  std::uint16_t port;  // 0: none
};

constexpr SpecialScheme kSpecialSchemes[] = {{"https", 443}, {"http", 80}, {"wss", 443},
                                             {"ws", 80},     {"ftp", 21},  {"file", 0}};

const SpecialScheme* find_special(std::string_view scheme) {
  const auto* found = std::ranges::find(kSpecialSchemes, scheme, &SpecialScheme::name);
  return found == std::end(kSpecialSchemes) ? nullptr : found;
}

}  // namespace

bool is_special_scheme(std::string_view scheme) {
  return find_special(scheme) != nullptr;
}

std::uint16_t default_port(std::string_view scheme) {
  const SpecialScheme* special = find_special(scheme);
  return special ? special->port : 0;
}

std::optional<Address> Url::address() const {
  std::string_view text = host();
  if (text.starts_with('[')) text = text.substr(1, text.size() - 2);
  return Address::parse(text);
}

std::uint16_t Url::effective_port() const {
  return port_.value_or(default_port(scheme_));
}

std::string Url::href() const {
  std::string out;
  out.reserve(scheme_.size() + username_.size() + password_.size() + host().size() + path_.size() +
              (query_ ? query_->size() : 0) + (fragment_ ? fragment_->size() : 0) + 16);
  out += scheme_;
  out += ':';
  if (host_) {
    out += "//";
    out += username_;
    if (!password_.empty()) (out += ':') += password_;
    if (has_credentials()) out += '@';
    out += *host_;
    if (port_) (out += ':') += std::to_string(*port_);
  } else if (!has_opaque_path_ && path_.starts_with("//")) {
    out += "/.";  // or the path would be read as a host
  }
  out += path_;
  if (query_) (out += '?') += *query_;
  if (fragment_) (out += '#') += *fragment_;
  return out;
}

std::string Url::origin() const {
  if (default_port(scheme_) == 0) return "null";
  std::string out = scheme_ + "://" + std::string(host());
  if (port_) (out += ':') += std::to_string(*port_);
  return out;
}

}  // namespace walrus::net
