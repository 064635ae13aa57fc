#include "webhooks/registry.h"

#include <gtest/gtest.h>

#include "testing/store_fixture.h"

namespace walrus::webhooks {
namespace {

using status::Event;
using status::EventType;
using status::Kind;
using status::Outcome;
using status::Step;

class RegistryTest : public ::testing::Test {
 protected:
  void put(std::string owner, std::string name, std::vector<std::string> events) {
    registry.put({.owner = std::move(owner), .name = std::move(name), .events = std::move(events)});
  }

  // The names of the webhooks that are told, of an event of bob's.
  std::vector<std::string> told(EventType type, Outcome outcome, bool reaches_step,
                                Kind kind = Kind::kDocumentUpload) {
    status::State state = testing::operation_record("a-b", "bob", clock.now()).state;
    state.operation.kind = kind;
    state.outcome = outcome;
    Event event = testing::progress_event(7, clock.now());
    event.type = type;
    event.outcome = outcome;
    batch = {};
    event.reaches_step = reaches_step;
    bool added = registry.add(state, {event}, batch);
    EXPECT_EQ(added, !batch.mutations.empty());
    std::vector<std::string> names;
    for (const store::Mutation& mutation : batch.mutations) {
      names.push_back(std::get<store::PutDelivery>(mutation).record.webhook);
    }
    return names;
  }

  const store::DeliveryRecord& delivery() {
    return std::get<store::PutDelivery>(batch.mutations.at(0)).record;
  }

