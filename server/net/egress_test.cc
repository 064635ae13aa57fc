#include "net/egress.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <cstring>
#include <random>

namespace walrus::net {
namespace {

Address address(std::string_view text) {
  auto parsed = Address::parse(text);
  if (!parsed) throw std::runtime_error(std::string(text));
  return *parsed;
}

AddressRange range(std::string_view text) {
  auto parsed = AddressRange::parse(text);
  if (!parsed) throw std::runtime_error(std::string(text));
  return *parsed;
}

// The first and the last address of each refused block, and its neighbours outside of it.
struct Block {
  const char* first;
  const char* last;
  const char* before;  // public, or null where the neighbour is refused for a reason of its own
  const char* after;
};

constexpr Block kBlocks[] = {
    {"0.0.0.0", "0.255.255.255", nullptr, "1.0.0.0"},
    {"10.0.0.0", "10.255.255.255", "9.255.255.255", "11.0.0.0"},
    {"100.64.0.0", "100.127.255.255", "100.63.255.255", "100.128.0.0"},
    {"127.0.0.0", "127.255.255.255", "126.255.255.255", "128.0.0.0"},
    {"168.63.129.16", "168.63.129.16", "168.63.129.15", "168.63.129.17"},
    {"169.254.0.0", "169.254.255.255", "169.253.255.255", "169.255.0.0"},
    {"172.16.0.0", "172.31.255.255", "172.15.255.255", "172.32.0.0"},
    {"192.0.0.0", "192.0.0.255", "191.255.255.255", "192.0.1.0"},
    {"192.0.2.0", "192.0.2.255", "192.0.1.255", "192.0.3.0"},
    {"192.88.99.0", "192.88.99.255", "192.88.98.255", "192.88.100.0"},
    {"192.168.0.0", "192.168.255.255", "192.167.255.255", "192.169.0.0"},
    {"198.18.0.0", "198.19.255.255", "198.17.255.255", "198.20.0.0"},
    {"198.51.100.0", "198.51.100.255", "198.51.99.255", "198.51.101.0"},
    {"203.0.113.0", "203.0.113.255", "203.0.112.255", "203.0.114.0"},
    {"224.0.0.0", "239.255.255.255", "223.255.255.255", nullptr},
    {"240.0.0.0", "255.255.255.255", nullptr, nullptr},
    {"::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", nullptr, "2000::"},
    {"2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
     "2001:200::"},
    {"2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
     "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::"},
    {"3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
     "3fff:1000::"},
    {"4000::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
     nullptr},
};

TEST(Egress, EachRefusedBlockEndsWhereItShould) {
  for (const Block& block : kBlocks) {
    EXPECT_FALSE(is_public(address(block.first))) << block.first;
    EXPECT_FALSE(is_public(address(block.last))) << block.last;
    if (block.before) EXPECT_TRUE(is_public(address(block.before))) << block.before;
    if (block.after) EXPECT_TRUE(is_public(address(block.after))) << block.after;
  }
}

TEST(Egress, SpecialAddressesAreRefusedByName) {
  for (std::string_view text : {"127.0.0.1",
                                "::1",
                                "0.0.0.0",
                                "::",
                                "169.254.169.254",
                                "fd00:ec2::254",  // Amazon's metadata
                                "100.100.100.200",
                                "192.0.0.192",  // Alibaba's, Oracle's
                                "168.63.129.16",
                                "255.255.255.255",  //
                                "fe80::1",
                                "fec0::1",  // link-local, site-local
                                "fc00::1",
                                "fdff::1",  // unique local
                                "ff02::1",
                                "100::1",  // multicast, discard
                                "5f00::1",
                                "3fff::1",  // segment routing, documentation
                                "2001:2::1",
                                "2001:20::1",  // benchmarking, ORCHID
                                "::127.0.0.1",
                                "::8.8.8.8",  // IPv4-compatible
                                "::ffff:127.0.0.1",
                                "::ffff:10.0.0.1",  // mapped
                                "::ffff:a9fe:a9fe",
                                "::ffff:0:127.0.0.1",  // mapped, translated
                                "64:ff9b::7f00:1",
                                "64:ff9b::a9fe:a9fe",  // NAT64
                                "64:ff9b:1::808:808",
                                "64:ff9b:1::a00:1",  // NAT64 of a network's own
                                "2002:7f00:1::",
                                "2002:a00:1::1",  // 6to4
                                "2002:a9fe:a9fe::1",
                                "2002:c0a8:1::1",  //
                                "2001:0:808:808::1",
                                "2001::1"}) {  // Teredo
    EXPECT_FALSE(is_public(address(text))) << text;
  }
}

TEST(Egress, PublicOnesAreAllowedHoweverTheyAreWritten) {
  for (std::string_view text :
       {"8.8.8.8", "1.1.1.1", "93.184.216.34", "::ffff:8.8.8.8", "64:ff9b::808:808",
        "2002:808:808::1", "2606:4700:4700::1111", "2a00:1450:4001::1", "2620:4f:8000::1"}) {
    EXPECT_TRUE(is_public(address(text))) << text;
  }
}

TEST(Egress, OnlyWebPortsOfPublicAddresses) {
  EgressGate gate({});
  for (std::uint16_t port : {80, 443}) EXPECT_TRUE(gate.allows(address("8.8.8.8"), port));
  for (std::uint16_t port : {0, 22, 25, 79, 81, 444, 6379, 8080, 65535}) {
    EXPECT_FALSE(gate.allows(address("8.8.8.8"), port)) << port;
  }
}

TEST(Egress, AnOpenedRangeHasAllPortsAndNothingAround) {
  EgressGate gate({range("10.1.0.0/16"), range("fd00:1::/32"), range("127.0.0.1/32")});
  EXPECT_TRUE(gate.allows(address("10.1.255.255"), 8080));
  EXPECT_TRUE(gate.allows(address("::ffff:10.1.0.1"), 22));
  EXPECT_TRUE(gate.allows(address("fd00:1::9"), 9000));
  EXPECT_TRUE(gate.allows(address("127.0.0.1"), 9000));
  for (std::string_view text : {"10.0.255.255", "10.2.0.0", "fd00:2::9", "127.0.0.2", "::1",
                                "64:ff9b::a01:1", "2002:a01:1::1"}) {
    EXPECT_FALSE(gate.allows(address(text), 443)) << text;
  }
}

TEST(Egress, CanBeClosedToThePublic) {
  EgressGate gate({range("10.0.0.0/8")}, false);
  EXPECT_TRUE(gate.allows(address("10.0.0.1"), 80));
  EXPECT_FALSE(gate.allows(address("8.8.8.8"), 80));
}

TEST(Egress, ReadsResolvedAddresses) {
  EgressGate gate({range("127.0.0.0/8")});
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(443);
  inet_pton(AF_INET, "8.8.8.8", &v4.sin_addr);
  EXPECT_TRUE(gate.allows(reinterpret_cast<sockaddr&>(v4)));
  v4.sin_port = htons(22);
  EXPECT_FALSE(gate.allows(reinterpret_cast<sockaddr&>(v4)));
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(443);
  inet_pton(AF_INET6, "::ffff:127.0.0.1", &v6.sin6_addr);
  EXPECT_TRUE(gate.allows(reinterpret_cast<sockaddr&>(v6)));
  inet_pton(AF_INET6, "::1", &v6.sin6_addr);
  EXPECT_FALSE(gate.allows(reinterpret_cast<sockaddr&>(v6)));
  sockaddr_un local{};
  local.sun_family = AF_UNIX;
  EXPECT_FALSE(gate.allows(reinterpret_cast<sockaddr&>(local)));
}

TEST(Egress, ReadsRangesAndRefusesMalformedOnes) {
  EXPECT_EQ(range("10.0.0.1").prefix_bits, 32);
  EXPECT_EQ(range("fd00::1").prefix_bits, 128);
  EXPECT_TRUE(range("0.0.0.0/0").contains(address("127.0.0.1")));
  EXPECT_FALSE(range("0.0.0.0/0").contains(address("::1")));
  for (std::string_view text :
       {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x", "10.0.0.1/8", "10/8",
        "fd00::/129", "fd00::1/64", "::ffff:10.0.0.0/104", "localhost", "0x7f.0.0.1", "10.0.0.0 /8",
        "fe80::1%eth0"}) {
    EXPECT_FALSE(AddressRange::parse(text)) << text;
  }
}

// Against a reckoning of its own: plain integers, no masks over bytes.
TEST(Egress, RangesAgreeWithIntegersOnRandomAddresses) {
  std::uint32_t seed = std::random_device{}();
  SCOPED_TRACE(::testing::Message() << "seed " << seed);
  std::mt19937 dice(seed);
  for (int round = 0; round < 20'000; ++round) {
    int bits = static_cast<int>(dice() % 33);
    std::uint64_t size = 1ull << (32 - bits);
    std::uint64_t first = static_cast<std::uint64_t>(dice()) / size * size;
    std::uint64_t near = first + dice() % (2 * size) - (dice() % 2 ? size / 2 : 0);
    auto text = [](std::uint64_t number) {
      in_addr raw{htonl(static_cast<std::uint32_t>(number))};
      char out[INET_ADDRSTRLEN];
      return std::string(inet_ntop(AF_INET, &raw, out, sizeof out));
    };
    std::uint64_t wrapped = near & 0xffffffffull;
    bool inside = wrapped >= first && wrapped < first + size;
    std::string block = text(first) + "/" + std::to_string(bits);
    EXPECT_EQ(range(block).contains(address(text(wrapped))), inside) << block << text(wrapped);
  }
}

}  // namespace
}  // namespace walrus::net
