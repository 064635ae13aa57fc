// A client's side of a WebSocket, and a server with one, for the tests.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <string_view>
#include <vector>

#include "http/test_server.h"
#include "http/web_socket.h"
#include "http/web_socket_frame.h"

namespace walrus::http {

constexpr std::uint8_t kFinal = 0x80;
constexpr std::uint8_t kReserved = 0x40;

// A frame as a client sends it: masked.
inline std::string client_frame(Opcode opcode, std::string_view payload,
                                std::uint8_t flags = kFinal) {
  constexpr std::string_view kMask = "\x12\x34\x56\x78";
  std::string frame(FrameHead(opcode, payload.size()).bytes());
  frame[0] = static_cast<char>(flags | static_cast<std::uint8_t>(opcode));
  frame[1] = static_cast<char>(frame[1] | 0x80);
  frame += kMask;
  for (std::size_t i = 0; i < payload.size(); ++i) {
    frame += static_cast<char>(payload[i] ^ kMask[i % kMask.size()]);
  }
  return frame;
}

inline std::string client_text(std::string_view payload) {
  return client_frame(Opcode::kText, payload);
}

inline std::string close_payload(int code, std::string_view reason = {}) {
  std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
  return payload.append(reason);
}

struct ServerFrame {
  Opcode opcode = Opcode::kContinuation;
  std::string payload;
  int code = 0;  // of a close
};

inline ServerFrame read_frame(Client& client) {
  std::string head = client.read_exactly(2);
  if (head.size() < 2) return {};
  EXPECT_EQ(head[0] & 0xF0, 0x80) << "a server's frame is whole and has no reserved bits";
  std::size_t size = static_cast<unsigned char>(head[1]);
  std::string longer = client.read_exactly(size == 126 ? 2 : size == 127 ? 8 : 0);
  if (!longer.empty()) size = 0;
  for (unsigned char byte : longer) size = size << 8 | byte;
  ServerFrame frame{static_cast<Opcode>(head[0] & 0x0F), client.read_exactly(size)};
  if (frame.opcode == Opcode::kClose && size >= 2) {
    frame.code = static_cast<unsigned char>(frame.payload[0]) << 8 |
                 static_cast<unsigned char>(frame.payload[1]);
  }
  return frame;
}

inline std::string upgrade_request(std::string_view path = "/socket") {
  return get(path,
             "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
             "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
}

// What the handlers of a test open; touched on the loop alone, but for the counts.
struct OpenedSockets {
  std::vector<std::shared_ptr<WebSocket>> sockets;
  std::atomic<int> opened = 0;
  std::atomic<int> closed = 0;
};

inline Task<Response> open_socket(OpenedSockets* opened, Request) {
  co_return Response::upgrade([opened](std::shared_ptr<WebSocket> socket) {
    socket->on_closed([opened] { ++opened->closed; });
    socket->on_message([each = socket.get()](std::string text) {
      if (text == "close") return each->close(CloseCode::kNormal, "as asked");
      each->send_text("echo " + text);
    });
    opened->sockets.push_back(std::move(socket));
    ++opened->opened;
  });
}

class WebSocketTest : public ::testing::Test {
 protected:
  WebSocketTest() {
    server_.add("GET", "/socket", BodyKind::kNone,
                [this](Request request) { return open_socket(&opened_, std::move(request)); });
  }
  Client open(int receive_buffer = 0) {
    Client client(server_.server->port(), "127.0.0.1", receive_buffer);
    int before = opened_.opened;
    client.send(upgrade_request());
    head_ = client.read_reply(true);
    EXPECT_EQ(head_.status, 101);
    EXPECT_TRUE(eventually([&] { return opened_.opened == before + 1; }));
    return client;
  }
  // The text of the next frame, which must be one.
  std::string read_text(Client& client) {
    ServerFrame frame = read_frame(client);
    EXPECT_EQ(frame.opcode, Opcode::kText);
    return frame.payload;
  }
  // What a client that sends this is closed with.
  int code_after(std::string_view bytes) {
    Client client = open();
    client.send(bytes);
    ServerFrame frame = read_frame(client);
    EXPECT_EQ(frame.opcode, Opcode::kClose) << frame.payload;
    EXPECT_TRUE(client.ended());
    return frame.code;
  }
  void on_socket(std::function<void(WebSocket&)> work) {
    server_.on_loop([&] { work(*opened_.sockets.back()); });
  }
  bool closed(int count = 1) {
    return eventually([&] { return opened_.closed == count; });
  }
  bool connections(std::string_view count) {
    return eventually([&] { return server_.metric("walrus_http_connections") == count; });
  }

  OpenedSockets opened_;
  Reply head_;
  TestServer server_;
};

}  // namespace walrus::http
