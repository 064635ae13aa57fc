// Webhooks and their outbox: what every engine promises (store.h).
#include "testing/store_fixture.h"

namespace walrus::testing {
namespace {

using namespace store;
using namespace std::chrono_literals;

class Webhooks : public StoreTest {
 protected:
  WebhookRecord webhook(const std::string& owner, const std::string& name) {
    return {.owner = owner,
            .name = name,
            .url = "https://example.com/hook?a=\"b\"",
            .events = {"operation.completed", "operation.step"},
            .secret = "whsec_c2VjcmV0",
            .enabled = true,
            .created_at = clock.now(),
            .updated_at = clock.now() + 1us};
  }

  DeliveryRecord delivery(const std::string& owner, const std::string& name,
                          const std::string& id) {
    return {.id = id,
            .owner = owner,
            .webhook = name,
            .operation_id = "operation-" + id,
            .type = "operation.completed",
            .body = R"({"type":"operation.completed"})",
            .created_at = clock.now(),
            .updated_at = clock.now(),
            .next_attempt_at = clock.now()};
  }

  DeliveryRecord ended(DeliveryRecord record, DeliveryState state) {
    record.state = state;
    record.attempts += 1;
    record.last_status = state == DeliveryState::kDelivered ? 204 : 500;
    record.last_error = state == DeliveryState::kDelivered ? "" : "It answered 500.";
    record.updated_at = clock.now();
    return record;
  }

  std::vector<std::string> log(const std::string& owner, const std::string& name, Page page = {}) {
    std::vector<std::string> ids;
    for (const DeliveryRecord& record : get(store->deliveries(owner, name, page)).records) {
      ids.push_back(record.id);
    }
    return ids;
  }
};

using Ids = std::vector<std::string>;

TEST_P(Webhooks, KeepEveryFieldAndAreReplaced) {
  put(PutWebhook{webhook("bob", "ci"), 20});
  auto read = get(store->webhook("bob", "ci"));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->url, "https://example.com/hook?a=\"b\"");
  EXPECT_EQ(read->events, (std::vector<std::string>{"operation.completed", "operation.step"}));
  EXPECT_EQ(read->secret, "whsec_c2VjcmV0");
  EXPECT_TRUE(read->enabled);
  EXPECT_EQ(read->created_at, clock.now());
  EXPECT_EQ(read->updated_at, clock.now() + 1us);

  WebhookRecord other = webhook("bob", "ci");
  other.url = "https://other.example.com";
  other.events = {"operation.*"};
  put(PutWebhook{other, 20});
  auto all = get(store->webhooks("bob"));
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].url, "https://other.example.com");
  EXPECT_EQ(all[0].events, (std::vector<std::string>{"operation.*"}));
}

TEST_P(Webhooks, OfAnotherOwnerAreNotThere) {
  put(PutWebhook{webhook("bob", "ci"), 20}, PutDelivery{delivery("bob", "ci", "1")});
  EXPECT_FALSE(get(store->webhook("eve", "ci")));
  EXPECT_TRUE(get(store->webhooks("eve")).empty());
  EXPECT_TRUE(log("eve", "ci").empty());
  EXPECT_FALSE(get(store->next_delivery("eve", "ci")));
  put(DeleteWebhook{"eve", "ci"});
  EXPECT_EQ(log("bob", "ci"), Ids{"1"});
  put(PutWebhook{webhook("eve", "ci"), 20});
  EXPECT_EQ(get(store->all_webhooks()).size(), 2u);
}

TEST_P(Webhooks, AreLimitedPerOwner) {
  put(PutWebhook{webhook("bob", "a"), 2}, PutWebhook{webhook("bob", "b"), 2});
  EXPECT_EQ(code_of(commit(PutWebhook{webhook("bob", "c"), 2})), ErrorCode::kConflict);
  put(PutWebhook{webhook("bob", "a"), 2}, PutWebhook{webhook("eve", "c"), 2});
  EXPECT_EQ(get(store->webhooks("bob")).size(), 2u);
}

TEST_P(Webhooks, TakeTheirDeliveriesWithThem) {
  put(PutWebhook{webhook("bob", "ci"), 20}, PutWebhook{webhook("bob", "cj"), 20},
      PutDelivery{delivery("bob", "ci", "1")}, PutDelivery{delivery("bob", "cj", "2")});
  put(DeleteWebhook{"bob", "ci"});
  EXPECT_FALSE(get(store->webhook("bob", "ci")));
  put(PutDelivery{delivery("bob", "ci", "3")});
  EXPECT_TRUE(log("bob", "ci").empty()) << "what comes behind a deletion leaves nothing";
  EXPECT_EQ(log("bob", "cj"), Ids{"2"});
}

TEST_P(Webhooks, DeliveriesKeepEveryFieldAndAreTakenOnce) {
  put(PutWebhook{webhook("bob", "ci"), 20}, PutDelivery{delivery("bob", "ci", "1")});
  DeliveryRecord again = delivery("bob", "ci", "1");
  again.body = "another";
  put(PutDelivery{again});
  auto records = get(store->deliveries("bob", "ci", {})).records;
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].operation_id, "operation-1");
  EXPECT_EQ(records[0].type, "operation.completed");
  EXPECT_EQ(records[0].body, R"({"type":"operation.completed"})");
  EXPECT_EQ(records[0].state, DeliveryState::kPending);
  EXPECT_EQ(records[0].attempts, 0);
  EXPECT_EQ(records[0].created_at, clock.now());
  EXPECT_EQ(records[0].next_attempt_at, clock.now());
}

