#include "http/event_stream.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "http/test_server.h"

namespace walrus::http {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

using Stream = std::shared_ptr<EventStream>;

std::shared_ptr<const std::string> frame(std::string_view payload) {
  return std::make_shared<const std::string>(
      fmt::format("{:x}\r\n{}\r\n", payload.size(), payload));
}

// What the handlers of a test open; touched on the loop alone, but for the counts.
struct Opened {
  std::vector<Stream> streams;
  std::atomic<int> opened = 0;
  std::atomic<int> closed = 0;
};

Task<Response> open_stream(Opened* opened, Request) {
  Response response = Response::event_stream([opened](Stream stream) {
    stream->on_closed([opened] { ++opened->closed; });
    opened->streams.push_back(std::move(stream));
    ++opened->opened;
  });
  response.headers.set("Cache-Control", "no-store");
  co_return response;
}

class EventStreamTest : public ::testing::Test {
 protected:
  EventStreamTest() {
    server_.add("GET", "/events", BodyKind::kNone,
                [this](Request request) { return open_stream(&opened_, std::move(request)); });
  }
  Client open(int receive_buffer = 0, std::string_view version = "1.1") {
    Client client(server_.server->port(), "127.0.0.1", receive_buffer);
    int before = opened_.opened;
    client.send(fmt::format("GET /events HTTP/{}\r\nHost: h\r\n\r\n", version));
    head_ = client.read_reply(true);
    EXPECT_TRUE(eventually([&] { return opened_.opened == before + 1; }));
    return client;
  }
  bool send(std::string_view payload) {
    bool sent = false;
    server_.on_loop([&] { sent = opened_.streams.back()->send(frame(payload)); });
    return sent;
  }
  void finish() {
    server_.on_loop([&] { opened_.streams.back()->finish(); });
  }
  bool closed(int count = 1) {
    return eventually([&] { return opened_.closed == count; });
  }
  // Sends until the stream takes no more: how many it took.
  int fill(const std::string& payload) {
    int taken = 0;
    server_.on_loop([&] {
      auto shared = frame(payload);
      while (taken < 100'000 && opened_.streams.back()->send(shared)) ++taken;
    });
    return taken;
  }

  Opened opened_;
  Reply head_;
  TestServer server_;
};

TEST_F(EventStreamTest, SendsFramesAndTheEnd) {
  server_.start();
  Client client = open();
  EXPECT_EQ(head_.status, 200);
  EXPECT_EQ(head_.field("Content-Type"), "text/event-stream");
  EXPECT_EQ(head_.field("Transfer-Encoding"), "chunked");
  EXPECT_EQ(head_.field("Content-Length"), "");
  EXPECT_EQ(head_.field("Cache-Control"), "no-store");
  EXPECT_EQ(head_.field("Connection"), "");
  EXPECT_EQ(server_.metric("walrus_event_streams"), "1");
  EXPECT_TRUE(send("data: 1\n\n"));
  EXPECT_EQ(client.read_until("\n\n\r\n"), "9\r\ndata: 1\n\n\r\n");
  EXPECT_TRUE(send("data: 2\n\n"));
  finish();
  EXPECT_EQ(client.read_until("0\r\n\r\n"), "9\r\ndata: 2\n\n\r\n0\r\n\r\n");
  EXPECT_TRUE(closed());
  EXPECT_FALSE(send("data: 3\n\n"));
  EXPECT_EQ(server_.metric("walrus_event_streams"), "0");
  client.close();
  EXPECT_TRUE(eventually([&] { return server_.metric("walrus_http_connections") == "0"; }));
}

TEST_F(EventStreamTest, FinishMayComeFromTheStarter) {
  server_.add("GET", "/short", BodyKind::kNone, [](Request) -> Task<Response> {
    co_return Response::event_stream([](Stream stream) {
      stream->send(frame("data: only\n\n"));
      stream->finish();
    });
  });
  server_.start();
  Client client = server_.connect();
  EXPECT_EQ(client.ask(get("/short")).body, "data: only\n\n");
  EXPECT_EQ(client.ask(get("/short")).body, "data: only\n\n");
}

TEST_F(EventStreamTest, TheConnectionGoesOnAfterTheStream) {
  server_.start();
  Client client = open();
  finish();
  EXPECT_EQ(client.read_until("0\r\n\r\n"), "0\r\n\r\n");
  EXPECT_TRUE(closed());
  EXPECT_EQ(server_.metric("walrus_event_streams"), "0");
  EXPECT_EQ(server_.metric("walrus_http_connections"), "1");
  // Longer than what the stream reads at once, and in two pieces.
  std::string request = get("/nowhere", "X-Padding: " + std::string(500, 'p') + "\r\n");
  client.send(request.substr(0, 100));
  client.send(request.substr(100));
  EXPECT_EQ(client.read_reply().status, 404);
  client.send(get("/events"));
  EXPECT_EQ(client.read_reply(true).status, 200);
  EXPECT_TRUE(eventually([&] { return opened_.opened == 2; }));
  EXPECT_EQ(server_.metric("walrus_http_connections"), "1");
  client.close();
  EXPECT_TRUE(closed(2));
  EXPECT_TRUE(eventually([&] { return server_.metric("walrus_http_connections") == "0"; }));
}

TEST_F(EventStreamTest, TheLastFrameAndTheEndMayComeTogether) {
  server_.start();
  Client client = open();
  server_.on_loop([&] { opened_.streams.back()->finish(frame("data: last\n\n")); });
  EXPECT_EQ(client.read_until("0\r\n\r\n"), "c\r\ndata: last\n\n\r\n0\r\n\r\n");
  EXPECT_EQ(client.ask(get("/nowhere")).status, 404);
  EXPECT_FALSE(send("data: 3\n\n"));
}

TEST_F(EventStreamTest, TheLastFrameWaitsBehindTheQueue) {
  server_.limits.stream_queue_bytes = 100'000'000;
  server_.start();
  Client client = open(4096);
  std::string large(10'000'000, 'p');
  EXPECT_TRUE(send(large));
  server_.on_loop([&] { opened_.streams.back()->finish(frame("data: last\n\n")); });
  EXPECT_EQ(without_chunk_framing(client.read_until("0\r\n\r\n")), large + "data: last\n\n");
}

TEST_F(EventStreamTest, ALastFrameThatIsNotTakenWholeIsQueued) {
  server_.start();
  Client client = open(4096);
  std::string large(10'000'000, 'p');
  server_.on_loop([&] { opened_.streams.back()->finish(frame(large)); });
  EXPECT_EQ(without_chunk_framing(client.read_until("\r\n0\r\n\r\n")), large);
  EXPECT_EQ(client.ask(get("/nowhere")).status, 404);
}

TEST_F(EventStreamTest, FramesOfTheResponseComeWithItsHead) {
  server_.add("GET", "/greeted", BodyKind::kNone, [](Request) -> Task<Response> {
    Response response = Response::event_stream([](Stream stream) { stream->finish(); });
    response.body = *frame("retry: 1000\n\n");
    co_return response;
  });
  server_.start();
  Client client = server_.connect();
  EXPECT_EQ(client.ask(get("/greeted")).body, "retry: 1000\n\n");
  Client old = server_.connect();
  old.send("GET /greeted HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(old.read_to_end().ends_with("\r\n\r\nretry: 1000\n\n"));
}

TEST_F(EventStreamTest, WhoAsksOnBeforeTheEndIsClosed) {
  server_.start();
  Client client = server_.connect();
  client.send(get("/events") + get("/nowhere"));
  EXPECT_EQ(client.read_reply(true).field("Connection"), "close");
  EXPECT_TRUE(eventually([&] { return opened_.opened == 1; }));
  finish();
  EXPECT_EQ(client.read_to_end(), "0\r\n\r\n");
}

TEST_F(EventStreamTest, BytesInTheMiddleOfAStreamEndItsConnection) {
  server_.start();
  Client client = open();
  client.send("a little");
  EXPECT_TRUE(send("data: 1\n\n"));
  client.read_until("data: 1\n\n\r\n");
  // The loop has read them once it has answered another connection's request, sent after them.
  EXPECT_EQ(server_.connect().ask(get("/nowhere")).status, 404);
  finish();
  EXPECT_EQ(client.read_to_end(), "0\r\n\r\n");
}

TEST_F(EventStreamTest, AnIdleConnectionAfterAStreamIsClosed) {
  server_.limits.idle_timeout = 50ms;
  server_.start();
  Client client = open();
  finish();
  EXPECT_EQ(client.read_to_end(), "0\r\n\r\n");
}

TEST_F(EventStreamTest, DrainClosesAConnectionThatWaitsAfterAStream) {
  server_.start();
  Client client = open();
  finish();
  client.read_until("0\r\n\r\n");
  std::promise<void> done;
  server_.server->drain(1min, [&] { done.set_value(); });
  EXPECT_TRUE(client.ended());
  EXPECT_EQ(done.get_future().wait_for(5s), std::future_status::ready);
}

TEST_F(EventStreamTest, SeesThatThePeerIsGone) {
  server_.start();
  open().close();
  EXPECT_TRUE(closed());
  EXPECT_FALSE(send("data: 1\n\n"));
  EXPECT_EQ(server_.metric("walrus_http_connections"), "0");
}

TEST_F(EventStreamTest, AbortCuts) {
  server_.start();
  Client client = open();
  server_.on_loop([&] { opened_.streams.back()->abort(); });
  EXPECT_TRUE(client.ended());
  EXPECT_TRUE(closed());
}

TEST_F(EventStreamTest, OnClosedComesAlsoWhenItIsAskedForLate) {
  server_.start();
  Client client = open();
  server_.on_loop([&] { opened_.streams.back()->abort(); });
  EXPECT_TRUE(closed());
  server_.on_loop([&] { opened_.streams.back()->on_closed([&] { ++opened_.closed; }); });
  EXPECT_TRUE(closed(2));
}

TEST_F(EventStreamTest, SlowReadersHaveABoundedQueueAndNothingTakenIsLost) {
  server_.limits.stream_queue_bytes = 100'000;
  server_.start();
  Client client = open(4096);
  std::string payload(1000, 'p');
  int taken = fill(payload);
  EXPECT_LT(taken, 100'000);
  EXPECT_NE(server_.metric("walrus_event_stream_queue_drops_total"), "0");
  finish();
  std::string wire = client.read_until("\r\n0\r\n\r\n");
  EXPECT_EQ(without_chunk_framing(wire), [&] {
    std::string all;
    for (int i = 0; i < taken; ++i) all += payload;
    return all;
  }());
  EXPECT_TRUE(closed());
}

TEST_F(EventStreamTest, AQueueThatWasEmptiedTakesMore) {
  server_.limits.stream_queue_bytes = 100'000;
  server_.start();
  Client client = open(4096);
  int taken = fill(std::string(1000, 'p'));
  for (std::size_t read = 0; read < static_cast<std::size_t>(taken) * 1000;) {
    read += client.read_some().size();
  }
  EXPECT_TRUE(eventually([&] { return send("data: again\n\n"); }));
  client.read_until("data: again\n\n");
}

TEST_F(EventStreamTest, SaysWhenItIsDrained) {
  server_.start();
  Client client = open(4096);
  std::atomic<int> drained = 0;
  auto ask = [&] {
    server_.on_loop([&] { opened_.streams.back()->when_drained([&] { ++drained; }); });
  };
  ask();  // nothing is queued
  EXPECT_TRUE(eventually([&] { return drained == 1; }));
  std::string large(10'000'000, 'p');
  EXPECT_TRUE(send(large));
  std::size_t queued = 0;
  server_.on_loop([&] { queued = opened_.streams.back()->queued(); });
  EXPECT_GT(queued, 0u);
  EXPECT_LE(queued, large.size() + 100);
  ask();
  EXPECT_EQ(drained, 1);
  for (std::size_t read = 0; read < large.size();) read += client.read_some().size();
  EXPECT_TRUE(eventually([&] { return drained == 2; }));
  EXPECT_TRUE(send(large));
  ask();
  client.close();  // the end is an answer, too
  EXPECT_TRUE(eventually([&] { return drained == 3; }));
}

TEST_F(EventStreamTest, AReaderThatStopsIsCut) {
  server_.limits.write_timeout = 50ms;
  server_.start();
  Client client = open(4096);
  fill(std::string(10'000, 'p'));
  EXPECT_TRUE(closed());
}

TEST_F(EventStreamTest, ASilentStreamGetsHeartbeats) {
  server_.limits.heartbeat = 80ms;
  server_.start();
  auto begun = std::chrono::steady_clock::now();
  Client client = open();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(client.read_until("\n\n\r\n"), "d\r\n: heartbeat\n\n\r\n");
  }
  // Three silences, each at most two ticks short: however late this thread is, it was not sooner.
  EXPECT_GT(std::chrono::steady_clock::now() - begun, 60ms);
}

TEST_F(EventStreamTest, ATalkativeClientIsCut) {
  server_.start();
  Client client = open();
  client.send("a little");
  EXPECT_TRUE(send("data: 1\n\n"));
  client.read_until("data: 1\n\n\r\n");
  client.send(std::string(10'000, 'x'));
  EXPECT_TRUE(closed());
}

TEST_F(EventStreamTest, AnOldClientGetsTheStreamWithoutChunks) {
  server_.start();
  Client client = open(0, "1.0");
  EXPECT_EQ(head_.field("Transfer-Encoding"), "");
  EXPECT_TRUE(send("data: 1\n\n"));
  server_.on_loop([&] {
    opened_.streams.back()->send(
        std::make_shared<const std::string>(*frame("data: 2\n\n") + *frame("data: 3\n\n")));
  });
  finish();
  EXPECT_EQ(client.read_to_end(), "data: 1\n\ndata: 2\n\ndata: 3\n\n");
  EXPECT_TRUE(closed());
}

TEST_F(EventStreamTest, HeadOfAStreamStartsNone) {
  server_.start();
  Client client = server_.connect();
  client.send("HEAD /events HTTP/1.1\r\nHost: h\r\n\r\n" + get("/nowhere"));
  EXPECT_EQ(client.read_reply(true).field("Content-Type"), "text/event-stream");
  EXPECT_EQ(client.read_reply().status, 404);
  EXPECT_EQ(opened_.opened, 0);
}

TEST_F(EventStreamTest, DrainFinishesStreams) {
  server_.start();
  Client client = open();
  std::promise<void> done;
  server_.server->drain(1min, [&] { done.set_value(); });
  EXPECT_EQ(client.read_to_end(), "0\r\n\r\n");
  client.close();
  EXPECT_EQ(done.get_future().wait_for(5s), std::future_status::ready);
  EXPECT_TRUE(closed());
}

TEST_F(EventStreamTest, StreamsMayOutliveTheServer) {
  server_.start();
  Client client = open();
  server_.stop();
  EXPECT_EQ(client.read_to_end(), "0\r\n\r\n");
  EXPECT_FALSE(opened_.streams.back()->send(frame("data: 1\n\n")));
  opened_.streams.back()->finish();
  opened_.streams.back()->abort();
  EXPECT_TRUE(closed());
}

TEST(ChunkFraming, IsTakenOff) {
  EXPECT_EQ(without_chunk_framing("3\r\nabc\r\nA\r\n0123456789\r\n"), "abc0123456789");
  EXPECT_EQ(without_chunk_framing("0\r\n\r\n"), "");
  EXPECT_EQ(without_chunk_framing(""), "");
}

}  // namespace
}  // namespace walrus::http
