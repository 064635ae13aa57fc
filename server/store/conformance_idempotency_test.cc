// Idempotency keys: what every engine promises (store.h) of them.
#include "testing/store_fixture.h"

namespace walrus::testing {
namespace {

using namespace store;

class IdempotencyKeys : public StoreTest {
 protected:
  IdempotencyRecord record(const std::string& key, const std::string& request_hash = "hash") {
    return {.owner = "bob",
            .route = "POST /v1/documents",
            .key = key,
            .request_hash = request_hash,
            .http_status = 202,
            .body = R"({"document_id":"d"})",
            .location = "/v1/documents/d",
            .operation_id = "o",
            .expires_at = clock.now() + kIdempotencyLife};
  }
  std::optional<IdempotencyRecord> find(const std::string& key) {
    return get(store->idempotency_key("bob", "POST /v1/documents", key));
  }
};

TEST_P(IdempotencyKeys, AreKeptAsTheyWerePut) {
  IdempotencyRecord put_record = record("k");
  put(PutIdempotencyKey{put_record});
  auto read = find("k");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->owner, put_record.owner);
  EXPECT_EQ(read->route, put_record.route);
  EXPECT_EQ(read->key, put_record.key);
  EXPECT_EQ(read->request_hash, put_record.request_hash);
  EXPECT_EQ(read->http_status, put_record.http_status);
  EXPECT_EQ(read->body, put_record.body);
  EXPECT_EQ(read->location, put_record.location);
  EXPECT_EQ(read->operation_id, put_record.operation_id);
  EXPECT_EQ(read->expires_at, put_record.expires_at);
}

TEST_P(IdempotencyKeys, BelongToAnOwnerAndARoute) {
  put(PutIdempotencyKey{record("k")});
  EXPECT_FALSE(get(store->idempotency_key("eve", "POST /v1/documents", "k")));
  EXPECT_FALSE(get(store->idempotency_key("bob", "POST /v1/chat", "k")));
  EXPECT_FALSE(find("K"));
  IdempotencyRecord of_eve = record("k", "another");
  of_eve.owner = "eve";
  IdempotencyRecord of_chat = record("k", "another");
  of_chat.route = "POST /v1/chat";
  put(PutIdempotencyKey{of_eve}, PutIdempotencyKey{of_chat});
  EXPECT_EQ(find("k")->request_hash, "hash");
}

TEST_P(IdempotencyKeys, AreTakenOnceAndWithTheWholeBatch) {
  put(PutIdempotencyKey{record("k")});
  auto second = commit(PutOperation{operation_record("o", "bob", clock.now())},
                       PutIdempotencyKey{record("k", "another")});
  EXPECT_EQ(code_of(second), ErrorCode::kConflict);
  EXPECT_EQ(find("k")->request_hash, "hash");
  EXPECT_FALSE(get(store->operation("bob", "o")));
  auto refused = commit(PutIdempotencyKey{record("l")}, RequestCancel{"none"});
  EXPECT_EQ(code_of(refused), ErrorCode::kConflict);
  EXPECT_FALSE(find("l"));
}

TEST_P(IdempotencyKeys, OfManyAtOnceOnlyOneIsTaken) {
  std::vector<std::optional<ErrorCode>> codes(20);
  auto write = [](Store& target, IdempotencyRecord wanted,
                  std::optional<ErrorCode>& code) -> Task<void> {
    WriteBatch batch;
    batch.mutations.push_back(PutIdempotencyKey{std::move(wanted)});
    code = code_of(co_await target.commit(std::move(batch)));
  };
  TaskGroup group(loop, [](std::exception_ptr) { FAIL(); });
  for (std::size_t i = 0; i < codes.size(); ++i)
    group.start(write(*store, record("k", std::to_string(i)), codes[i]));
  while (group.running() > 0) loop.run_when_posted();
  EXPECT_EQ(std::ranges::count(codes, std::optional<ErrorCode>()), 1);
  auto taken = find("k");
  ASSERT_TRUE(taken);
  EXPECT_FALSE(codes[static_cast<std::size_t>(std::stoi(taken->request_hash))]);
}

TEST_P(IdempotencyKeys, ExpireAndMayThenBeUsedAnew) {
  put(PutIdempotencyKey{record("k")});
  clock.advance(kIdempotencyLife - Duration(1));
  EXPECT_TRUE(find("k"));
  clock.advance(Duration(1));
  EXPECT_FALSE(find("k"));
  put(PutIdempotencyKey{record("k", "another")});
  EXPECT_EQ(find("k")->request_hash, "another");
}

TEST_P(IdempotencyKeys, AreRemovedInSmallBatchesOnceExpired) {
  for (int i = 0; i < 5; ++i) put(PutIdempotencyKey{record(std::to_string(i))});
  clock.advance(std::chrono::hours(1));
  put(PutIdempotencyKey{record("young")});
  EXPECT_EQ(get(store->remove_expired(3)), 0);
  clock.advance(kIdempotencyLife - std::chrono::hours(1));
  EXPECT_EQ(get(store->remove_expired(3)), 3);
  EXPECT_EQ(get(store->remove_expired(3)), 2);
  EXPECT_EQ(get(store->remove_expired(3)), 0);
  EXPECT_TRUE(find("young"));
}

INSTANTIATE_TEST_SUITE_P(Stores, IdempotencyKeys, ::testing::ValuesIn(store_engines()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace walrus::testing
