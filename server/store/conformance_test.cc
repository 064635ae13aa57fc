// Batches: what every engine promises (store.h) whatever is in them.
#include <random>
#include <thread>

#include "store/event_log.h"
#include "testing/fault_store.h"
#include "testing/store_fixture.h"

namespace walrus::testing {
namespace {

using namespace store;

class Batches : public StoreTest {};

TEST_P(Batches, AreAllOrNothing) {
  OperationRecord taken = operation_record("taken", "bob", clock.now());
  DocumentRecord document = document_record("d", "bob", clock.now());
  put(PutOperation{taken}, PutDocument{document}, PutChunks{{chunk_record("d", 1, 0)}},
      PutWindows{windows_record("d", 1, 0, 2)},
      PutConversation{conversation_record("debug", "bob", clock.now())},
      PutMessage{message_record("debug", "bob", 1, clock.now())});
  DocumentRecord renamed = document;
  renamed.title = "renamed";
  ChunkRecord chunk = chunk_record("d", 1, 0);
  chunk.text = "changed";
  // Everything there is, and at the end what cannot be.
  auto refused =
      commit(PutOperation{operation_record("new", "bob", clock.now())},
             AppendEvents{"taken", {progress_event(1, clock.now())}}, RequestCancel{"taken"},
             SetCheckpoint{"taken", {{"page", 9}}}, PutDocument{renamed}, PutChunks{{chunk}},
             PutWindows{windows_record("d", 1, 2, 2)}, DeleteVersion{"d", 1},
             PutMessage{message_record("debug", "bob", 2, clock.now())},
             PutChatStatus{chat_status_record("debug", "bob", clock.now()), 1},
             DeleteConversation{"bob", "debug"}, DeleteDocument{"bob", "d"}, PutOperation{taken});
  EXPECT_EQ(code_of(refused), ErrorCode::kConflict);
  EXPECT_FALSE(get(store->operation("bob", "new")));
  EXPECT_TRUE(get(store->events("bob", "taken", 0, 10)).empty());
  EXPECT_FALSE(get(store->operation("bob", "taken"))->cancel_requested);
  EXPECT_EQ(get(store->operation("bob", "taken"))->checkpoint, taken.checkpoint);
  EXPECT_EQ(get(store->document("bob", "d"))->title, document.title);
  EXPECT_EQ(get(store->chunk("d", 1, 0))->text, chunk_record("d", 1, 0).text);
  EXPECT_EQ(get(store->window_count("d", 1)), 2);
  EXPECT_TRUE(get(store->conversation("bob", "debug")));
  EXPECT_EQ(get(store->messages("bob", "debug", 10)).size(), 1u);
  EXPECT_TRUE(get(store->chat_statuses("bob", "debug", 10)).empty());
}

TEST_P(Batches, SeeTheirOwnEarlierWrites) {
  OperationRecord record = operation_record("a", "bob", clock.now());
  put(PutOperation{record}, AppendEvents{"a", {progress_event(1, clock.now())}},
      RequestCancel{"a"});
  EXPECT_EQ(code_of(commit(PutOperation{operation_record("b", "bob", clock.now())},
                           UpdateState{record.state, 0, true})),
            ErrorCode::kCancelled);
  EXPECT_FALSE(get(store->operation("bob", "b")));
}

TEST_P(Batches, MayBeEmpty) {
  EXPECT_TRUE(commit());
}

TEST_P(Batches, LeaveTheOthersOfAGroupAlone) {
  put(PutOperation{operation_record("taken", "bob", clock.now())});
  std::vector<std::optional<ErrorCode>> codes(20);
  auto write = [](Store& target, int i, TimePoint now,
                  std::optional<ErrorCode>& code) -> Task<void> {
    WriteBatch batch;
    std::string id = "id-" + std::to_string(i);
    batch.mutations.push_back(PutOperation{operation_record(id, "bob", now)});
    if (i % 2 == 1) batch.mutations.push_back(PutOperation{operation_record("taken", "bob", now)});
    code = code_of(co_await target.commit(std::move(batch)));
  };
  TaskGroup group(loop, [](std::exception_ptr) { FAIL(); });
  for (int i = 0; i < 20; ++i)
    group.start(write(*store, i, clock.now(), codes[static_cast<std::size_t>(i)]));
  while (group.running() > 0) loop.run_when_posted();
  for (int i = 0; i < 20; ++i) {
    bool refused = i % 2 == 1;
    EXPECT_EQ(codes[static_cast<std::size_t>(i)].has_value(), refused);
    EXPECT_EQ(get(store->operation("bob", "id-" + std::to_string(i))).has_value(), !refused);
  }
}

TEST_P(Batches, OfManyThreadsAreWrittenInEachOnesOrder) {
  constexpr int kThreads = 8;
  constexpr std::uint64_t kEvents = 50;
  std::vector<std::thread> threads;
  std::atomic<int> failures = 0;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t, now = clock.now()] {
      ManualClock own_clock;
      ManualLoop own_loop(own_clock);
      std::string id = "id-" + std::to_string(t);
      WriteBatch first;
      OperationRecord record = operation_record(id, "bob", now);
      record.state.sequence = 0;
      first.mutations.push_back(PutOperation{record});
      if (!run(own_loop, store->commit(std::move(first)))) ++failures;
      for (std::uint64_t sequence = 1; sequence <= kEvents; ++sequence) {
        record.state.sequence = sequence;
        WriteBatch batch;
        batch.mutations.push_back(AppendEvents{id, {progress_event(sequence, now)}});
        batch.mutations.push_back(UpdateState{record.state});
        if (!run(own_loop, store->commit(std::move(batch)))) ++failures;
        // What was acknowledged is there at once, for every reader.
        auto read = run(own_loop, store->operation("bob", id));
        if (!read || !*read || (*read)->state.sequence != sequence) ++failures;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
  for (int t = 0; t < kThreads; ++t) {
    auto events = get(store->events("bob", "id-" + std::to_string(t), 0, 1000));
    ASSERT_EQ(events.size(), kEvents);
    for (std::uint64_t i = 0; i < kEvents; ++i) EXPECT_EQ(events[i].sequence, i + 1);
  }
}

status::Append chat_append(TimePoint now, std::uint64_t sequence) {
  status::Append append;
  OperationRecord record = operation_record("turn", "bob", now);
  append.state = record.state;
  append.state.operation.kind = status::Kind::kChat;
  append.state.operation.conversation_id = "debug";
  append.state.sequence = sequence;
  append.state.updated_at = now;
  return append;
}

TEST_P(Batches, OfTheEventLogHoldEventsStateStatusesAndWhatCameWithThem) {
  StoreEventLog log(*store);
  OperationRecord record = operation_record("turn", "bob", clock.now());
  record.state.operation.kind = status::Kind::kChat;
  record.state.operation.conversation_id = "debug";
  put(PutOperation{record});
  status::Append append = chat_append(clock.now(), 4);
  append.reserved_through = 3000;
  status::Event chunk = progress_event(2, clock.now());
  chunk.type = status::EventType::kChunk;
  chunk.content = "text";
  status::Event error = progress_event(4, clock.now());
  error.type = status::EventType::kError;
  error.outcome = status::Outcome::kFailed;
  error.step = status::Step::kFinished;
  error.error = status::OperationError{ErrorCode::kModelFailed, "The model failed.",
                                       status::Step::kGeneratingResponse, true};
  status::Event complete = progress_event(3, clock.now());
  complete.type = status::EventType::kComplete;
  append.events = {progress_event(1, clock.now()), chunk, complete, error};
  auto with = std::make_shared<WriteBatch>();
  with->mutations.push_back(PutMessage{message_record("debug", "bob", 1, clock.now())});
  append.with = with;
  // Its answer may get lost; the same again must change nothing.
  for (int i = 0; i < 2; ++i) {
    auto appended = run(loop, log.append(append));
    ASSERT_TRUE(appended) << appended.error().detail;
    EXPECT_EQ(get(store->events("bob", "turn", 0, 10)).size(), 4u);
    auto statuses = get(store->chat_statuses("bob", "debug", 10));
    ASSERT_EQ(statuses.size(), 2u);
    EXPECT_EQ(statuses[0].status, status::Outcome::kProcessing);
    EXPECT_EQ(statuses[0].message, "Creating embeddings for 15 chunks...");
    EXPECT_EQ(statuses[0].expires_at, statuses[0].created_at + kChatStatusLife - Duration(1));
    EXPECT_EQ(statuses[1].status, status::Outcome::kFailed);
    EXPECT_EQ(statuses[1].step, status::Step::kGeneratingResponse);
    EXPECT_EQ(statuses[1].message, "The model failed.");
    EXPECT_EQ(get(store->messages("bob", "debug", 10)).size(), 1u);
    auto read = get(store->operation("bob", "turn"));
    EXPECT_EQ(read->state.sequence, 4u);
    EXPECT_EQ(read->reserved_through, 3000u);
  }
}

TEST_P(Batches, OfTheEventLogAreRefusedWholeOnceCancelled) {
  StoreEventLog log(*store);
  OperationRecord record = operation_record("turn", "bob", clock.now());
  put(PutOperation{record}, RequestCancel{"turn"});
  status::Append append = chat_append(clock.now(), 9);
  append.unless_cancelled = true;
  append.events = {progress_event(9, clock.now())};
  auto with = std::make_shared<WriteBatch>();
  with->mutations.push_back(PutMessage{message_record("debug", "bob", 1, clock.now())});
  append.with = with;
  EXPECT_EQ(code_of(run(loop, log.append(append))), ErrorCode::kCancelled);
  EXPECT_TRUE(get(store->events("bob", "turn", 0, 10)).empty());
  EXPECT_TRUE(get(store->messages("bob", "debug", 10)).empty());
  EXPECT_TRUE(get(store->chat_statuses("bob", "debug", 10)).empty());
  append.unless_cancelled = false;
  EXPECT_TRUE(run(loop, log.append(append)));
  EXPECT_EQ(get(store->events("bob", "turn", 0, 10)).size(), 1u);
}

TEST_P(Batches, FailWhereAFaultStoreSaysSo) {
  FaultStore faulty(*store);
  auto put_operation = [&](const std::string& id) {
    WriteBatch batch;
    batch.mutations.push_back(PutOperation{operation_record(id, "bob", clock.now())});
    return code_of(run(loop, faulty.commit(std::move(batch))));
  };
  faulty.fail_commit(1, Fault::kBeforeCommit);
  faulty.fail_commit(2, Fault::kAfterCommit);
  EXPECT_EQ(put_operation("a"), ErrorCode::kStorageUnavailable);
  EXPECT_EQ(put_operation("b"), ErrorCode::kStorageUnavailable);
  EXPECT_EQ(put_operation("c"), std::nullopt);
  EXPECT_FALSE(get(store->operation("bob", "a")));
  EXPECT_TRUE(get(store->operation("bob", "b")));
  EXPECT_TRUE(get(store->operation("bob", "c")));
  faulty.go_away();
  EXPECT_EQ(put_operation("d"), ErrorCode::kStorageUnavailable);
  EXPECT_FALSE(faulty.health());
  EXPECT_EQ(code_of(run(loop, faulty.operation("bob", "c"))), ErrorCode::kStorageUnavailable);
  faulty.come_back();
  EXPECT_TRUE(faulty.health());
  EXPECT_EQ(put_operation("d"), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(Stores, Batches, ::testing::ValuesIn(store_engines()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace walrus::testing
