// What a WebSocket does when a limit is passed, its peer is slow or gone, or means harm.
#include <gtest/gtest.h>

#include <future>

#include "http/web_socket_for_test.h"

namespace walrus::http {
namespace {

using namespace std::chrono_literals;

class WebSocketLimitsTest : public WebSocketTest {
 protected:
  // Sends until the socket takes no more: how many it took.
  int fill(const std::string& text) {
    int taken = 0;
    on_socket([&](WebSocket& socket) {
      auto owner = std::make_shared<const std::string>(text);
      SharedText shared{owner, *owner};
      while (taken < 100'000 && socket.send({&shared, 1})) ++taken;
    });
    return taken;
  }
};

TEST_F(WebSocketLimitsTest, ViolationsAreClosedWithTheirCode) {
  server_.start();
  EXPECT_EQ(code_after("\x81\x02hi"), 1002);
  EXPECT_EQ(code_after(client_frame(Opcode::kBinary, "x")), 1003);
  EXPECT_EQ(code_after(client_text("\xFF")), 1007);
  EXPECT_EQ(code_after(client_text(std::string(65'537, 'x'))), 1009);
  EXPECT_EQ(server_.metric("walrus_web_socket_refusals_total"), "4");
  EXPECT_TRUE(closed(4));
  EXPECT_TRUE(connections("0"));
}

TEST_F(WebSocketLimitsTest, AHugeMessageStillGetsItsAnswer) {
  server_.start();
  // The client writes all of it before it reads, as simple ones do.
  EXPECT_EQ(code_after(client_text(std::string(5'000'000, 'x'))), 1009);
}

TEST_F(WebSocketLimitsTest, AFloodOfFramesIsClosed) {
  server_.limits.web_socket_burst = 50;
  server_.start();
  std::string flood;
  for (int i = 0; i < 200; ++i) flood += client_frame(Opcode::kPong, "");
  EXPECT_EQ(code_after(flood), 1008);
  flood = client_frame(Opcode::kText, "", 0);
  for (int i = 0; i < 200; ++i) flood += client_frame(Opcode::kContinuation, "", 0);
  EXPECT_EQ(code_after(flood), 1008);
}

TEST_F(WebSocketLimitsTest, ASilentPeerIsPingedAndStays) {
  server_.limits.heartbeat = 40ms;
  server_.start();
  Client client = open();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(read_frame(client).opcode, Opcode::kPing);
    client.send(client_frame(Opcode::kPong, ""));
  }
  EXPECT_EQ(opened_.closed, 0);
}

TEST_F(WebSocketLimitsTest, APeerThatAnswersNoPingIsCut) {
  server_.limits.heartbeat = 40ms;
  server_.limits.pong_timeout = 40ms;
  server_.start();
  Client client = open();
  EXPECT_EQ(read_frame(client).opcode, Opcode::kPing);
  EXPECT_TRUE(client.ended());  // and no second ping
  EXPECT_TRUE(closed());
  EXPECT_TRUE(connections("0"));
}

TEST_F(WebSocketLimitsTest, ASlowReaderIsTurnedAwayAndHarmsNobody) {
  server_.limits.stream_queue_bytes = 100'000;
  server_.start();
  Client slow = open(4096);
  EXPECT_LT(fill(std::string(10'000, 'x')), 100'000);
  EXPECT_TRUE(closed());
  EXPECT_EQ(server_.metric("walrus_web_socket_slow_readers_total"), "1");
  ServerFrame frame = read_frame(slow);
  while (frame.opcode == Opcode::kText && frame.payload.size() == 10'000) frame = read_frame(slow);
  EXPECT_EQ(frame.code, 1013);
  Client other = open();
  other.send(client_text("hi"));
  EXPECT_EQ(read_text(other), "echo hi");
}

TEST_F(WebSocketLimitsTest, WhatIsQueuedArrivesWholeAndInOrder) {
  server_.limits.stream_queue_bytes = 100'000'000;
  server_.start();
  Client client = open(4096);
  constexpr int kCount = 2000;
  on_socket([&](WebSocket& socket) {
    for (int i = 0; i < kCount; ++i) {
      auto owner = std::make_shared<const std::string>(std::to_string(i) + std::string(i * 7, 'x'));
      SharedText shared{owner, *owner};
      EXPECT_TRUE(socket.send(std::vector<SharedText>(2, shared)));
    }
    socket.close(CloseCode::kNormal, "");
  });
  for (int i = 0; i < 2 * kCount; ++i) {
    std::string text = read_text(client);
    ASSERT_EQ(text, std::to_string(i / 2) + std::string(i / 2 * 7, 'x'));
  }
  EXPECT_EQ(read_frame(client).code, 1000);
}

TEST_F(WebSocketLimitsTest, AReaderThatStopsIsCut) {
  server_.limits.write_timeout = 50ms;
  server_.limits.stream_queue_bytes = 100'000'000;
  server_.start();
  Client client = open(4096);
  on_socket([](WebSocket& socket) { socket.send_text(std::string(20'000'000, 'x')); });
  EXPECT_TRUE(closed());
  EXPECT_TRUE(connections("0"));
}

TEST_F(WebSocketLimitsTest, ACloseHandshakeHasADeadline) {
  server_.limits.close_timeout = 50ms;
  server_.start();
  Client client = open();
  client.send(client_text("close"));
  EXPECT_EQ(read_frame(client).code, 1000);
  EXPECT_TRUE(client.ended());
  EXPECT_TRUE(connections("0"));
}

TEST_F(WebSocketLimitsTest, WebSocketsCountAsConnections) {
  server_.limits.connections_per_address = 1;
  server_.start();
  Client client = open();
  EXPECT_EQ(server_.connect().read_reply().status, 503);
}

}  // namespace
}  // namespace walrus::http
