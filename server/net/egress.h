// Which addresses may be connected to when somebody else chose the URL.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace walrus::net {

// An IPv4 or IPv6 address. An IPv4-mapped one (::ffff:a.b.c.d) is the IPv4 address it stands for.
class Address {
 public:
  // Nothing for a family other than IPv4 and IPv6.
  static std::optional<Address> from_socket(const sockaddr& address);
  // Of a literal such as 10.0.0.1 or fd00::1, without brackets and zone.
  static std::optional<Address> parse(std::string_view text);

  bool is_v4() const { return is_v4_; }
  // 4 or 16 bytes in network order, of which the rest is zero.
  const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }

 private:
  Address(bool is_v4, const void* bytes);
  bool is_v4_;
  std::array<std::uint8_t, 16> bytes_{};
};

// A block such as 10.0.0.0/8 (CIDR).
struct AddressRange {
  Address first;
  int prefix_bits;

  bool contains(const Address& address) const;
  // "10.0.0.0/8", or one address. Nothing where it is malformed, or has bits behind its prefix.
  static std::optional<AddressRange> parse(std::string_view text);
};

// Decides at the socket, for the address a name was resolved to, so that a name which resolves
// differently the next time gains nothing. Immutable, thread-safe.
//
// Public addresses on the ports 80 and 443 may be connected to, if `allows_public`, and what lies
// in an opened range on every port. Never: loopback, private, link-local, shared, multicast,
// documentation, reserved and metadata addresses, and IPv6 addresses that stand for such an IPv4
// address (mapped, NAT64, 6to4) or hide one (Teredo).
class EgressGate {
 public:
  explicit EgressGate(std::vector<AddressRange> opened, bool allows_public = true);

  bool allows(const Address& address, std::uint16_t port) const;
  // Of a resolved address; another family is refused.
  bool allows(const sockaddr& address) const;

 private:
  std::vector<AddressRange> opened_;
  bool allows_public_;
};

// Whether the address can be reached by everybody on the internet, and belongs to nobody special.
bool is_public(const Address& address);

}  // namespace walrus::net
