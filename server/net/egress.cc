#include "net/egress.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <span>
#include <string>

namespace walrus::net {

namespace {

constexpr std::size_t kV4Bytes = 4;
constexpr std::size_t kV6Bytes = 16;

// IANA's special-purpose registry for IPv4, and what clouds keep for their machines.
constexpr std::string_view kRefusedV4[] = {
    "0.0.0.0/8",         // "this network"
    "10.0.0.0/8",        // private
    "100.64.0.0/10",     // shared (CGNAT); Alibaba's metadata
    "127.0.0.0/8",       // loopback
    "168.63.129.16/32",  // Azure's host of the machine, a public address
    "169.254.0.0/16",    // link-local; metadata of most clouds
    "172.16.0.0/12",     // private
    "192.0.0.0/24",      // protocol assignments; Oracle's metadata
    "192.0.2.0/24",      // documentation
    "192.88.99.0/24",    // 6to4 relays
    "192.168.0.0/16",    // private
    "198.18.0.0/15",     // benchmarking
    "198.51.100.0/24",   // documentation
    "203.0.113.0/24",    // documentation
    "224.0.0.0/4",       // multicast
    "240.0.0.0/4",       // reserved, broadcast
};

constexpr std::string_view kGlobalV6 = "2000::/3";
// Of the global unicast addresses. All else is refused for not being one.
constexpr std::string_view kRefusedV6[] = {
    "2001::/23",      // protocol assignments, among them Teredo, benchmarking, ORCHID
    "2001:db8::/32",  // documentation
    "3fff::/20",      // documentation
};

constexpr std::string_view kNat64 = "64:ff9b::/96";  // IPv4 address in the last four bytes
constexpr std::size_t kNat64At = 12;
constexpr std::string_view kSixToFour = "2002::/16";  // IPv4 address behind the prefix
constexpr std::size_t kSixToFourAt = 2;

std::vector<AddressRange> ranges_of(std::span<const std::string_view> texts) {
  std::vector<AddressRange> ranges;
  for (std::string_view text : texts) ranges.push_back(AddressRange::parse(text).value());
  return ranges;
}

AddressRange range_of(std::string_view text) {
  return AddressRange::parse(text).value();
}

bool any_contains(const std::vector<AddressRange>& ranges, const Address& address) {
  return std::ranges::any_of(ranges,
                             [&](const AddressRange& range) { return range.contains(address); });
}

Address embedded_v4(const Address& address, std::size_t at) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  std::memcpy(&v4.sin_addr, address.bytes().data() + at, kV4Bytes);
  return *Address::from_socket(reinterpret_cast<const sockaddr&>(v4));
}

bool is_public_v6(const Address& address) {
  static const AddressRange nat64 = range_of(kNat64);
  static const AddressRange six_to_four = range_of(kSixToFour);
  static const AddressRange global = range_of(kGlobalV6);
  static const std::vector<AddressRange> refused = ranges_of(kRefusedV6);
  if (nat64.contains(address)) return is_public(embedded_v4(address, kNat64At));
  if (six_to_four.contains(address)) return is_public(embedded_v4(address, kSixToFourAt));
  return global.contains(address) && !any_contains(refused, address);
}

}  // namespace

Address::Address(bool is_v4, const void* bytes) : is_v4_(is_v4) {
  std::memcpy(bytes_.data(), bytes, is_v4 ? kV4Bytes : kV6Bytes);
}

std::optional<Address> Address::from_socket(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, &address, sizeof v4);
    return Address(true, &v4.sin_addr);
  }
  if (address.sa_family != AF_INET6) return std::nullopt;
  sockaddr_in6 v6;
  std::memcpy(&v6, &address, sizeof v6);
  if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) return Address(true, &v6.sin6_addr.s6_addr[12]);
  return Address(false, &v6.sin6_addr);
}

std::optional<Address> Address::parse(std::string_view text) {
  std::string terminated(text);
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  if (inet_pton(AF_INET, terminated.c_str(), &v4.sin_addr) == 1) {
    return from_socket(reinterpret_cast<const sockaddr&>(v4));
  }
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  if (inet_pton(AF_INET6, terminated.c_str(), &v6.sin6_addr) != 1) return std::nullopt;
  return from_socket(reinterpret_cast<const sockaddr&>(v6));
}

bool AddressRange::contains(const Address& address) const {
  if (address.is_v4() != first.is_v4()) return false;
  auto whole = static_cast<std::size_t>(prefix_bits / 8);
  int rest = prefix_bits % 8;
  if (std::memcmp(address.bytes().data(), first.bytes().data(), whole) != 0) return false;
  return rest == 0 || ((address.bytes()[whole] ^ first.bytes()[whole]) >> (8 - rest)) == 0;
}

std::optional<AddressRange> AddressRange::parse(std::string_view text) {
  std::size_t slash = text.find('/');
  auto first = Address::parse(text.substr(0, slash));
  // A mapped address would be an IPv4 range with an IPv6 prefix: it is to be written as IPv4.
  bool mapped = first && first->is_v4() && text.find(':') != std::string_view::npos;
  if (!first || mapped) return std::nullopt;
  int most = first->is_v4() ? 32 : 128;
  int bits = most;
  if (slash != std::string_view::npos) {
    std::string_view number = text.substr(slash + 1);
    auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), bits);
    if (error != std::errc() || end != number.data() + number.size()) return std::nullopt;
  }
  if (bits < 0 || bits > most) return std::nullopt;
  for (int bit = bits; bit < most; ++bit) {
    if (first->bytes()[static_cast<std::size_t>(bit / 8)] & (0x80 >> bit % 8)) return std::nullopt;
  }
  return AddressRange{*first, bits};
}

bool is_public(const Address& address) {
  static const std::vector<AddressRange> refused = ranges_of(kRefusedV4);
  if (address.is_v4()) return !any_contains(refused, address);
  return is_public_v6(address);
}

EgressGate::EgressGate(std::vector<AddressRange> opened, bool allows_public)
    : opened_(std::move(opened)), allows_public_(allows_public) {}

bool EgressGate::allows(const Address& address, std::uint16_t port) const {
  if (any_contains(opened_, address)) return true;
  bool web = port == 80 || port == 443;
  return allows_public_ && web && is_public(address);
}

bool EgressGate::allows(const sockaddr& address) const {
  auto known = Address::from_socket(address);
  if (!known) return false;
  // The port lies at the same place in both families.
  sockaddr_in ported;
  std::memcpy(&ported, &address, sizeof ported);
  return allows(*known, ntohs(ported.sin_port));
}

}  // namespace walrus::net
