// Invariants 1, 2 and 4 at the hub: two loops stand for two threads. api/operation_stream_test.cc
// holds the same with replay from the store.
#include "live/hub_for_test.h"

namespace walrus::live {
namespace {

TEST_F(HubTest, ANewOperationLivesWhereItWasAskedFor) {
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(&hub.home(hub.new_operation_id(home)), &home);
    EXPECT_EQ(&hub.home(hub.new_operation_id(away)), &away);
  }
}

TEST_F(HubTest, OrderEveryListenerOnEveryLoopHearsEachEventOnce) {
  Publisher publisher(hub, id, Kind::kChat);
  std::vector<Reader> readers{{&home}, {&home}, {&away}, {&away}, {&away}};
  for (Reader& reader : readers) attach_now(reader);
  publisher.step();
  publisher.chunk("a");
  publisher.chunk("b");
  publisher.complete();
  settle();
  for (Reader& reader : readers) {
    EXPECT_EQ(fault_in(*reader.found, reader.ear->heard, 5, true), "");
    EXPECT_EQ(reader.ear->heard[1]->event.content, "a");
    // Encoded once, whoever reads it, with the state right after it.
    EXPECT_EQ(reader.ear->heard[1], readers[0].ear->heard[1]);
    EXPECT_EQ(reader.ear->heard[3]->encoded.frame, "4=4");
  }
}

// Events are published, readers attach and the loops turn in an order that is drawn.
TEST_F(HubTest, ResumeHasNoHoleBetweenTheTailAndWhatIsLive) {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    id = hub.new_operation_id(home);
    Publisher publisher(hub, id, Kind::kChat);
    std::vector<std::unique_ptr<Reader>> readers;
    bool ends = random() % 2 == 0;
    for (unsigned i = 0, events = random() % 80; i < events; ++i) {
      switch (random() % 5) {
        case 0:
          readers.push_back(std::make_unique<Reader>(random() % 2 == 0 ? &home : &away));
          attach(*readers.back());
          break;
        case 1:
          home.run_until_idle();
          break;
        case 2:
          away.run_until_idle();
          break;
        default:
          random() % 3 == 0 ? publisher.step() : publisher.chunk();
      }
    }
    if (ends) publisher.complete();
    settle();
    for (auto& reader : readers) {
      ASSERT_TRUE(reader->found);
      // One that asked too late is told so, and reads it all from the store.
      if (!reader->found->running) continue;
      ASSERT_EQ(fault_in(*reader->found, reader->ear->heard, publisher.state.sequence, ends), "");
    }
    if (!ends) hub.close(id);
  }
}

TEST_F(HubTest, TheCheckFindsPlantedFaults) {
  auto event = [](std::uint64_t sequence, bool terminal = false) {
    return std::make_shared<const LiveEvent>(Event{.sequence = sequence}, terminal, EncodedEvent{});
  };
  Attachment found{.running = true, .tail_begins = 3, .tail = {event(3), event(4)}};
  EXPECT_EQ(fault_in(found, {event(5), event(6, true)}, 6, true), "");
  EXPECT_EQ(fault_in(found, {event(4), event(5), event(6, true)}, 6, true), "");  // an overlap
  EXPECT_NE(fault_in(found, {event(6, true)}, 6, true), "");                      // the seam
  EXPECT_NE(fault_in(found, {event(5), event(5), event(6, true)}, 6, true), "");
  EXPECT_NE(fault_in(found, {event(5)}, 6, true), "");
  EXPECT_NE(fault_in(found, {event(5), event(6)}, 6, true), "");
  EXPECT_NE(fault_in(found, {event(5, true), event(6, true)}, 6, true), "");
  found.tail = {event(3), event(5)};
  EXPECT_NE(fault_in(found, {}, 5, false), "");
}

