#include "webhooks/endpoint.h"

#include <algorithm>

#include "net/url.h"

namespace walrus::webhooks {

namespace {

constexpr std::size_t kMostUrlBytes = 2048;

std::unexpected<Error> refuse(std::string why) {
  return fail_field("/url", std::move(why));
}

// The parser would drop or encode them; in an address that somebody chose they are a mistake.
bool has_blanks(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return (c >= 0 && c <= 0x20) || c == 0x7f; });
}

}  // namespace

Gates::Gates(std::vector<net::AddressRange> opened)
    : opened_any_(!opened.empty()),
      https_(std::make_shared<const net::EgressGate>(opened)),
      http_(std::make_shared<const net::EgressGate>(std::move(opened), false)) {}

const std::shared_ptr<const net::EgressGate>& Gates::of(std::string_view scheme) const {
  return scheme == "https" ? https_ : http_;
}

Result<void> check_url(const std::string& url, const Gates& gates) {
  if (url.size() > kMostUrlBytes) return refuse("must have at most 2048 bytes");
  if (has_blanks(url)) return refuse("must not hold blanks");
  auto parsed = net::Url::parse(url);
  if (!parsed) return refuse(parsed.error().message);
  if (!parsed->is_web()) return refuse("must begin with https://");
  if (parsed->has_credentials()) return refuse("must not hold a user name or a password");
  if (parsed->scheme() == "http" && !gates.opened_any()) return refuse("must begin with https://");
  std::uint16_t port = parsed->effective_port();
  bool web = port == 80 || port == 443;
  if (!web && !gates.opened_any()) return refuse("must be on port 443 or 80");
  auto address = parsed->address();
  if (address && !gates.of(parsed->scheme())->allows(*address, port)) {
    return refuse("names an address that may not be connected to");
  }
  return {};
}

}  // namespace walrus::webhooks
