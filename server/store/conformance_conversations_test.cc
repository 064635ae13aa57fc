// Conversations, messages and statuses of turns: what every engine promises (store.h).
#include "testing/store_fixture.h"

namespace walrus::testing {
namespace {

using namespace store;

class Conversations : public StoreTest {
 protected:
  std::vector<std::string> turn_ids(const std::string& owner, const std::string& id) {
    std::vector<std::string> found;
    for (const auto& record : get(store->chat_statuses(owner, id, 1000))) {
      found.push_back(record.turn_id);
    }
    return found;
  }
  std::vector<std::string> listed(const std::string& owner, const std::string& user) {
    std::vector<std::string> found;
    for (const auto& record : get(store->conversations(owner, user, {100, ""})).records) {
      found.push_back(record.conversation_id);
    }
    return found;
  }
};

TEST_P(Conversations, KeepEveryField) {
  for (std::string owner : {"local", "bob"}) {
    ConversationRecord record = conversation_record("debug", owner, clock.now());
    put(PutConversation{record});
    auto read = get(store->conversation(owner, "debug"));
    ASSERT_TRUE(read) << owner;
    EXPECT_EQ(read->owner, owner);
    EXPECT_EQ(read->conversation_id, "debug");
    EXPECT_EQ(read->user_id, "alice");
    EXPECT_EQ(read->title, "On walruses");
    EXPECT_EQ(read->created_at, record.created_at);
    EXPECT_EQ(read->updated_at, record.updated_at);
    EXPECT_EQ(read->message_count, 2);
    EXPECT_EQ(read->status, "completed");
    EXPECT_EQ(read->operation_id, "operation-1");
  }
}

TEST_P(Conversations, OfTwoOwnersMayShareAnId) {
  ConversationRecord bobs = conversation_record("debug", "bob", clock.now());
  ConversationRecord eves = conversation_record("debug", "eve", clock.now());
  eves.title = "Hers";
  put(PutConversation{bobs}, PutConversation{eves},
      PutMessage{message_record("debug", "bob", 1, clock.now())},
      PutChatStatus{chat_status_record("debug", "bob", clock.now()), 1});
  EXPECT_EQ(get(store->conversation("bob", "debug"))->title, "On walruses");
  EXPECT_EQ(get(store->conversation("eve", "debug"))->title, "Hers");
  EXPECT_FALSE(get(store->conversation("local", "debug")));
  EXPECT_FALSE(get(store->conversation("mallory", "debug")));
  EXPECT_TRUE(get(store->messages("eve", "debug", 10)).empty());
  EXPECT_TRUE(get(store->chat_statuses("eve", "debug", 10)).empty());
  EXPECT_EQ(listed("eve", "alice"), std::vector<std::string>{"debug"});
  EXPECT_TRUE(listed("mallory", "alice").empty());
  put(DeleteConversation{"eve", "debug"});
  EXPECT_TRUE(get(store->conversation("bob", "debug")));
  EXPECT_EQ(get(store->messages("bob", "debug", 10)).size(), 1u);
}

TEST_P(Conversations, AreNotToBeReachedThroughAnotherOwnersKey) {
  // "bob/debug" as an id of the local owner would spell the same key as bob's "debug".
  put(PutConversation{conversation_record("debug", "bob", clock.now())});
  EXPECT_FALSE(get(store->conversation("local", "bob/debug")));
}

TEST_P(Conversations, StayWithTheirUser) {
  ConversationRecord record = conversation_record("debug", "bob", clock.now());
  put(PutConversation{record});
  record.user_id = "mallory";
  EXPECT_EQ(code_of(commit(PutConversation{record})), ErrorCode::kConflict);
  record.user_id = "";
  EXPECT_EQ(code_of(commit(PutConversation{record})), ErrorCode::kConflict);
  EXPECT_EQ(get(store->conversation("bob", "debug"))->user_id, "alice");
}

TEST_P(Conversations, BegunWithoutAUserStayWithout) {
  ConversationRecord record = conversation_record("debug", "bob", clock.now());
  record.user_id = "";
  put(PutConversation{record});
  record.user_id = "alice";
  record.title = "Renamed";
  put(PutConversation{record});
  auto read = get(store->conversation("bob", "debug"));
  EXPECT_EQ(read->user_id, "");
  EXPECT_EQ(read->title, "Renamed");
}

TEST_P(Conversations, TakeOneTurnAtATime) {
  ConversationRecord record = conversation_record("debug", "bob", clock.now());
  EXPECT_EQ(code_of(commit(PutConversation{record, "operation-0"})), ErrorCode::kConflict);
  put(PutConversation{record, ""});
  EXPECT_EQ(code_of(commit(PutConversation{record, ""})), ErrorCode::kConflict);
  ConversationRecord next = record;
  next.operation_id = "operation-2";
  EXPECT_EQ(code_of(commit(PutConversation{next, "operation-0"})), ErrorCode::kConflict);
  put(PutConversation{next, "operation-1"});
  // Another turn that saw the same state is late.
  next.operation_id = "operation-3";
  EXPECT_EQ(code_of(commit(PutConversation{next, "operation-1"})), ErrorCode::kConflict);
  EXPECT_EQ(get(store->conversation("bob", "debug"))->operation_id, "operation-2");
}

TEST_P(Conversations, AreListedByUserNewestFirst) {
  auto add = [&](const std::string& id, const std::string& user, int minute) {
    ConversationRecord record = conversation_record(id, "bob", clock.now());
    record.user_id = user;
    record.updated_at = clock.now() + std::chrono::minutes(minute);
    put(PutConversation{record});
  };
  add("alice-1", "alice", 1);
  add("nobody-2", "", 2);
  add("alice-3", "alice", 3);
  add("carol-4", "carol", 4);
  add("nobody-5", "", 5);
  add("alice-5", "alice", 5);
  EXPECT_EQ(listed("bob", "alice"),
            (std::vector<std::string>{"nobody-5", "alice-5", "alice-3", "nobody-2", "alice-1"}));
  EXPECT_EQ(listed("bob", ""), (std::vector<std::string>{"nobody-5", "nobody-2"}));
  EXPECT_EQ(get(store->conversation_total("bob", "alice")), 5);
  EXPECT_EQ(get(store->conversation_total("bob", "")), 2);
  EXPECT_EQ(get(store->conversation_total("eve", "alice")), 0);
  std::vector<std::string> all;
  Page page{2, ""};
  do {
    auto listing = get(store->conversations("bob", "alice", page));
    for (const auto& record : listing.records) all.push_back(record.conversation_id);
    page.after = listing.next;
  } while (!page.after.empty());
  EXPECT_EQ(all, listed("bob", "alice"));
  EXPECT_EQ(code_of(run(loop, store->conversations("bob", "alice", {2, "?"}))),
            ErrorCode::kBadRequest);
}

TEST_P(Conversations, ThatGoOnMoveUp) {
  ConversationRecord first = conversation_record("first", "bob", clock.now());
  ConversationRecord second = conversation_record("second", "bob", clock.now());
  second.updated_at += Duration(1);
  put(PutConversation{first}, PutConversation{second});
  EXPECT_EQ(listed("bob", "alice"), (std::vector<std::string>{"second", "first"}));
  first.updated_at += std::chrono::seconds(1);
  put(PutConversation{first});
  EXPECT_EQ(listed("bob", "alice"), (std::vector<std::string>{"first", "second"}));
}

TEST_P(Conversations, KeepTheirMessagesInOrder) {
  put(PutConversation{conversation_record("debug", "bob", clock.now())});
  for (std::uint64_t number : {2, 11, 1, 10, 100, 3}) {
    put(PutMessage{message_record("debug", "bob", number, clock.now())});
  }
  auto newest = get(store->messages("bob", "debug", 4));
  ASSERT_EQ(newest.size(), 4u);
  EXPECT_EQ(newest[0].number, 3u);
  EXPECT_EQ(newest[1].number, 10u);
  EXPECT_EQ(newest[3].number, 100u);
  const MessageRecord& answer = newest[1];
  EXPECT_EQ(answer.owner, "bob");
  EXPECT_EQ(answer.conversation_id, "debug");
  EXPECT_EQ(answer.role, "assistant");
  EXPECT_EQ(answer.text, "Message 10");
  EXPECT_EQ(answer.created_at, clock.now() + Duration(10));
  EXPECT_EQ(answer.model_id, "extractive");
  EXPECT_EQ(answer.latency_ms, 1250);
  EXPECT_EQ(answer.operation_id, "operation-1");
  EXPECT_EQ(newest[0].role, "user");
  EXPECT_FALSE(newest[0].latency_ms);
}

TEST_P(Conversations, KeepTheStatusesOfTheirTurns) {
  ChatStatusRecord record = chat_status_record("session_001", "local", clock.now());
  put(PutChatStatus{record, 42});
  auto read = get(store->chat_statuses("local", "session_001", 10));
  ASSERT_EQ(read.size(), 1u);
  EXPECT_EQ(read[0].turn_id, "status#2024-01-15T10:30:00Z#000000-000042");
  EXPECT_EQ(read[0].owner, "local");
  EXPECT_EQ(read[0].conversation_id, "session_001");
  EXPECT_EQ(read[0].operation_id, "operation-1");
  EXPECT_EQ(read[0].status, status::Outcome::kProcessing);
  EXPECT_EQ(read[0].step, status::Step::kRetrievingContext);
  EXPECT_EQ(read[0].message, record.message);
  EXPECT_EQ(read[0].created_at, clock.now());
  EXPECT_EQ(read[0].metadata, record.metadata);
  EXPECT_EQ(read[0].expires_at, clock.now() + kChatStatusLife);
}

TEST_P(Conversations, KeepTwoStatusesOfOneMicrosecond) {
  ChatStatusRecord record = chat_status_record("debug", "bob", clock.now());
  put(PutChatStatus{record, 1}, PutChatStatus{record, 2});
  EXPECT_EQ(turn_ids("bob", "debug"),
            (std::vector<std::string>{"status#2024-01-15T10:30:00Z#000000-000001",
                                      "status#2024-01-15T10:30:00Z#000001-000002"}));
}

TEST_P(Conversations, KeepStatusesInOrderWhenTheClockStepsBack) {
  put(PutChatStatus{chat_status_record("debug", "bob", clock.now()), 8});
  clock.step_wall_clock(-std::chrono::hours(1));
  ChatStatusRecord later = chat_status_record("debug", "bob", clock.now());
  later.operation_id = "operation-2";
  put(PutChatStatus{later, 1});
  put(PutChatStatus{chat_status_record("other", "bob", clock.now()), 1});
  EXPECT_EQ(turn_ids("bob", "debug"),
            (std::vector<std::string>{"status#2024-01-15T10:30:00Z#000000-000008",
                                      "status#2024-01-15T10:30:00Z#000001-000001"}));
  EXPECT_EQ(turn_ids("bob", "other"),
            std::vector<std::string>{"status#2024-01-15T09:30:00Z#000000-000001"});
}

TEST_P(Conversations, TakeAStatusOnce) {
  ChatStatusRecord record = chat_status_record("debug", "bob", clock.now());
  put(PutChatStatus{record, 1}, PutChatStatus{record, 2});
  put(PutChatStatus{record, 1}, PutChatStatus{record, 2});
  EXPECT_EQ(turn_ids("bob", "debug").size(), 2u);
  record.operation_id = "operation-2";
  put(PutChatStatus{record, 1});
  EXPECT_EQ(turn_ids("bob", "debug").size(), 3u) << "another turn counts anew";
}

TEST_P(Conversations, GiveTheNewestStatusesOldestFirst) {
  for (std::uint64_t i = 1; i <= 12; ++i) {
    put(PutChatStatus{chat_status_record("debug", "bob", clock.now()), i});
    clock.advance(std::chrono::milliseconds(300));
  }
  auto newest = get(store->chat_statuses("bob", "debug", 3));
  ASSERT_EQ(newest.size(), 3u);
  EXPECT_EQ(newest[0].turn_id, "status#2024-01-15T10:30:02Z#700000-000010");
  EXPECT_EQ(newest[2].turn_id, "status#2024-01-15T10:30:03Z#300000-000012");
}

TEST_P(Conversations, LoseStatusesAfterADayAndNothingElse) {
  put(PutConversation{conversation_record("debug", "bob", clock.now())},
      PutMessage{message_record("debug", "bob", 1, clock.now())},
      PutChatStatus{chat_status_record("debug", "bob", clock.now()), 1});
  clock.advance(std::chrono::hours(12));
  put(PutChatStatus{chat_status_record("debug", "bob", clock.now()), 2});
  clock.advance(std::chrono::hours(12) - Duration(1));
  EXPECT_EQ(turn_ids("bob", "debug").size(), 2u);
  EXPECT_EQ(get(store->remove_expired(100)), 0);
  clock.advance(Duration(1));
  EXPECT_EQ(turn_ids("bob", "debug"),
            std::vector<std::string>{"status#2024-01-15T22:30:00Z#000000-000002"})
      << "expired, removed or not";
  EXPECT_EQ(get(store->remove_expired(100)), 1);
  clock.advance(std::chrono::hours(24));
  EXPECT_EQ(get(store->remove_expired(100)), 1);
  EXPECT_TRUE(get(store->conversation("bob", "debug")));
  EXPECT_EQ(get(store->messages("bob", "debug", 10)).size(), 1u);
}

TEST_P(Conversations, TakeEverythingAlongWhenDeleted) {
  OperationRecord operation = operation_record("turn", "bob", clock.now());
  operation.state.operation.conversation_id = "debug";
  OperationRecord eves = operation_record("eves", "eve", clock.now());
  eves.state.operation.conversation_id = "debug";
  put(PutConversation{conversation_record("debug", "bob", clock.now())},
      PutConversation{conversation_record("debug2", "bob", clock.now())}, PutOperation{operation},
      PutOperation{eves}, AppendEvents{"turn", {progress_event(1, clock.now())}},
      PutMessage{message_record("debug", "bob", 1, clock.now())},
      PutMessage{message_record("debug2", "bob", 1, clock.now())},
      PutChatStatus{chat_status_record("debug", "bob", clock.now()), 1});
  put(DeleteConversation{"bob", "debug"});
  EXPECT_FALSE(get(store->conversation("bob", "debug")));
  EXPECT_TRUE(get(store->messages("bob", "debug", 10)).empty());
  EXPECT_TRUE(get(store->chat_statuses("bob", "debug", 10)).empty());
  EXPECT_FALSE(get(store->operation("bob", "turn")));
  EXPECT_TRUE(get(store->operation("eve", "eves")));
  EXPECT_EQ(get(store->messages("bob", "debug2", 10)).size(), 1u);
  EXPECT_EQ(get(store->conversation_total("bob", "alice")), 1);
  // One of the same name may begin, with another user.
  ConversationRecord fresh = conversation_record("debug", "bob", clock.now());
  fresh.user_id = "carol";
  EXPECT_TRUE(commit(PutConversation{fresh, ""}));
}

INSTANTIATE_TEST_SUITE_P(Stores, Conversations, ::testing::ValuesIn(store_engines()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace walrus::testing