TEST_P(Webhooks, TheNextDeliveryIsTheOneThatIsDueFirst) {
  DeliveryRecord late = delivery("bob", "ci", "1");
  late.next_attempt_at += 5s;
  put(PutWebhook{webhook("bob", "ci"), 20}, PutDelivery{late},
      PutDelivery{delivery("bob", "ci", "2")});
  EXPECT_EQ(get(store->next_delivery("bob", "ci"))->id, "2");
  EXPECT_EQ(get(store->pending_deliveries()), 2);
  put(UpdateDelivery{ended(delivery("bob", "ci", "2"), DeliveryState::kDelivered)});
  EXPECT_EQ(get(store->next_delivery("bob", "ci"))->id, "1");
  EXPECT_EQ(get(store->next_delivery("bob", "ci"))->next_attempt_at, clock.now() + 5s);
  EXPECT_EQ(get(store->pending_deliveries()), 1);
}

TEST_P(Webhooks, ADeliveryThatHasEndedStaysAsItIs) {
  put(PutWebhook{webhook("bob", "ci"), 20}, PutDelivery{delivery("bob", "ci", "1")});
  put(UpdateDelivery{ended(delivery("bob", "ci", "1"), DeliveryState::kFailed)});
  put(UpdateDelivery{delivery("bob", "ci", "1")}, PutDelivery{delivery("bob", "ci", "1")});
  auto record = get(store->deliveries("bob", "ci", {})).records.at(0);
  EXPECT_EQ(record.state, DeliveryState::kFailed);
  EXPECT_EQ(record.attempts, 1);
  EXPECT_EQ(record.last_status, 500);
  EXPECT_EQ(record.last_error, "It answered 500.");
}

TEST_P(Webhooks, TheLogIsPagedNewestFirst) {
  put(PutWebhook{webhook("bob", "ci"), 20});
  for (int i = 0; i < 5; ++i) {
    put(PutDelivery{delivery("bob", "ci", std::to_string(i))});
    if (i % 2 == 1) clock.advance(1s);
  }
  EXPECT_EQ(log("bob", "ci"), (Ids{"4", "3", "2", "1", "0"}));
  Ids seen;
  Page page{.limit = 2, .after = {}};
  do {
    auto listing = get(store->deliveries("bob", "ci", page));
    for (const DeliveryRecord& record : listing.records) seen.push_back(record.id);
    page.after = listing.next;
  } while (!page.after.empty());
  EXPECT_EQ(seen, (Ids{"4", "3", "2", "1", "0"}));
  auto malformed = run(loop, store->deliveries("bob", "ci", {.limit = 2, .after = "x"}));
  EXPECT_EQ(code_of(malformed), ErrorCode::kBadRequest);
}

TEST_P(Webhooks, DisablingFailsWhatIsPendingUnlessTheyWereReplaced) {
  WebhookRecord record = webhook("bob", "ci");
  put(PutWebhook{record, 20}, PutDelivery{delivery("bob", "ci", "1")},
      PutDelivery{delivery("bob", "ci", "2")});
  put(UpdateDelivery{ended(delivery("bob", "ci", "1"), DeliveryState::kDelivered)});
  put(DisableWebhook{"bob", "ci", record.updated_at - 1us, "gone"});
  EXPECT_TRUE(get(store->webhook("bob", "ci"))->enabled);
  EXPECT_EQ(get(store->pending_deliveries()), 1);

  put(DisableWebhook{"bob", "ci", record.updated_at, "gone"});
  EXPECT_FALSE(get(store->webhook("bob", "ci"))->enabled);
  EXPECT_EQ(get(store->pending_deliveries()), 0);
  auto records = get(store->deliveries("bob", "ci", {})).records;
  EXPECT_EQ(records.at(0).last_error, "gone");
  EXPECT_EQ(records.at(0).state, DeliveryState::kFailed);
  EXPECT_EQ(records.at(1).state, DeliveryState::kDelivered);
  put(PutDelivery{delivery("bob", "ci", "3")});
  EXPECT_EQ(get(store->pending_deliveries()), 0) << "nobody listens any more";
}

TEST_P(Webhooks, EndedDeliveriesExpirePendingOnesDoNot) {
  put(PutWebhook{webhook("bob", "ci"), 20}, PutDelivery{delivery("bob", "ci", "1")},
      PutDelivery{delivery("bob", "ci", "2")});
  put(UpdateDelivery{ended(delivery("bob", "ci", "1"), DeliveryState::kDelivered)});
  clock.advance(kDeliveryLife - 1s);
  EXPECT_EQ(get(store->remove_expired(10)), 0);
  EXPECT_EQ(log("bob", "ci").size(), 2u);
  clock.advance(1s);
  EXPECT_EQ(log("bob", "ci"), Ids{"2"}) << "never shown, removed yet or not";
  EXPECT_EQ(get(store->remove_expired(10)), 1);
  EXPECT_EQ(log("bob", "ci"), Ids{"2"});
}

TEST_P(Webhooks, ABatchThatIsRefusedLeavesNoDelivery) {
  put(PutWebhook{webhook("bob", "ci"), 20});
  auto refused = commit(PutDelivery{delivery("bob", "ci", "1")},
                        AppendEvents{"missing", {progress_event(1, clock.now())}});
  EXPECT_EQ(code_of(refused), ErrorCode::kConflict);
  EXPECT_TRUE(log("bob", "ci").empty());
}

INSTANTIATE_TEST_SUITE_P(Stores, Webhooks, ::testing::ValuesIn(store_engines()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace walrus::testing
