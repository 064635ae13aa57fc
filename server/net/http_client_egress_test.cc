// The gate at the socket. A server listens on a loopback port and must never be connected to.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <netdb.h>

#include <atomic>
#include <cstring>

#include "net/http_client.h"
#include "testing/manual_loop.h"
#include "testing/scripted_http_server.h"

namespace {

std::atomic<const char*> address_of_changing_name = "127.0.0.1";

}  // namespace

// Stands in front of the machine's lookup, for libcurl too: "changing.test" is at whichever address
// a test says.
extern "C" int getaddrinfo(const char* name, const char* service, const addrinfo* hints,
                           addrinfo** result) {
  static const auto real =
      reinterpret_cast<decltype(&getaddrinfo)>(dlsym(RTLD_NEXT, "getaddrinfo"));
  bool changing = name && std::strcmp(name, "changing.test") == 0;
  return real(changing ? address_of_changing_name.load() : name, service, hints, result);
}

namespace walrus::net {
namespace {

using testing::ScriptedHttpServer;
using testing::SeenRequest;
using testing::whole_reply;

class HttpClientEgressTest : public ::testing::Test {
 protected:
  Result<ClientResponse> send(std::string url, std::shared_ptr<const EgressGate> gate) {
    return send_by(client_, std::move(url), std::move(gate));
  }
  Result<ClientResponse> send_by(HttpClient& client, std::string url,
                                 std::shared_ptr<const EgressGate> gate = nullptr) {
    ClientRequest request{.url = std::move(url)};
    request.gate = std::move(gate);
    return testing::run(loop_, client.send(std::move(request), {}));
  }
  static std::shared_ptr<const EgressGate> gate_with(std::initializer_list<const char*> opened) {
    std::vector<AddressRange> ranges;
    for (const char* text : opened) ranges.push_back(AddressRange::parse(text).value());
    return std::make_shared<const EgressGate>(std::move(ranges));
  }
  std::string spelled(const char* host) const {
    return "http://" + std::string(host) + ":" + std::to_string(server_.port()) + "/";
  }

  testing::ManualClock clock_;
  testing::ManualLoop loop_{clock_};
  Log log_ = Log::none();
  ScriptedHttpServer server_{[](const SeenRequest&) { return whole_reply(200, "{}"); }};
  HttpClient client_{log_};
};

TEST_F(HttpClientEgressTest, LoopbackIsRefusedInEverySpelling) {
  auto gate = gate_with({});
  for (const char* host : {"127.0.0.1", "2130706433", "0x7f.1", "127.1", "0177.0.0.1", "localhost",
                           "[::1]", "0", "[::ffff:127.0.0.1]", "[::]"}) {
    auto response = send(spelled(host), gate);
    ASSERT_FALSE(response) << host;
    EXPECT_EQ(response.error().code, ErrorCode::kForbiddenAddress) << host;
    EXPECT_EQ(response.error().message.find("127"), std::string::npos) << "it names no address";
  }
  EXPECT_TRUE(server_.requests().empty());
}

TEST_F(HttpClientEgressTest, AnOpenedRangeIsConnectedTo) {
  auto response = send(spelled("127.0.0.1"), gate_with({"127.0.0.0/8"}));
  ASSERT_TRUE(response) << response.error().detail;
  EXPECT_EQ(response->status, 200);
}

TEST_F(HttpClientEgressTest, ANameIsConnectedToWhereOneOfItsAddressesIsAllowed) {
  auto response = send(spelled("localhost"), gate_with({"127.0.0.1"}));
  ASSERT_TRUE(response) << response.error().detail;
  EXPECT_EQ(response->status, 200);
}

TEST_F(HttpClientEgressTest, AConnectionKeptOfTheOperatorsOwnIsNoWayAround) {
  ASSERT_TRUE(send(spelled("127.0.0.1"), nullptr));
  auto refused = send(spelled("127.0.0.1"), gate_with({}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kForbiddenAddress);
  EXPECT_EQ(server_.requests().size(), 1u);
}

TEST_F(HttpClientEgressTest, AClientWithAGateOfItsOwnKeepsItsConnections) {
  HttpClient gated(log_, {gate_with({"127.0.0.0/8"})});
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(send_by(gated, spelled("127.0.0.1")));
  EXPECT_EQ(server_.requests().size(), 3u);
  EXPECT_EQ(server_.connections(), 1u);
}

TEST_F(HttpClientEgressTest, AClientsOwnGateRefusesInEverySpelling) {
  HttpClient gated(log_, {gate_with({})});
  for (const char* host : {"127.0.0.1", "2130706433", "0x7f.1", "localhost", "[::1]", "0"}) {
    auto response = send_by(gated, spelled(host));
    ASSERT_FALSE(response) << host;
    EXPECT_EQ(response.error().code, ErrorCode::kForbiddenAddress) << host;
  }
  EXPECT_EQ(server_.connections(), 0u);
}

TEST_F(HttpClientEgressTest, NoConnectionIsKeptFromOnePolicyToAnother) {
  HttpClient open(log_, {gate_with({"127.0.0.0/8"})});
  HttpClient closed(log_, {gate_with({})});
  ASSERT_TRUE(send_by(open, spelled("127.0.0.1")));
  // Another client's, and a request's own beside the client's: neither uses what is kept.
  for (auto refused : {send_by(closed, spelled("127.0.0.1")),
                       send_by(open, spelled("127.0.0.1"), gate_with({}))}) {
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kForbiddenAddress);
  }
  EXPECT_EQ(server_.requests().size(), 1u);
}

TEST_F(HttpClientEgressTest, ARequestsGateOpensNothingThatTheClientsRefuses) {
  HttpClient closed(log_, {gate_with({})});
  auto refused = send_by(closed, spelled("127.0.0.1"), gate_with({"127.0.0.0/8"}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kForbiddenAddress);
  EXPECT_EQ(server_.connections(), 0u);
}

TEST_F(HttpClientEgressTest, ANameThatMovesInwardsGainsNothing) {
  HttpClient gated(log_, {gate_with({"127.0.0.1"})});  // 127.0.0.2 is the inside
  address_of_changing_name = "127.0.0.1";
  ASSERT_TRUE(send_by(gated, spelled("changing.test")));
  address_of_changing_name = "127.0.0.2";
  // What is kept leads where it always led.
  ASSERT_TRUE(send_by(gated, spelled("changing.test")));
  EXPECT_EQ(server_.connections(), 1u);
  // libcurl remembers a lookup by name and port, so this asks anew.
  ScriptedHttpServer other([](const SeenRequest&) { return whole_reply(200, ""); });
  auto refused = send_by(gated, "http://changing.test:" + std::to_string(other.port()) + "/");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kForbiddenAddress) << refused.error().detail;
}

TEST_F(HttpClientEgressTest, ADiscardedBodyIsCutShortAndNotKept) {
  ScriptedHttpServer flood(
      [](const SeenRequest&) { return whole_reply(202, std::string(1 << 20, 'x'), "text/plain"); });
  ClientRequest request{.url = flood.url("/")};
  request.max_bytes = 4096;
  request.body_use = BodyUse::kDiscard;
  auto response = testing::run(loop_, client_.send(std::move(request), {}));
  ASSERT_TRUE(response) << response.error().detail;
  EXPECT_EQ(response->status, 202);
  EXPECT_TRUE(response->body.empty());
}

}  // namespace
}  // namespace walrus::net