  testing::ManualClock clock;
  Registry registry;
  store::WriteBatch batch;
};

using Names = std::vector<std::string>;

TEST_F(RegistryTest, TellsThoseWhoAsked) {
  put("bob", "all", {"operation.*"});
  put("bob", "ends", {"operation.completed", "operation.failed"});
  put("bob", "steps", {"operation.step"});
  put("eve", "all", {"operation.*"});
  EXPECT_EQ(told(EventType::kStatus, Outcome::kCompleted, false), (Names{"all", "ends"}));
  EXPECT_EQ(told(EventType::kStatus, Outcome::kFailed, false), (Names{"all", "ends"}));
  EXPECT_EQ(told(EventType::kStatus, Outcome::kProcessing, true), (Names{"all", "steps"}));
  EXPECT_EQ(told(EventType::kStatus, Outcome::kProcessing, false), Names{}) << "a progress";
  EXPECT_EQ(told(EventType::kChunk, Outcome::kProcessing, false, Kind::kChat), Names{});
}

TEST_F(RegistryTest, AChatIsCompletedOnceByItsLastEvent) {
  put("bob", "ci", {"operation.completed", "operation.failed"});
  EXPECT_EQ(told(EventType::kComplete, Outcome::kCompleted, false, Kind::kChat), Names{"ci"});
  EXPECT_EQ(told(EventType::kStatus, Outcome::kCompleted, false, Kind::kChat), Names{});
  EXPECT_EQ(told(EventType::kError, Outcome::kFailed, false, Kind::kChat), Names{"ci"});
  EXPECT_EQ(delivery().type, "operation.failed");
}

// A worker may report several steps, and text after them, in one request.
TEST_F(RegistryTest, EachStepOfOneCommitIsToldWithItsOwnStatus) {
  put("bob", "ci", {"operation.step"});
  status::State state = testing::operation_record("a-b", "bob", clock.now()).state;
  std::vector<Event> events;
  for (Step step : {Step::kExtractingText, Step::kChunkingText}) {
    Event& event = events.emplace_back(testing::progress_event(7 + events.size(), clock.now()));
    event.step = step;
    event.reaches_step = true;
  }
  Event& text = events.emplace_back(testing::progress_event(9, clock.now()));
  text.type = EventType::kChunk;
  for (const Event& event : events) state.apply(event);
  EXPECT_TRUE(registry.add(state, events, batch));
  std::vector<std::string> told;
  for (const store::Mutation& mutation : batch.mutations) {
    const store::DeliveryRecord& delivery = std::get<store::PutDelivery>(mutation).record;
    auto body = json::parse(delivery.body).as_object();
    told.push_back(delivery.id + " " +
                   std::string(body.at("data").at("processing_step").as_string()));
  }
  EXPECT_EQ(told, (Names{"msg_ab_7_ci extracting_text", "msg_ab_8_ci chunking_text"}));
}

TEST_F(RegistryTest, AMessageHasTheStatusAndTheSameIdEachTime) {
  put("bob", "ci", {"operation.*"});
  told(EventType::kStatus, Outcome::kCompleted, false);
  std::string first = delivery().id;
  EXPECT_EQ(first, "msg_ab_7_ci");
  EXPECT_EQ(delivery().operation_id, "a-b");
  auto body = json::parse(delivery().body).as_object();
  EXPECT_EQ(view(body.at("type").as_string()), "operation.completed");
  EXPECT_EQ(view(body.at("timestamp").as_string()), "2024-01-15T10:30:00.000Z");
  EXPECT_EQ(view(body.at("data").at("operation_id").as_string()), "a-b");
  EXPECT_EQ(view(body.at("data").at("processing_status").as_string()), "completed");
  told(EventType::kStatus, Outcome::kCompleted, false);
  EXPECT_EQ(delivery().id, first);
}

TEST_F(RegistryTest, ForgetsWhatIsRemovedOrDisabled) {
  put("bob", "a", {"operation.*"});
  put("bob", "b", {"operation.*"});
  registry.remove("bob", "a");
  EXPECT_EQ(told(EventType::kStatus, Outcome::kCompleted, false), Names{"b"});
  registry.disable("bob", "b", TimePoint() + std::chrono::seconds(1));
  EXPECT_EQ(told(EventType::kStatus, Outcome::kCompleted, false), Names{"b"}) << "another one";
  registry.disable("bob", "b", TimePoint());
  EXPECT_EQ(told(EventType::kStatus, Outcome::kCompleted, false), Names{});
  registry.remove("bob", "b");
  EXPECT_EQ(told(EventType::kStatus, Outcome::kCompleted, false), Names{});
}

// The seam itself: the row is there exactly when the event is.
TEST_F(RegistryTest, AnEventAndItsDeliveryAreOneCommit) {
  testing::ManualLoop loop(clock);
  auto store = testing::store_engines().at(0).open(clock);
  put("bob", "ci", {"operation.completed"});
  std::vector<std::string> woken;
  registry.on_committed([&](const std::string& owner) { woken.push_back(owner); });
  store::StoreEventLog log(*store, &registry);
  store::WriteBatch setup;
  setup.mutations.push_back(store::PutWebhook{*registry.find("bob", "ci"), 20});
  ASSERT_TRUE(testing::run(loop, store->commit(std::move(setup))));

  status::Append append{.state = testing::operation_record("a", "bob", clock.now()).state};
  append.events.push_back(testing::progress_event(4, clock.now()));
  append.events.back().outcome = Outcome::kCompleted;
  append.state.apply(append.events.back());
  auto pending = [&] { return testing::run(loop, store->pending_deliveries()).value_or(-1); };
  EXPECT_FALSE(testing::run(loop, log.append(append))) << "the operation is missing";
  EXPECT_EQ(pending(), 0);
  EXPECT_TRUE(woken.empty());

  store::WriteBatch operation;
  operation.mutations.push_back(
      store::PutOperation{testing::operation_record("a", "bob", clock.now())});
  ASSERT_TRUE(testing::run(loop, store->commit(std::move(operation))));
  ASSERT_TRUE(testing::run(loop, log.append(append)));
  ASSERT_TRUE(testing::run(loop, log.append(append))) << "a repeat, as after a lost answer";
  EXPECT_EQ(pending(), 1);
  EXPECT_EQ(woken, (Names{"bob", "bob"}));
}

}  // namespace
}  // namespace walrus::webhooks
