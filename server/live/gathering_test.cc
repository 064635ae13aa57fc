// What comes soon after one another goes out together, and nothing waits that need not.
#include "live/hub_for_test.h"

namespace walrus::live {
namespace {

using namespace std::chrono_literals;

class GatheringTest : public HubTest {
 protected:
  GatheringTest() : HubTest(Gathering{}), publisher(hub, id, Kind::kChat) {
    for (Reader* reader : {&near, &far}) attach(*reader);
    settle();
  }
  void advance(Duration time) {
    home.advance(time);
    settle();
  }
  static std::vector<std::string> pieces(const Reader& reader) { return reader.ear->frames; }
  using Pieces = std::vector<std::string>;

  Publisher publisher;
  Reader near{&home};
  Reader far{&away};
};

TEST_F(GatheringTest, WhatComesAfterAPauseIsHeardAtOnce) {
  for (int i = 1; i <= 3; ++i) {
    publisher.chunk("a");
    settle();
    EXPECT_EQ(pieces(near).size(), static_cast<std::size_t>(i));
    EXPECT_EQ(pieces(far).size(), static_cast<std::size_t>(i));
    advance(10ms);
  }
}

TEST_F(GatheringTest, WhatFollowsSoonIsHeardTogetherEachEventStillItsOwn) {
  publisher.chunk("a");
  advance(2ms);
  publisher.chunk("b");
  advance(2ms);
  publisher.chunk("c");
  advance(5ms);
  EXPECT_EQ(pieces(near), (Pieces{"1=1a"}));
  advance(1ms);
  EXPECT_EQ(pieces(near), (Pieces{"1=1a", "2=2b3=3c"}));
  EXPECT_EQ(pieces(far), pieces(near));
  EXPECT_EQ(far.ear->heard.size(), 3u);
}

TEST_F(GatheringTest, ABusyTopicGathersLonger) {
  publisher.chunk("a");
  for (int i = 0; i < 200; ++i) {  // one every 5 ms for a second
    advance(5ms);
    publisher.chunk("a");
  }
  EXPECT_LE(pieces(near).size(), 53u);
  advance(30ms);
  EXPECT_EQ(near.ear->heard.size(), 201u);
  publisher.chunk("after a pause");
  EXPECT_EQ(near.ear->heard.size(), 202u);
}

TEST_F(GatheringTest, AnEndNeverWaitsAndTakesAlongWhatWaited) {
  publisher.chunk("a");
  publisher.chunk("b");
  publisher.complete();
  settle();
  EXPECT_EQ(pieces(near), (Pieces{"1=1a", "2=2b3=34=4"}));
  EXPECT_EQ(pieces(far), pieces(near));
  advance(1s);  // no timer is left that would find no topic
}

TEST_F(GatheringTest, ATopicThatIsClosedWithoutAnEndTellsWhatWaited) {
  publisher.chunk("a");
  publisher.chunk("b");
  hub.close(id);
  settle();
  EXPECT_EQ(near.ear->heard.size(), 2u);
  EXPECT_EQ(far.ear->heard.size(), 2u);
  EXPECT_EQ(far.ear->closed, 1);
  advance(1s);
}

TEST_F(GatheringTest, WhoAttachesInBetweenHasWhatWaitsInItsTail) {
  publisher.chunk("a");
  publisher.chunk("b");
  Reader late{&away};
  attach(late);
  settle();
  publisher.complete();
  settle();
  EXPECT_EQ(fault_in(*late.found, late.ear->heard, 4, true), "");
}

// Statuses are not gathered for those who ask.
TEST_F(GatheringTest, TheLatestStatusIsNewAtOnce) {
  latest.fill(id, latest.ticket(id), std::make_shared<const LatestStatus>("local", id, 0, "old"));
  publisher.step();
  publisher.step();
  EXPECT_EQ(near.ear->heard.size(), 1u);
  EXPECT_EQ(latest.find(id)->body, "processing 2");
}

}  // namespace
}  // namespace walrus::live