TEST_F(HubTest, OneEndAfterWhichNothingIsHeardAndTheTopicIsClosed) {
  Publisher publisher(hub, id, Kind::kDocumentUpload);
  Reader near{&home};
  Reader far{&away};
  attach_now(near);
  attach_now(far);
  publisher.publish(publisher.next(EventType::kStatus, Outcome::kCompleted));
  settle();
  for (Reader* reader : {&near, &far}) {
    ASSERT_EQ(reader->ear->heard.size(), 1u);
    EXPECT_TRUE(reader->ear->heard[0]->terminal);
    EXPECT_EQ(reader->ear.use_count(), 1);  // the hub let go of it
  }
  Reader late_near{&home};
  Reader late_far{&away};
  attach_now(late_near);
  attach_now(late_far);
  EXPECT_FALSE(late_near.found->running);
  EXPECT_FALSE(late_far.found->running);
  EXPECT_EQ(late_near.ear.use_count(), 1);
  EXPECT_EQ(late_far.ear.use_count(), 1);
}

// The status `finished` of a chat is not its end: `complete` follows.
TEST_F(HubTest, OneEndOfAChatIsItsComplete) {
  Publisher publisher(hub, id, Kind::kChat);
  Reader reader{&away};
  attach_now(reader);
  publisher.complete();
  settle();
  ASSERT_EQ(reader.ear->heard.size(), 2u);
  EXPECT_FALSE(reader.ear->heard[0]->terminal);
  EXPECT_TRUE(reader.ear->heard[1]->terminal);
}

TEST_F(HubTest, AnEndWhileTheHubAnswersIsNotMissed) {
  Publisher publisher(hub, id, Kind::kChat);
  publisher.step();
  Reader first{&away};  // so that the shard has its link
  attach_now(first);
  Reader second{&away};
  attach(second);        // asks
  publisher.complete();  // and the end comes first
  settle();
  EXPECT_FALSE(second.found->running);
  EXPECT_EQ(second.ear.use_count(), 1);
}

TEST_F(HubTest, AnEndOnItsWayDoesNotTakeAlongWhoAttachesToTheNextAttempt) {
  Publisher publisher(hub, id, Kind::kChat);
  Reader first{&away};
  attach_now(first);
  publisher.complete();  // on its way to the other loop
  Publisher next(hub, id, Kind::kChat);
  Reader second{&away};
  attach(second);
  settle();
  ASSERT_TRUE(second.found->running);
  std::size_t heard = second.ear->heard.size();
  next.step();
  settle();
  EXPECT_GT(second.ear->heard.size(), heard);
}

TEST_F(HubTest, DetachedMeansSilentAlsoWhileTheHubAnswers) {
  Publisher publisher(hub, id, Kind::kChat);
  Reader stays{&away};
  Reader leaves{&away};
  Reader leaves_early{&away};
  Reader leaves_home{&home};
  attach_now(stays);
  attach_now(leaves);
  attach_now(leaves_home);
  publisher.step();
  settle();
  hub.detach(away, id, leaves.ear.get());
  hub.detach(home, id, leaves_home.ear.get());
  attach(leaves_early);
  hub.detach(away, id, leaves_early.ear.get());
  settle();
  publisher.chunk();
  publisher.complete();
  settle();
  EXPECT_EQ(stays.ear->heard.size(), 4u);
  EXPECT_EQ(leaves.ear->heard.size(), 1u);
  EXPECT_EQ(leaves_home.ear->heard.size(), 1u);
  EXPECT_TRUE(leaves_early.ear->heard.empty());
  EXPECT_EQ(leaves_early.ear.use_count(), 1);
  hub.detach(away, id, leaves.ear.get());  // again: nothing happens
}

TEST_F(HubTest, ATopicThatIsClosedWithoutAnEndSaysSo) {
  Publisher publisher(hub, id, Kind::kDocumentUpload);
  Reader near{&home};
  Reader far{&away};
  Reader asks{&away};
  Reader gone{&home};
  attach_now(near);
  attach_now(far);
  attach_now(gone);
  publisher.step();
  hub.detach(home, id, gone.ear.get());
  attach(asks);  // is answered after the close
  hub.close(id);
  hub.close(id);  // again: nothing happens
  settle();
  for (Reader* reader : {&near, &far}) {
    EXPECT_EQ(reader->ear->closed, 1);
    EXPECT_EQ(reader->ear->heard.size(), 1u);
    EXPECT_EQ(reader->ear.use_count(), 1);
  }
  EXPECT_EQ(gone.ear->closed, 0);
  EXPECT_FALSE(asks.found->running);
  EXPECT_EQ(asks.ear.use_count(), 1);
  Reader after{&away};
  attach_now(after);
  EXPECT_FALSE(after.found->running);
}

