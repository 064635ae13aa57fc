#include "http/web_socket.h"

#include <gmock/gmock.h>

#include <future>

#include "http/web_socket_for_test.h"
#include "http/web_socket_handshake.h"

namespace walrus::http {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using namespace std::chrono_literals;

TEST_F(WebSocketTest, ShakesHands) {
  server_.start();
  Client client = open();
  EXPECT_THAT(head_.head, StartsWith("HTTP/1.1 101 Switching Protocols\r\n"));
  EXPECT_EQ(head_.field("Upgrade"), "websocket");
  EXPECT_EQ(head_.field("Connection"), "Upgrade");
  EXPECT_EQ(head_.field("Sec-WebSocket-Accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");  // RFC 6455, 1.3
  EXPECT_EQ(head_.field("Sec-WebSocket-Extensions"), "");
  EXPECT_EQ(head_.field("Content-Length"), "");
  EXPECT_EQ(head_.field("Transfer-Encoding"), "");
  EXPECT_EQ(server_.metric("walrus_web_sockets"), "1");
  client.close();
  EXPECT_TRUE(closed());
  EXPECT_EQ(server_.metric("walrus_web_sockets"), "0");
  EXPECT_TRUE(connections("0"));
}

TEST_F(WebSocketTest, RefusesWhatIsNoHandshake) {
  server_.start();
  std::string good = upgrade_request();
  auto changed = [&](std::string_view from, std::string_view to) {
    std::string request = good;
    request.replace(request.find(from), from.size(), to);
    Client client = server_.connect();
    return client.ask(request);
  };
  for (auto [from, to] : {std::pair{"Upgrade: websocket", "Upgrade: h2c"},
                          {"Upgrade: websocket\r\n", ""},
                          {"keep-alive, Upgrade", "keep-alive"},
                          {"Version: 13", "Version: 8"},
                          {"Sec-WebSocket-Version: 13\r\n", ""},
                          {"HTTP/1.1", "HTTP/1.0"}}) {
    Reply reply = changed(from, to);
    EXPECT_THAT(reply.body, StartsWith("bad_request 426")) << from;
    EXPECT_EQ(reply.field("Upgrade"), "websocket") << from;
    EXPECT_EQ(reply.field("Sec-WebSocket-Version"), "13") << from;
  }
  for (auto [from, to] : {std::pair{"dGhlIHNhbXBsZSBub25jZQ==", "short"},
                          {"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", ""}}) {
    EXPECT_THAT(changed(from, to).body, StartsWith("bad_request 400")) << from;
  }
  EXPECT_EQ(changed("GET", "POST").status, 405);
  EXPECT_EQ(changed("Upgrade: websocket", "Upgrade: h2c, WebSocket").status, 101);
  Client client = server_.connect();
  EXPECT_EQ(client.ask(get("/socket")).status, 426);
  EXPECT_EQ(client.ask(get("/nowhere")).status, 404);  // the connection goes on
  client.send("HEAD" + good.substr(3));
  EXPECT_EQ(client.read_reply(true).status, 400);
  EXPECT_EQ(opened_.opened, 1);
}

TEST_F(WebSocketTest, AsksTheGateFirst) {
  server_.hooks.gate = [](const Request& request) {
    return asks_for_web_socket(request) ? std::optional(Response::text(403, "no")) : std::nullopt;
  };
  server_.start();
  Client client = server_.connect();
  EXPECT_EQ(client.ask(upgrade_request()).status, 403);
  EXPECT_EQ(opened_.opened, 0);
}

TEST_F(WebSocketTest, SendsAndReceivesText) {
  server_.start();
  Client client = open();
  client.send(client_text("one") + client_text("two"));
  EXPECT_EQ(read_text(client), "echo one");
  EXPECT_EQ(read_text(client), "echo two");
  for (std::size_t size : {125, 126, 60'000, 65'536}) {
    std::string text(size, 'x');
    client.send(client_text(text));
    EXPECT_EQ(read_text(client), "echo " + text);
  }
  EXPECT_EQ(server_.metric("walrus_web_socket_messages_total"), "6");
}

TEST_F(WebSocketTest, FramesMayComeRightBehindTheRequest) {
  server_.start();
  Client client = server_.connect();
  client.send(upgrade_request() + client_text("eager"));
  EXPECT_EQ(client.read_reply(true).status, 101);
  EXPECT_EQ(read_text(client), "echo eager");
}

TEST_F(WebSocketTest, SharesTextWithoutCopies) {
  server_.start();
  Client first = open();
  Client second = open();
  auto owner = std::make_shared<const std::string>("shared text");
  std::vector<SharedText> messages(100, SharedText{owner, std::string_view(*owner).substr(0, 6)});
  server_.on_loop([&] {
    for (auto& socket : opened_.sockets) EXPECT_TRUE(socket->send(messages));
  });
  for (Client* client : {&first, &second}) {
    for (int i = 0; i < 100; ++i) EXPECT_EQ(read_text(*client), "shared");
  }
}

TEST_F(WebSocketTest, AnswersPings) {
  server_.start();
  Client client = open();
  client.send(client_frame(Opcode::kPing, "are you there") +
              client_frame(Opcode::kPong, "unasked"));
  ServerFrame pong = read_frame(client);
  EXPECT_EQ(pong.opcode, Opcode::kPong);
  EXPECT_EQ(pong.payload, "are you there");
}

TEST_F(WebSocketTest, AnswersTheClientsClose) {
  server_.start();
  Client client = open();
  client.send(client_frame(Opcode::kClose, close_payload(1001, "leaving")));
  ServerFrame answer = read_frame(client);
  EXPECT_EQ(answer.opcode, Opcode::kClose);
  EXPECT_EQ(answer.code, 1001);
  EXPECT_TRUE(client.ended());
  EXPECT_TRUE(closed());
  client.close();
  EXPECT_TRUE(connections("0"));
  Client other = open();
  other.send(client_frame(Opcode::kClose, ""));
  EXPECT_EQ(read_frame(other).payload, "");
  EXPECT_TRUE(other.ended());
}

TEST_F(WebSocketTest, ClosesFromItsOwnSide) {
  server_.start();
  Client client = open();
  client.send(client_text("close") + client_text("too late"));
  ServerFrame frame = read_frame(client);
  EXPECT_EQ(frame.code, 1000);
  EXPECT_THAT(frame.payload, HasSubstr("as asked"));
  EXPECT_TRUE(closed());
  on_socket([](WebSocket& socket) {
    EXPECT_FALSE(socket.send_text("x"));
    socket.close(CloseCode::kNormal, "again");
  });
  client.send(client_frame(Opcode::kClose, close_payload(1000)));
  EXPECT_TRUE(client.ended());
  client.close();
  EXPECT_TRUE(connections("0"));
}

TEST_F(WebSocketTest, OnClosedComesAlsoWhenItIsAskedForLate) {
  server_.start();
  open().close();
  EXPECT_TRUE(closed());
  on_socket([&](WebSocket& socket) { socket.on_closed([&] { ++opened_.closed; }); });
  EXPECT_TRUE(closed(2));
}

TEST_F(WebSocketTest, DrainSaysThatTheServerGoes) {
  server_.start();
  Client client = open();
  std::promise<void> done;
  server_.server->drain(1min, [&] { done.set_value(); });
  EXPECT_EQ(read_frame(client).code, 1001);
  client.send(client_frame(Opcode::kClose, close_payload(1001)));
  EXPECT_TRUE(client.ended());
  client.close();
  EXPECT_EQ(done.get_future().wait_for(5s), std::future_status::ready);
  EXPECT_TRUE(closed());
}

TEST_F(WebSocketTest, SocketsMayOutliveTheServer) {
  server_.start();
  Client client = open();
  server_.stop();
  EXPECT_EQ(read_frame(client).code, 1001);
  EXPECT_FALSE(opened_.sockets.back()->send_text("x"));
  opened_.sockets.back()->close(CloseCode::kNormal, "");
  EXPECT_TRUE(closed());
}

}  // namespace
}  // namespace walrus::http
