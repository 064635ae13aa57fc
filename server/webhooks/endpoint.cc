#include "webhooks/endpoint.h"

#include "net/url.h"

namespace walrus::webhooks {

namespace {

constexpr std::size_t kMostUrlBytes = 2048;

std::unexpected<Error> refuse(std::string why) {
  return fail_field("/url", std::move(why));
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
  auto parts = net::parse_url(url);
  if (!parts) return refuse(parts.error().message);
  if (parts->has_credentials) return refuse("must not hold a user name or a password");
  if (parts->scheme == "http" && !gates.opened_any()) return refuse("must begin with https://");
  bool web = parts->port == 80 || parts->port == 443;
  if (!web && !gates.opened_any()) return refuse("must be on port 443");
  auto address = net::Address::parse(parts->host);
  if (address && !gates.of(parts->scheme)->allows(*address, parts->port)) {
    return refuse("names an address that may not be connected to");
  }
  return {};
}

}  // namespace walrus::webhooks
