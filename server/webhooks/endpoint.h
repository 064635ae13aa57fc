// Where a webhook's messages may go.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/egress.h"

namespace walrus::webhooks {

// The gates of deliveries. Https goes to every public address; plain http shows a status to all on
// the way, so it goes only to ranges that the operator has opened. Immutable, thread-safe.
class Gates {
 public:
  explicit Gates(std::vector<net::AddressRange> opened);

  const std::shared_ptr<const net::EgressGate>& of(std::string_view scheme) const;
  bool opened_any() const { return opened_any_; }

 private:
  bool opened_any_;
  std::shared_ptr<const net::EgressGate> https_;
  std::shared_ptr<const net::EgressGate> http_;
};

// Refuses a URL that can never be delivered to. What a name resolves to is checked at the socket,
// with each delivery. Errors: validation_error that names /url.
Result<void> check_url(const std::string& url, const Gates& gates);

}  // namespace walrus::webhooks