// --- What a topic keeps

TEST_F(HubTest, ResumeWithATrimmedTailSaysFromWhereTheStoreIsNotNeeded) {
  Publisher publisher(hub, id, Kind::kDocumentUpload);
  for (int i = 0; i < 5'000; ++i) publisher.step();
  Reader reader{&away};
  attach_now(reader);
  EXPECT_GT(reader.found->tail_begins, 1u);
  EXPECT_LE(reader.found->tail.size(), 2'048u);
  EXPECT_GE(reader.found->tail.size(), 1'000u);
  EXPECT_EQ(reader.found->state.sequence, 5'000u);
  publisher.step();
  settle();
  EXPECT_EQ(fault_in(*reader.found, reader.ear->heard, 5'001, false), "");
}

TEST_F(HubTest, WhatATopicKeepsIsBoundedInBytes) {
  Publisher publisher(hub, id, Kind::kDocumentUpload);
  for (int i = 0; i < 100; ++i) {
    Event event = publisher.next(EventType::kStatus);
    event.content = std::string(16 * 1024, 'x');  // only its frame's size matters here
    publisher.publish(std::move(event));
  }
  Reader reader{&home};
  attach_now(reader);
  EXPECT_LE(reader.found->tail.size(), 16u);
  EXPECT_EQ(fault_in(*reader.found, {}, 100, false), "");
}

// Up to a block of reserved sequences may be shown before it is in the log: all of it stays here,
// however many bytes it has, or a late reader would have a hole.
TEST_F(HubTest, ResumeFindsEveryChunkThatMayNotBeInTheLogYet) {
  Publisher publisher(hub, id, Kind::kChat);
  for (int i = 0; i < 1'000; ++i) publisher.chunk(std::string(1024, 'x'));
  Reader reader{&away};
  attach_now(reader);
  EXPECT_EQ(reader.found->tail_begins, 1u);
  EXPECT_EQ(reader.found->tail.size(), 1'000u);
}

TEST_F(HubTest, ATopicThatWentOnFromAnEarlierRunBeginsThere) {
  Publisher publisher(hub, id, Kind::kDocumentUpload);
  hub.close(id);
  publisher.state.sequence = 41;
  hub.open(publisher.state);
  Reader reader{&home};
  attach_now(reader);
  EXPECT_TRUE(reader.found->running);
  EXPECT_EQ(reader.found->tail_begins, 42u);
  EXPECT_TRUE(reader.found->tail.empty());
  hub.close(id);
}

// --- The latest status

TEST_F(HubTest, TheLatestStatusIsKeptNewUnderTheOperationAndItsDocument) {
  Publisher publisher(hub, id, Kind::kDocumentUpload);
  EXPECT_EQ(latest.find(id), nullptr);  // nobody has asked
  for (const std::string& asked : {id, id + "-doc"}) {
    auto read = std::make_shared<const LatestStatus>("local", id, 0, "processing 0");
    latest.fill(asked, latest.ticket(asked), std::move(read));
  }
  publisher.step();
  EXPECT_EQ(latest.find(id)->body, "processing 1");
  EXPECT_EQ(latest.find(id + "-doc")->body, "processing 1");
  EXPECT_EQ(latest.find(id)->owner, "local");
  publisher.publish(publisher.next(EventType::kStatus, Outcome::kCompleted));
  EXPECT_EQ(latest.find(id)->body, "completed 2");
  EXPECT_EQ(latest.find(id + "-doc")->body, "completed 2");
}

}  // namespace
}  // namespace walrus::live
