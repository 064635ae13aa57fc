#include "webhooks/dispatcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/memory/memory_store.h"
#include "testing/fault_store.h"
#include "testing/manual_loop.h"
#include "testing/scripted_http_server.h"
#include "webhooks/signature.h"

namespace walrus::webhooks {
namespace {

using namespace std::chrono_literals;
using store::DeliveryRecord;
using store::DeliveryState;
using testing::Hang;
using testing::Reset;
using testing::Script;
using testing::ScriptedHttpServer;
using testing::SeenRequest;
using testing::whole_reply;

constexpr std::string_view kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

class DispatcherTest : public ::testing::Test {
 public:
  ~DispatcherTest() override {
    if (dispatcher) shut_down();
  }

 protected:
  void start(std::vector<net::AddressRange> opened = {*net::AddressRange::parse("127.0.0.1")}) {
    gates.emplace(std::move(opened));
    dispatcher.emplace(loop, store, registry, http, *gates, log, metrics, options);
    dispatcher->start();
  }
  void shut_down() {
    bool idle = false;
    dispatcher->shut_down([&] { idle = true; });
    run_until([&] { return idle; });
    dispatcher.reset();
  }
  // Lets the loop and the other threads go on, without moving the clock.
  void run_until(const std::function<bool()>& done) {
    loop.run_until_idle();
    while (!done()) loop.run_when_posted();
  }

  void serve(ScriptedHttpServer::Handler handler) {
    server = std::make_unique<ScriptedHttpServer>(std::move(handler));
  }
  void put_webhook(const std::string& name, std::string target = "/hook",
                   std::string owner = "bob") {
    store::WebhookRecord webhook{.owner = std::move(owner),
                                 .name = name,
                                 .url = server->url(target),
                                 .events = {"operation.*"},
                                 .secret = std::string(kSecret),
                                 .created_at = clock.now(),
                                 .updated_at = clock.now()};
    registry.put(webhook);
    commit(store::PutWebhook{webhook, 20});
  }
  void put_delivery(const std::string& name, const std::string& id,
                    const std::string& owner = "bob") {
    commit(store::PutDelivery{
        new_delivery(*registry.find(owner, name), id, kCompleted, clock.now(), R"({"a":1})")});
  }
  void commit(store::Mutation mutation) {
    store::WriteBatch batch;
    batch.mutations.push_back(std::move(mutation));
    ASSERT_TRUE(testing::run(loop, tables.commit(std::move(batch))));
  }
  DeliveryRecord delivery(const std::string& id, const std::string& name = "ci",
                          const std::string& owner = "bob") {
    auto listing = testing::run(loop, tables.deliveries(owner, name, {}));
    for (DeliveryRecord& record : listing->records) {
      if (record.id == id) return record;
    }
    return {};
  }
  void run_to_state(const std::string& id, DeliveryState state) {
    run_until([&] { return delivery(id).state == state; });
  }
  void run_to_attempts(const std::string& id, int attempts) {
    run_until([&] { return delivery(id).attempts == attempts; });
  }

