// Invariant 8 where a reader catches up: it is read for as fast as it takes what it missed, what is
// kept for it meanwhile is bounded, and nothing is lost.
#include "api/operation_stream_for_test.h"

namespace walrus::api {
namespace {

using namespace std::chrono_literals;
using status::Kind;
using status::Step;

class SlowReaderTest : public OperationStreamTest {
 public:
  ~SlowReaderTest() override {
    if (stream) stream->close();
    settle();
  }

 protected:
  SlowReaderTest()
      : record(begin(Kind::kChat)),
        id(record.state.operation.id),
        tracker(here, event_log, hub, record.state, 0, log) {
    auto speak = [](status::Tracker& tracked) -> Task<void> {
      (void)co_await tracked.reach(Step::kGeneratingResponse);
    };
    work.start(speak(tracker));
    settle();
  }

  void say(int pieces, std::size_t size) {
    for (int i = 0; i < pieces; ++i) {
      tracker.chunk(std::to_string(i) + std::string(size, 'x'));
      if (i % 50 == 49) advance(300ms);  // so that the log has it
    }
    advance(300ms);
  }
  void end() {
    auto finish = [](status::Tracker& tracked) -> Task<void> {
      (void)co_await tracked.reach(Step::kStoringResponse);
      (void)co_await tracked.finish({});
    };
    work.start(finish(tracker));
    for (int i = 0; i < 20; ++i) advance(50ms);
    ASSERT_EQ(work.running(), 0u);
  }
  void read_from_the_beginning(int stands_still_after) {
    stream = std::make_shared<KeptStream>(there, got, 1'000'000);
    stream->stand_still_after(stands_still_after);
    follow_operation(hub, store, there, log, stored(id), Position{}, stream);
    settle();
  }
  void expect_all() {
    std::uint64_t last = stored(id).state.sequence;
    ASSERT_EQ(got.ids.size(), last);
    for (std::uint64_t i = 0; i < last; ++i) ASSERT_EQ(got.ids[i], i + 1);
    EXPECT_EQ(got.types.back(), "complete");
    EXPECT_TRUE(got.finished);
    EXPECT_FALSE(got.aborted);
  }

  store::OperationRecord record;
  const std::string id;
  status::Tracker tracker;
  TaskGroup work{here, [](std::exception_ptr) { FAIL(); }};
  Received got;
  std::shared_ptr<KeptStream> stream;
};

TEST_F(SlowReaderTest, SlowReadersOfTheLogAreWaitedFor) {
  say(1'200, 300);  // more than a topic keeps: the first come from the log
  read_from_the_beginning(10);
  EXPECT_EQ(got.ids.size(), 10u);
  stream->stand_still_after(5);
  stream->go_on();
  settle();
  EXPECT_EQ(got.ids.size(), 15u);
  stream->go_on();
  end();
  expect_all();
}

TEST_F(SlowReaderTest, SlowReadersOfTheTailAreWaitedFor) {
  say(20, 30'000);  // of a size that no queue takes
  read_from_the_beginning(2);
  EXPECT_EQ(got.ids.size(), 2u);
  stream->go_on();
  end();
  expect_all();
}

TEST_F(SlowReaderTest, SlowReadersHaveLittleKeptForThemAndMissNothing) {
  say(3, 10);
  read_from_the_beginning(2);
  struct Ear final : live::Listener {
    void on_events(std::span<const live::SharedEvent> events, const live::Frame&) override {
      if (!std::exchange(heard, true)) first = events.front();
    }
    void on_closed() override {}
    bool heard = false;
    std::weak_ptr<const live::LiveEvent> first;
  };
  auto ear = std::make_shared<Ear>();
  auto attach = [](live::Hub& from, std::string operation,
                   std::shared_ptr<Ear> listener) -> Task<void> {
    (void)co_await from.attach(std::move(operation), std::move(listener));
  };
  work.start(attach(hub, id, ear));
  settle();
  say(1'500, 1'000);
  // Neither the topic nor the reader that stands still holds it any more.
  EXPECT_TRUE(ear->first.expired());
  EXPECT_EQ(got.ids.size(), 2u);
  stream->go_on();
  settle();
  hub.detach(here, id, ear.get());
  end();
  expect_all();
}

TEST_F(SlowReaderTest, SlowReadersOfWhatEndsMeanwhileHearTheEnd) {
  say(30, 10);
  read_from_the_beginning(3);
  say(600, 1'000);
  end();
  EXPECT_EQ(got.ids.size(), 3u);
  stream->go_on();
  settle();
  expect_all();
}

TEST_F(SlowReaderTest, OneThatLeavesWhileItStandsStillIsLetGo) {
  say(50, 10);
  read_from_the_beginning(3);
  std::weak_ptr<KeptStream> kept = stream;
  std::exchange(stream, nullptr)->close();
  settle();
  EXPECT_TRUE(kept.expired());
  end();
}

}  // namespace
}  // namespace walrus::api
