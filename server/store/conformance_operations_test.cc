// Operations and events: what every engine promises (store.h).
#include "testing/store_fixture.h"

namespace walrus::testing {
namespace {

using namespace store;
using status::Outcome;
using status::Step;

class Operations : public StoreTest {};

status::State ended(status::State state, TimePoint at, Outcome outcome) {
  state.outcome = outcome;
  state.step = Step::kFinished;
  state.percent = 100;
  state.updated_at = at;
  if (outcome == Outcome::kFailed) {
    state.error = status::OperationError{ErrorCode::kEncryptedDocument, "It has a \"password\".",
                                         Step::kExtractingText, false};
  }
  return state;
}

std::vector<std::uint64_t> sequences(const std::vector<status::Event>& events) {
  std::vector<std::uint64_t> found;
  for (const status::Event& event : events) found.push_back(event.sequence);
  return found;
}

std::vector<std::string> ids(const std::vector<OperationRecord>& records) {
  std::vector<std::string> found;
  for (const OperationRecord& record : records) found.push_back(record.state.operation.id);
  return found;
}

TEST_P(Operations, KeepEveryField) {
  OperationRecord record = operation_record("a", "bob", clock.now());
  record.state.operation.document_id = "document";
  put(PutOperation{record});
  auto read = get(store->operation("bob", "a"));
  ASSERT_TRUE(read);
  const status::State& state = read->state;
  EXPECT_EQ(state.operation.id, "a");
  EXPECT_EQ(state.operation.kind, status::Kind::kDocumentUpload);
  EXPECT_EQ(state.operation.owner, "bob");
  EXPECT_EQ(state.operation.document_id, "document");
  EXPECT_EQ(state.operation.conversation_id, "");
  EXPECT_EQ(state.operation.user_id, "user-a");
  EXPECT_EQ(state.operation.created_at, clock.now());
  EXPECT_EQ(state.attempt, 1);
  EXPECT_EQ(state.sequence, 3u);
  EXPECT_EQ(state.outcome, Outcome::kProcessing);
  EXPECT_EQ(state.step, Step::kExtractingText);
  EXPECT_EQ(state.percent, 31);
  EXPECT_EQ(state.message, record.state.message);
  EXPECT_EQ(state.started_at, clock.now() + Duration(1));
  EXPECT_EQ(state.updated_at, clock.now() + Duration(2));
  EXPECT_EQ(state.metadata, record.state.metadata);
  EXPECT_EQ(state.eta_seconds, 2.5);
  EXPECT_FALSE(state.error);
  EXPECT_EQ(state.content_bytes, 12u);
  EXPECT_EQ(state.earlier_starts, record.state.earlier_starts);
  EXPECT_EQ(read->input, record.input);
  EXPECT_EQ(read->checkpoint, record.checkpoint);
  EXPECT_EQ(read->reserved_through, 1000u);
  EXPECT_EQ(read->resumptions, 1);
  EXPECT_FALSE(read->cancel_requested);
}

TEST_P(Operations, OfAnotherOwnerAreNotThere) {
  put(PutOperation{operation_record("a", "bob", clock.now())},
      AppendEvents{"a", {progress_event(1, clock.now())}});
  EXPECT_FALSE(get(store->operation("eve", "a")));
  EXPECT_FALSE(get(store->operation("bob", "b")));
  EXPECT_TRUE(get(store->events("eve", "a", 0, 10)).empty());
  EXPECT_TRUE(get(store->operations("eve", {}, {}, {})).records.empty());
  EXPECT_EQ(get(store->events("bob", "a", 0, 10)).size(), 1u);
}

TEST_P(Operations, BeginTheNextAttemptOnlyAfterTheLastOneFailed) {
  OperationRecord record = operation_record("a", "bob", clock.now());
  status::State next = record.state;
  next.attempt = 2;
  next.sequence = 5;
  EXPECT_EQ(code_of(commit(BeginAttempt{next})), ErrorCode::kConflict);  // there is none
  put(PutOperation{record}, RequestCancel{"a"});
  EXPECT_EQ(code_of(commit(BeginAttempt{next})), ErrorCode::kConflict);  // it is at work
  put(UpdateState{ended(record.state, clock.now(), Outcome::kFailed)});
  put(BeginAttempt{next}, AppendEvents{"a", {progress_event(5, clock.now())}});
  auto begun = get(store->operation("bob", "a"));
  EXPECT_EQ(begun->state.attempt, 2);
  EXPECT_EQ(begun->state.outcome, Outcome::kProcessing);
  EXPECT_FALSE(begun->cancel_requested);
  EXPECT_EQ(begun->resumptions, 0);
  put(UpdateState{ended(next, clock.now(), Outcome::kFailed)});
  EXPECT_EQ(code_of(commit(BeginAttempt{next})), ErrorCode::kConflict);  // somebody was faster
  next.attempt = 3;
  put(UpdateState{ended(next, clock.now(), Outcome::kCompleted)});
  next.attempt = 4;
  EXPECT_EQ(code_of(commit(BeginAttempt{next})), ErrorCode::kConflict);  // it is done
}

TEST_P(Operations, ArePutOnce) {
  put(PutOperation{operation_record("a", "bob", clock.now())});
  EXPECT_EQ(code_of(commit(PutOperation{operation_record("a", "eve", clock.now())})),
            ErrorCode::kConflict);
  EXPECT_TRUE(get(store->operation("bob", "a")));
}

TEST_P(Operations, TakeANewStateButNotANewIdentity) {
  OperationRecord record = operation_record("a", "bob", clock.now());
  put(PutOperation{record});
  status::State state = ended(record.state, clock.now() + Duration(9), Outcome::kFailed);
  state.operation.owner = "eve";
  state.sequence = 9;
  state.eta_seconds.reset();
  state.metadata.clear();
  put(UpdateState{state, 500});
  auto read = get(store->operation("bob", "a"));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->state.sequence, 9u);
  EXPECT_EQ(read->state.outcome, Outcome::kFailed);
  EXPECT_EQ(read->state.updated_at, clock.now() + Duration(9));
  EXPECT_FALSE(read->state.eta_seconds);
  EXPECT_TRUE(read->state.metadata.empty());
  ASSERT_TRUE(read->state.error);
  EXPECT_EQ(read->state.error->type, ErrorCode::kEncryptedDocument);
  EXPECT_EQ(read->state.error->message, "It has a \"password\".");
  EXPECT_EQ(read->state.error->step, Step::kExtractingText);
  EXPECT_FALSE(read->state.error->retryable);
  EXPECT_EQ(read->reserved_through, 1000u) << "a lower mark must not be taken";
  put(UpdateState{state, 2000});
  EXPECT_EQ(get(store->operation("bob", "a"))->reserved_through, 2000u);
}

TEST_P(Operations, ThatAreMissingTakeNothing) {
  OperationRecord record = operation_record("a", "bob", clock.now());
  EXPECT_EQ(code_of(commit(UpdateState{record.state})), ErrorCode::kConflict);
  EXPECT_EQ(code_of(commit(AppendEvents{"a", {progress_event(1, clock.now())}})),
            ErrorCode::kConflict);
  EXPECT_EQ(code_of(commit(SetCheckpoint{"a", {}})), ErrorCode::kConflict);
  EXPECT_EQ(code_of(commit(CountResumption{"a"})), ErrorCode::kConflict);
  EXPECT_EQ(code_of(commit(RequestCancel{"a"})), ErrorCode::kConflict);
  EXPECT_FALSE(get(store->operation("bob", "a")));
}

TEST_P(Operations, AreCancelledBeforeTheirEndOnly) {
  OperationRecord record = operation_record("a", "bob", clock.now());
  put(PutOperation{record});
  put(RequestCancel{"a"});
  EXPECT_TRUE(get(store->operation("bob", "a"))->cancel_requested);
  status::State done = ended(record.state, clock.now(), Outcome::kCompleted);
  EXPECT_EQ(code_of(commit(UpdateState{done, 0, true})), ErrorCode::kCancelled);
  EXPECT_EQ(get(store->operation("bob", "a"))->state.outcome, Outcome::kProcessing);
  status::State failed = ended(record.state, clock.now(), Outcome::kFailed);
  put(UpdateState{failed, 0, false});
  EXPECT_EQ(code_of(commit(RequestCancel{"a"})), ErrorCode::kConflict);
}

TEST_P(Operations, ForgetTheWishToCancelWithANewAttempt) {
  OperationRecord record = operation_record("a", "bob", clock.now());
  put(PutOperation{record});
  put(RequestCancel{"a"}, UpdateState{ended(record.state, clock.now(), Outcome::kFailed)});
  status::State again = record.state;
  again.attempt = 2;
  put(UpdateState{again});
  auto read = get(store->operation("bob", "a"));
  EXPECT_FALSE(read->cancel_requested);
  EXPECT_EQ(read->resumptions, 0);
  status::State done = ended(again, clock.now(), Outcome::kCompleted);
  EXPECT_TRUE(commit(UpdateState{done, 0, true}));
}

TEST_P(Operations, CountResumptionsSinceTheLastCheckpoint) {
  put(PutOperation{operation_record("a", "bob", clock.now())});
  put(CountResumption{"a"});
  put(CountResumption{"a"});
  EXPECT_EQ(get(store->operation("bob", "a"))->resumptions, 3);
  put(SetCheckpoint{"a", {{"page", 8}}});
  auto read = get(store->operation("bob", "a"));
  EXPECT_EQ(read->resumptions, 0);
  EXPECT_EQ(read->checkpoint, (json::object{{"page", 8}}));
}

TEST_P(Operations, AreListedNewestFirstPageByPage) {
  // Two share each moment, so that the id decides.
  for (int i = 0; i < 7; ++i) {
    OperationRecord record =
        operation_record("id-" + std::to_string(i), "bob", clock.now() + Duration(i / 2));
    put(PutOperation{record});
  }
  put(PutOperation{operation_record("other", "eve", clock.now())});
  std::vector<std::string> all;
  Page page{3, ""};
  int pages = 0;
  do {
    auto listing = get(store->operations("bob", {}, {}, page));
    EXPECT_LE(listing.records.size(), 3u);
    for (const std::string& id : ids(listing.records)) all.push_back(id);
    page.after = listing.next;
    ++pages;
  } while (!page.after.empty());
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(all,
            (std::vector<std::string>{"id-6", "id-5", "id-4", "id-3", "id-2", "id-1", "id-0"}));
}

TEST_P(Operations, HaveNoPageBehindAFullLastOne) {
  for (int i = 0; i < 4; ++i) {
    put(PutOperation{operation_record("id-" + std::to_string(i), "bob", clock.now())});
  }
  auto first = get(store->operations("bob", {}, {}, {2, ""}));
  auto second = get(store->operations("bob", {}, {}, {2, first.next}));
  EXPECT_EQ(second.records.size(), 2u);
  EXPECT_EQ(second.next, "");
}

TEST_P(Operations, AreNarrowedByKindAndOutcome) {
  OperationRecord upload = operation_record("upload", "bob", clock.now());
  OperationRecord crawl = operation_record("crawl", "bob", clock.now());
  crawl.state.operation.kind = status::Kind::kWebCrawl;
  crawl.state.outcome = Outcome::kFailed;
  put(PutOperation{upload}, PutOperation{crawl});
  EXPECT_EQ(ids(get(store->operations("bob", "web_crawl", {}, {})).records),
            std::vector<std::string>{"crawl"});
  EXPECT_EQ(ids(get(store->operations("bob", {}, Outcome::kProcessing, {})).records),
            std::vector<std::string>{"upload"});
  EXPECT_TRUE(get(store->operations("bob", "chat", {}, {})).records.empty());
  EXPECT_TRUE(get(store->operations("bob", "web_crawl", Outcome::kProcessing, {})).records.empty());
}

// With those that were retried: they have begun again.
TEST_P(Operations, ThatBeganLatelyAreFoundTheLastOneFirst) {
  TimePoint since = clock.now() + Duration(10);
  for (int i = 0; i < 4; ++i) {
    put(PutOperation{
        operation_record("id-" + std::to_string(i), "bob", since + Duration(5 * (i - 2)))});
  }
  put(PutOperation{operation_record("foreign", "eve", since)});
  OperationRecord old = operation_record("id-0", "bob", since - Duration(10));
  put(UpdateState{ended(old.state, clock.now(), Outcome::kFailed)});
  EXPECT_EQ(ids(get(store->operations_begun("bob", since, {})).records),
            (std::vector<std::string>{"id-3", "id-2"}));
  status::State next = old.state;
  next.attempt = 2;
  next.started_at = since + Duration(7);
  next.earlier_starts = {{1, old.state.started_at}};
  put(BeginAttempt{next});
  Page page{2, ""};
  auto first = get(store->operations_begun("bob", since, page));
  EXPECT_EQ(ids(first.records), (std::vector<std::string>{"id-0", "id-3"}));
  EXPECT_EQ(first.records[0].state.started_at, next.started_at);
  EXPECT_EQ(first.records[0].state.earlier_starts, next.earlier_starts);
  page.after = first.next;
  auto second = get(store->operations_begun("bob", since, page));
  EXPECT_EQ(ids(second.records), std::vector<std::string>{"id-2"});
  EXPECT_EQ(second.next, "");
}

TEST_P(Operations, RefuseBrokenCursors) {
  for (std::string cursor : {"x", "zz", "00", "0000000000000000", "000000000000000g61", "'; --"}) {
    EXPECT_EQ(code_of(run(loop, store->operations("bob", {}, {}, {10, cursor}))),
              ErrorCode::kBadRequest)
        << cursor;
  }
}

TEST_P(Operations, ThatAreOpenAreFoundForEveryOwnerOldestFirst) {
  put(PutOperation{operation_record("late", "bob", clock.now() + Duration(5))},
      PutOperation{operation_record("early", "eve", clock.now())},
      PutOperation{operation_record("done", "bob", clock.now())});
  OperationRecord done = operation_record("done", "bob", clock.now());
  put(UpdateState{ended(done.state, clock.now(), Outcome::kCompleted)});
  EXPECT_EQ(ids(get(store->open_operations())), (std::vector<std::string>{"early", "late"}));
}

TEST_P(Operations, KeepEveryFieldOfAnEvent) {
  put(PutOperation{operation_record("a", "bob", clock.now())});
  status::Event event = progress_event(1, clock.now());
  status::Event failed = progress_event(2, clock.now());
  failed.attempt = 2;
  failed.type = status::EventType::kError;
  failed.outcome = Outcome::kFailed;
  failed.eta_seconds.reset();
  failed.error = status::OperationError{ErrorCode::kTimeout, "Too slow.", Step::kCrawling, true};
  status::Event chunk = progress_event(3, clock.now());
  chunk.type = status::EventType::kChunk;
  chunk.percent = status::kNoPercent;
  chunk.metadata.clear();
  chunk.content = "Künstliche Intelligenz 🦭";
  put(AppendEvents{"a", {event, failed, chunk}});
  auto read = get(store->events("bob", "a", 0, 10));
  ASSERT_EQ(sequences(read), (std::vector<std::uint64_t>{1, 2, 3}));
  EXPECT_EQ(read[0].attempt, 1);
  EXPECT_EQ(read[0].at, event.at);
  EXPECT_EQ(read[0].type, status::EventType::kStatus);
  EXPECT_EQ(read[0].outcome, Outcome::kProcessing);
  EXPECT_EQ(read[0].step, Step::kCreatingEmbeddings);
  EXPECT_EQ(read[0].percent, 75);
  EXPECT_EQ(read[0].message, event.message);
  EXPECT_EQ(read[0].metadata, event.metadata);
  EXPECT_EQ(read[0].eta_seconds, 0.25);
  EXPECT_FALSE(read[0].error);
  EXPECT_EQ(read[1].attempt, 2);
  EXPECT_EQ(read[1].type, status::EventType::kError);
  ASSERT_TRUE(read[1].error);
  EXPECT_EQ(read[1].error->type, ErrorCode::kTimeout);
  EXPECT_EQ(read[1].error->step, Step::kCrawling);
  EXPECT_TRUE(read[1].error->retryable);
  EXPECT_EQ(read[2].content, chunk.content);
  EXPECT_EQ(read[2].percent, status::kNoPercent);
  EXPECT_TRUE(read[2].metadata.empty());
}

TEST_P(Operations, TakeAnEventOnce) {
  put(PutOperation{operation_record("a", "bob", clock.now())});
  status::Event first = progress_event(1, clock.now());
  put(AppendEvents{"a", {first, progress_event(2, clock.now())}});
  status::Event other = first;
  other.message = "something else";
  put(AppendEvents{"a", {other, progress_event(3, clock.now())}});
  auto read = get(store->events("bob", "a", 0, 10));
  EXPECT_EQ(sequences(read), (std::vector<std::uint64_t>{1, 2, 3}));
  EXPECT_EQ(read[0].message, first.message);
}

TEST_P(Operations, GiveEventsPastAPositionUpToALimit) {
  put(PutOperation{operation_record("a", "bob", clock.now())},
      PutOperation{operation_record("b", "bob", clock.now())});
  for (std::uint64_t sequence : {7, 3, 1003, 12}) {
    put(AppendEvents{"a", {progress_event(sequence, clock.now())}});
  }
  put(AppendEvents{"b", {progress_event(5, clock.now())}});
  EXPECT_EQ(sequences(get(store->events("bob", "a", 0, 10))),
            (std::vector<std::uint64_t>{3, 7, 12, 1003}));
  EXPECT_EQ(sequences(get(store->events("bob", "a", 3, 2))), (std::vector<std::uint64_t>{7, 12}));
  EXPECT_TRUE(get(store->events("bob", "a", 1003, 10)).empty());
  EXPECT_TRUE(get(store->events("bob", "a", ~std::uint64_t{0}, 10)).empty());
}

TEST_P(Operations, LoseTheirEventsADayAfterTheEnd) {
  OperationRecord record = operation_record("a", "bob", clock.now());
  put(PutOperation{record}, AppendEvents{"a", {progress_event(1, clock.now())}});
  clock.advance(std::chrono::hours(100));
  EXPECT_EQ(get(store->events("bob", "a", 0, 10)).size(), 1u) << "it has not ended";
  put(UpdateState{ended(record.state, clock.now(), Outcome::kCompleted)});
  clock.advance(kEventLife - Duration(1));
  EXPECT_EQ(get(store->events("bob", "a", 0, 10)).size(), 1u);
  EXPECT_EQ(get(store->remove_expired(100)), 0);
  clock.advance(Duration(1));
  EXPECT_TRUE(get(store->events("bob", "a", 0, 10)).empty()) << "expired, removed or not";
  EXPECT_TRUE(get(store->operation("bob", "a"))) << "the state stays";
  EXPECT_EQ(get(store->remove_expired(100)), 1);
  EXPECT_EQ(get(store->remove_expired(100)), 0);
}

TEST_P(Operations, BeginANewLogWhereTheOldOneHasExpired) {
  OperationRecord record = operation_record("a", "bob", clock.now());
  put(PutOperation{record}, AppendEvents{"a", {progress_event(1, clock.now())}});
  put(UpdateState{ended(record.state, clock.now(), Outcome::kFailed)});
  clock.advance(kEventLife);
  status::State again = record.state;
  again.attempt = 2;
  again.updated_at = clock.now();
  put(AppendEvents{"a", {progress_event(2, clock.now())}}, UpdateState{again});
  EXPECT_EQ(sequences(get(store->events("bob", "a", 0, 10))), (std::vector<std::uint64_t>{2}));
  clock.advance(kEventLife * 3);
  EXPECT_EQ(get(store->events("bob", "a", 0, 10)).size(), 1u);
}

TEST_P(Operations, RemoveExpiredEventsInSmallBatches) {
  OperationRecord record = operation_record("a", "bob", clock.now());
  put(PutOperation{record}, PutOperation{operation_record("b", "bob", clock.now())},
      AppendEvents{"b", {progress_event(1, clock.now())}});
  for (std::uint64_t i = 1; i <= 10; ++i) {
    put(AppendEvents{"a", {progress_event(i, clock.now())}});
  }
  put(UpdateState{ended(record.state, clock.now(), Outcome::kCompleted)});
  clock.advance(kEventLife);
  EXPECT_EQ(get(store->remove_expired(4)), 4);
  EXPECT_EQ(get(store->remove_expired(4)), 4);
  EXPECT_EQ(get(store->remove_expired(4)), 2);
  EXPECT_EQ(get(store->remove_expired(4)), 0);
  EXPECT_EQ(get(store->events("bob", "b", 0, 10)).size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Stores, Operations, ::testing::ValuesIn(store_engines()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace walrus::testing