  testing::ManualClock clock;
  testing::ManualLoop loop{clock};
  store::MemoryStore tables{clock};
  testing::FaultStore store{tables};
  Registry registry;
  Log log = Log::none();
  Metrics metrics;
  DispatcherOptions options;
  std::unique_ptr<ScriptedHttpServer> server;
  net::HttpClient http{log};
  std::optional<Gates> gates;
  std::optional<Dispatcher> dispatcher;
};

Script answer(int status) {
  return whole_reply(status, "{}");
}

TEST_F(DispatcherTest, DeliversSignedAsTheStandardSays) {
  serve([](const SeenRequest&) { return answer(204); });
  put_webhook("ci", "/hook?token=t");
  put_delivery("ci", "msg_1");
  start();
  run_to_state("msg_1", DeliveryState::kDelivered);
  SeenRequest seen = server->requests().at(0);
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.target, "/hook?token=t");
  EXPECT_EQ(seen.header("content-type"), "application/json");
  EXPECT_EQ(seen.header("webhook-id"), "msg_1");
  EXPECT_EQ(seen.header("webhook-timestamp"), unix_seconds(clock.now()));
  EXPECT_EQ(seen.header("webhook-signature"),
            sign(key_of(kSecret).value(), "msg_1", clock.now(), seen.body));
  EXPECT_EQ(
      seen.body,
      R"({"type":"operation.completed","timestamp":"2024-01-15T10:30:00.000Z","data":{"a":1}})");
  EXPECT_EQ(delivery("msg_1").attempts, 1);
  EXPECT_EQ(delivery("msg_1").last_status, 204);
  EXPECT_EQ(delivery("msg_1").last_error, "");
}

TEST_F(DispatcherTest, IsWokenByACommit) {
  serve([](const SeenRequest&) { return answer(200); });
  put_webhook("ci");
  start();
  loop.run_until_idle();
  put_delivery("ci", "msg_1");
  EXPECT_TRUE(server->requests().empty());
  dispatcher->wake("bob");
  run_to_state("msg_1", DeliveryState::kDelivered);
}

TEST_F(DispatcherTest, TriesForADayByTheScheduleThenFails) {
  serve([](const SeenRequest&) { return answer(500); });
  put_webhook("ci");
  put_delivery("ci", "msg_1");
  start();
  TimePoint began = clock.now();
  Duration pauses[] = {5s, 5min, 30min, 2h, 5h, 10h, 10h};
  int attempts = 1;
  for (Duration pause : pauses) {
    run_to_attempts("msg_1", attempts);
    DeliveryRecord waiting = delivery("msg_1");
    EXPECT_EQ(waiting.state, DeliveryState::kPending);
    EXPECT_EQ(waiting.last_status, 500);
    EXPECT_EQ(waiting.last_error, "It answered 500.");
    Duration planned = waiting.next_attempt_at - clock.now();
    EXPECT_GE(planned, pause);
    EXPECT_LE(planned, pause + pause / 10);
    loop.advance(planned - 1us);
    EXPECT_EQ(server->requests().size(), static_cast<std::size_t>(attempts)) << "not before";
    loop.advance(1us);
    ++attempts;
  }
  run_to_state("msg_1", DeliveryState::kFailed);
  EXPECT_EQ(delivery("msg_1").attempts, 8);
  EXPECT_GE(clock.now() - began, 24h);
  for (const SeenRequest& seen : server->requests()) EXPECT_EQ(seen.header("webhook-id"), "msg_1");
  loop.advance(48h);
  EXPECT_EQ(server->requests().size(), 8u);
}

TEST_F(DispatcherTest, ARedirectIsNotFollowed) {
  serve([this](const SeenRequest& seen) {
    if (seen.target == "/other") return answer(200);
    return whole_reply(302, "", "text/plain", "Location: " + server->url("/other") + "\r\n");
  });
  put_webhook("ci");
  put_delivery("ci", "msg_1");
  start();
  run_to_attempts("msg_1", 1);
  EXPECT_EQ(delivery("msg_1").state, DeliveryState::kPending);
  EXPECT_THAT(delivery("msg_1").last_error, ::testing::HasSubstr("redirects are not followed"));
  EXPECT_EQ(server->requests().size(), 1u);
}

TEST_F(DispatcherTest, ABrokenConnectionAndALongReplyAreWhatTheyAre) {
  serve([](const SeenRequest& seen) -> Script {
    if (seen.target == "/broken") return {Reset{}};
    return whole_reply(200, std::string(1 << 20, 'x'));
  });
  put_webhook("broken", "/broken");
  put_webhook("ci", "/long");
  put_delivery("broken", "msg_1");
  put_delivery("ci", "msg_2");
  start();
  run_to_state("msg_2", DeliveryState::kDelivered);
  run_until([&] { return delivery("msg_1", "broken").attempts == 1; });
  EXPECT_EQ(delivery("msg_1", "broken").last_status, 0);
  EXPECT_NE(delivery("msg_1", "broken").last_error, "");
}

TEST_F(DispatcherTest, GoneDisablesTheWebhook) {
  serve([](const SeenRequest&) { return answer(410); });
  put_webhook("ci");
  put_delivery("ci", "msg_1");
  put_delivery("ci", "msg_2");
  start();
  run_to_state("msg_2", DeliveryState::kFailed);
  EXPECT_EQ(delivery("msg_1").state, DeliveryState::kFailed);
  EXPECT_FALSE(testing::run(loop, tables.webhook("bob", "ci")).value()->enabled);
  EXPECT_FALSE(registry.find("bob", "ci")->enabled);
  loop.advance(48h);
  EXPECT_EQ(server->requests().size(), 1u);
}

// Else a crash now would leave an enabled webhook, and events that it was not told of.
TEST_F(DispatcherTest, GoneDisablesTheWebhookOnceThatIsDurable) {
  serve([](const SeenRequest&) { return answer(410); });
  put_webhook("ci");
  put_delivery("ci", "msg_1");
  store.fail_commit(1, testing::Fault::kBeforeCommit);
  start();
  run_until([&] { return store.commits() == 1; });
  loop.run_until_idle();
  EXPECT_TRUE(registry.find("bob", "ci")->enabled);
  loop.advance(1s);
  run_to_state("msg_1", DeliveryState::kFailed);
  loop.run_until_idle();
  EXPECT_FALSE(registry.find("bob", "ci")->enabled);
  EXPECT_FALSE(testing::run(loop, tables.webhook("bob", "ci")).value()->enabled);
}

TEST_F(DispatcherTest, AnAddressThatIsNotAllowedGetsNoByte) {
  serve([](const SeenRequest&) { return answer(200); });
  put_webhook("ci");
  put_delivery("ci", "msg_1");
  start({});
  run_to_attempts("msg_1", 1);
  EXPECT_EQ(delivery("msg_1").last_error, "The address may not be connected to.");
  EXPECT_TRUE(server->requests().empty());
}

TEST_F(DispatcherTest, WhatWasUnderWayIsSentAgainByTheNextLife) {
  std::atomic<bool> hang = true;
  serve([&](const SeenRequest&) -> Script {
    if (hang) return {Hang{}};
    return answer(200);
  });
  put_webhook("ci");
  put_delivery("ci", "msg_1");
  start();
  loop.run_until_idle();
  ASSERT_TRUE(server->wait_for_requests(1));
  shut_down();
  EXPECT_EQ(delivery("msg_1").attempts, 0);
  hang = false;
  start();
  run_to_state("msg_1", DeliveryState::kDelivered);
  EXPECT_EQ(server->requests().size(), 2u);
}

TEST_F(DispatcherTest, OneWebhooksTroubleHoldsUpNoOther) {
  serve([](const SeenRequest& seen) -> Script {
    if (seen.target == "/hang") return {Hang{}};
    return answer(200);
  });
  put_webhook("slow", "/hang");
  put_webhook("ci");
  for (const char* id : {"msg_1", "msg_2"}) put_delivery("slow", id);
  for (const char* id : {"msg_3", "msg_4"}) put_delivery("ci", id);
  start();
  run_to_state("msg_3", DeliveryState::kDelivered);
  run_to_state("msg_4", DeliveryState::kDelivered);
  EXPECT_EQ(delivery("msg_1", "slow").attempts + delivery("msg_2", "slow").attempts, 0);
  std::size_t to_slow = 0;
  for (const SeenRequest& seen : server->requests()) to_slow += seen.target == "/hang";
  EXPECT_LE(to_slow, 1u) << "one at a time";
}

TEST_F(DispatcherTest, OneOwnersTroubleHoldsUpNoOther) {
  options.at_once = 3;
  options.at_once_of_owner = 2;
  serve([](const SeenRequest& seen) -> Script {
    if (seen.target == "/hang") return {Hang{}};
    return answer(200);
  });
  for (const char* name : {"a", "b", "c", "d"}) {
    put_webhook(name, "/hang");
    put_delivery(name, "msg_1");
  }
  put_webhook("ci", "/hook", "carol");
  put_delivery("ci", "msg_2", "carol");
  start();
  run_until([&] { return delivery("msg_2", "ci", "carol").state == DeliveryState::kDelivered; });
  ASSERT_TRUE(server->wait_for_requests(3));
  EXPECT_EQ(server->requests().size(), 3u) << "two of bob's, and carol's";
}

// What was for the one that was deleted is nobody's, whoever has its name now.
TEST_F(DispatcherTest, AWebhookThatIsPutAgainWhileItWaitsGetsNothingOfTheOld) {
  options.at_once_of_owner = 1;
  auto gate = std::make_shared<testing::Gate>();
  serve([&](const SeenRequest& seen) -> Script {
    if (seen.target != "/slow") return answer(200);
    Script script = answer(200);
    script.insert(script.begin(), testing::AwaitGate{gate});
    return script;
  });
  put_webhook("a", "/slow");
  put_webhook("b", "/old");
  put_delivery("a", "msg_1");
  put_delivery("b", "msg_2");
  start();
  loop.run_until_idle();
  ASSERT_TRUE(server->wait_for_requests(1));
  registry.remove("bob", "b");
  commit(store::DeleteWebhook{"bob", "b"});
  put_webhook("b", "/new");
  put_delivery("b", "msg_3");
  gate->open();
  run_until([&] { return delivery("msg_3", "b").state == DeliveryState::kDelivered; });
  for (const SeenRequest& seen : server->requests()) {
    EXPECT_NE(seen.header("webhook-id"), "msg_2") << seen.target;
  }
  EXPECT_EQ(server->requests().back().target, "/new");
}

TEST_F(DispatcherTest, AStoreThatIsAwayIsWaitedForWithoutSendingAgain) {
  serve([&](const SeenRequest&) { return answer(200); });
  put_webhook("ci");
  put_delivery("ci", "msg_1");
  store.fail_commit(1, testing::Fault::kBeforeCommit);
  store.fail_commit(2, testing::Fault::kBeforeCommit);
  start();
  run_until([&] { return store.commits() == 1; });
  loop.advance(1s);
  loop.advance(1s);
  run_to_state("msg_1", DeliveryState::kDelivered);
  EXPECT_EQ(server->requests().size(), 1u);
}

TEST_F(DispatcherTest, AStoreThatCannotBeReadIsAskedAgain) {
  serve([](const SeenRequest&) { return answer(200); });
  put_webhook("ci");
  put_delivery("ci", "msg_1");
  store.go_away();
  start();
  loop.run_until_idle();
  store.come_back();
  loop.advance(1s);
  run_to_state("msg_1", DeliveryState::kDelivered);
}

TEST_F(DispatcherTest, TheSweepFindsWhatNobodyToldOf) {
  serve([](const SeenRequest&) { return answer(200); });
  put_webhook("ci");
  start();
  loop.run_until_idle();
  put_delivery("ci", "msg_1");
  loop.advance(30s);
  run_to_state("msg_1", DeliveryState::kDelivered);
  EXPECT_THAT(metrics.render(), ::testing::HasSubstr("{outcome=\"delivered\"} 1"));
}

TEST(RetrySchedule, SpreadsMessagesAndEnds) {
  EXPECT_NE(pause_after(3, "msg_1"), pause_after(3, "msg_2"));
  EXPECT_EQ(pause_after(3, "msg_1"), pause_after(3, "msg_1"));
  EXPECT_TRUE(pause_after(7, "msg_1"));
  EXPECT_FALSE(pause_after(8, "msg_1"));
}

}  // namespace
}  // namespace walrus::webhooks
