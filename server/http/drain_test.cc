#include <gmock/gmock.h>

#include <future>
#include <random>
#include <thread>

#include "http/server_fixture.h"

namespace walrus::http {
namespace {

class DrainTest : public ServerTest {
 protected:
  std::future<void> drain(std::chrono::milliseconds limit) {
    auto done = std::make_shared<std::promise<void>>();
    server_.server->drain(limit, [done] { done->set_value(); });
    return done->get_future();
  }
};

TEST_F(DrainTest, LetsRequestsEndAndClosesIdleConnections) {
  server_.start();
  Client idle = server_.connect();
  EXPECT_EQ(idle.ask(get("/")).status, 200);
  Client busy = server_.connect();
  busy.send(get("/hold"));
  ASSERT_TRUE(eventually([&] { return held_.started == 1; }));
  std::future<void> done = drain(1min);
  EXPECT_TRUE(idle.ended());
  EXPECT_EQ(done.wait_for(0s), std::future_status::timeout);
  let_go();
  Reply reply = busy.read_reply();
  EXPECT_EQ(reply.body, "let go");
  EXPECT_EQ(reply.field("Connection"), "close");
  EXPECT_TRUE(busy.ended());
  EXPECT_EQ(done.wait_for(5s), std::future_status::ready);
}

TEST_F(DrainTest, CutsWhatIsLeftWhenTheTimeIsUp) {
  server_.start();
  Client busy = server_.connect();
  busy.send(get("/hold"));
  ASSERT_TRUE(eventually([&] { return held_.started == 1; }));
  std::future<void> done = drain(20ms);
  EXPECT_EQ(done.wait_for(5s), std::future_status::ready);
  EXPECT_TRUE(busy.ended());
  let_go();
}

TEST_F(DrainTest, TellsAHandlerThatTheServerIsToEnd) {
  server_.start();
  Client busy = server_.connect();
  busy.send(get("/hold"));
  ASSERT_TRUE(eventually([&] { return held_.started == 1; }));
  EXPECT_FALSE(held_.gone.stop_requested());
  std::future<void> done = drain(1min);
  EXPECT_TRUE(eventually([&] { return held_.gone.stop_requested(); }));
  let_go();
  EXPECT_EQ(busy.read_reply().body, "let go");
}

TEST_F(DrainTest, TellsAHandlerThatBeginsDuringIt) {
  server_.add("POST", "/hold", BodyKind::kJson,
              [this](Request request) { return hold(&held_, std::move(request)); });
  server_.start();
  Client busy = server_.connect();
  std::string request = post("/hold", "application/json", "{}", "Expect: 100-continue\r\n");
  std::size_t head = request.size() - 2;
  busy.send(std::string_view(request).substr(0, head));
  busy.read_until("100 Continue\r\n\r\n");
  std::future<void> done = drain(1min);
  server_.on_loop([] {});  // behind the drain
  busy.send(std::string_view(request).substr(head));
  ASSERT_TRUE(eventually([&] { return held_.started == 1; }));
  EXPECT_TRUE(held_.gone.stop_requested());
  let_go();
  EXPECT_EQ(busy.read_reply().body, "let go");
}

TEST_F(DrainTest, TellsAHandlerThatItsPeerHasGone) {
  server_.limits.heartbeat = 40ms;  // and with it how often the server looks
  server_.start();
  Client busy = server_.connect();
  busy.send(get("/hold"));
  ASSERT_TRUE(eventually([&] { return held_.started == 1; }));
  EXPECT_FALSE(held_.gone.stop_requested());
  busy.close();
  EXPECT_TRUE(eventually([&] { return held_.gone.stop_requested(); }));
  let_go();
  EXPECT_TRUE(eventually([&] { return held_.ended == 1; }));
}

TEST_F(DrainTest, WithoutConnectionsIsDoneAtOnce) {
  server_.start();
  EXPECT_EQ(drain(1min).wait_for(5s), std::future_status::ready);
}

TEST(ServerOnTwoLoops, AnswersManyClientsAtOnce) {
  TestServer server(2);
  server.add("GET", "/names/{name}", BodyKind::kNone, name);
  server.add("GET", "/sleepy", BodyKind::kNone, sleepy);
  server.add("POST", "/echo", BodyKind::kJson, echo);
  server.start();
  unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  for (unsigned t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      std::mt19937 random(seed + t);
      for (int connection = 0; connection < 20; ++connection) {
        Client client = server.connect();
        for (int i = 0; i < 10; ++i) {
          std::string text = std::to_string(random());
          switch (random() % 3) {
            case 0:
              right += client.ask(get("/names/" + text)).body == text;
              break;
            case 1:
              right += client.ask(get("/sleepy")).body == "woke up";
              break;
            default:
              right += client.ask(post("/echo", "application/json", text)).body ==
                       "POST /echo? 127.0.0.1 " + text;
          }
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 800);
}

}  // namespace
}  // namespace walrus::http
