// What only SQLite can show: the file, its versions, and the disk going away and coming back.
#include "store/sqlite/sqlite_store.h"

#include <gtest/gtest.h>

#include <fstream>

#include "store/sqlite/schema.h"
#include "testing/power_loss_vfs.h"
#include "testing/store_fixture.h"

namespace walrus::testing {
namespace {

using namespace store;
using sqlite::Connection;

class SqliteFile : public ::testing::Test {
 protected:
  Result<std::unique_ptr<SqliteStore>> open(sqlite::Options options = {}) {
    return SqliteStore::open(file, clock, log, metrics, std::move(options));
  }
  Result<void> put_operation(Store& store, const std::string& id) {
    WriteBatch batch;
    batch.mutations.push_back(PutOperation{operation_record(id, "bob", clock.now())});
    return run(loop, store.commit(std::move(batch)));
  }
  std::string text(const std::string& sql) {
    auto connection = Connection::open(file.string(), "", Connection::Access::kWrite);
    auto statement = connection->query(sql);
    if (!statement) return statement.error().detail;
    auto row = statement->step();
    return row && *row ? statement->text() : "";
  }

  TemporaryFolder folder;
  std::filesystem::path file = folder.path() / "walrus.db";
  ManualClock clock;
  ManualLoop loop{clock};
  Log log = Log::none();
  Metrics metrics;
};

TEST_F(SqliteFile, KeepsWhatWasCommitted) {
  {
    auto store = open();
    ASSERT_TRUE(store);
    ASSERT_TRUE(put_operation(**store, "a"));
  }
  auto store = open();
  ASSERT_TRUE(store);
  auto read = run(loop, (*store)->operation("bob", "a"));
  EXPECT_TRUE(read && *read);
  EXPECT_EQ(text("PRAGMA journal_mode"), "wal");
  EXPECT_EQ(text("PRAGMA user_version"), std::to_string(sqlite::migrations().back().version));
}

TEST_F(SqliteFile, ShowsTheDocumentsStateAsTheMissionNamesIt) {
  auto store = open();
  ASSERT_TRUE(store);
  OperationRecord operation = operation_record("operation-of-d", "bob", clock.now());
  operation.state.operation.document_id = "d";
  WriteBatch batch;
  batch.mutations.push_back(PutOperation{operation});
  batch.mutations.push_back(PutDocument{document_record("d", "bob", clock.now())});
  ASSERT_TRUE(run(loop, (*store)->commit(std::move(batch))));
  constexpr auto kColumns =
      "SELECT processing_status || '|' || processing_step || '|' || status_message || '|' || "
      "progress_percentage || '|' || status_metadata FROM documents WHERE document_id = 'd'";
  EXPECT_EQ(text(kColumns),
            "processing|extracting_text|Extracting text content... 3 of 10 pages|31|"
            R"({"pages_done":3,"pages_total":10})");
  operation.state.outcome = status::Outcome::kCompleted;
  operation.state.step = status::Step::kFinished;
  operation.state.percent = 100;
  operation.state.message = "Upload completed successfully";
  WriteBatch end;
  end.mutations.push_back(UpdateState{operation.state});
  ASSERT_TRUE(run(loop, (*store)->commit(std::move(end))));
  EXPECT_EQ(text(kColumns),
            "completed|finished|Upload completed successfully|100|"
            R"({"pages_done":3,"pages_total":10})");
}

TEST_F(SqliteFile, NamesTheChatsColumnsAsTheMissionDoes) {
  auto store = open();
  ASSERT_TRUE(store);
  WriteBatch batch;
  batch.mutations.push_back(
      PutChatStatus{chat_status_record("session_001", "local", clock.now()), 1});
  batch.mutations.push_back(PutChatStatus{chat_status_record("s", "bob", clock.now()), 1});
  ASSERT_TRUE(run(loop, (*store)->commit(std::move(batch))));
  EXPECT_EQ(text("SELECT conversation_id || '|' || item_type || '|' || status || '|' || step || "
                 "'|' || timestamp || '|' || (ttl - timestamp) || '|' || metadata FROM chat "
                 "WHERE owner = 'local'"),
            "conv#session_001|status|processing|retrieving_context|1705314600|86400|"
            R"({"chunks_retrieved":5})");
  EXPECT_EQ(text("SELECT conversation_id FROM chat WHERE owner = 'bob'"), "conv#bob/s");
}

TEST_F(SqliteFile, OfANewerVersionIsRefused) {
  ASSERT_TRUE(open());
  text("PRAGMA user_version = 99");
  auto refused = open();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kStorageUnavailable);
  EXPECT_NE(refused.error().message.find("newer"), std::string::npos) << refused.error().message;
}

TEST_F(SqliteFile, OfAnotherProgramIsRefused) {
  text("CREATE TABLE theirs (a)");
  auto refused = open();
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("not one of Walrus"), std::string::npos);
  EXPECT_EQ(text("SELECT count(*) FROM sqlite_schema"), "1") << "it was left as it is";
}

TEST_F(SqliteFile, ThatIsNoDatabaseIsRefused) {
  std::ofstream(file) << std::string(8192, 'x');
  auto refused = open();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kStorageUnavailable);
}

TEST_F(SqliteFile, OfAnOlderVersionIsMigratedStepByStep) {
  auto connection = Connection::open(file.string(), "", Connection::Access::kWrite);
  constexpr sqlite::Migration kFirst[] = {{1, "CREATE TABLE t (a); INSERT INTO t VALUES (7)"}};
  ASSERT_TRUE(sqlite::migrate(*connection, kFirst));
  constexpr sqlite::Migration kAll[] = {
      {1, "CREATE TABLE t (a)"}, {2, "ALTER TABLE t ADD COLUMN b"}, {3, "UPDATE t SET b = a + 1"}};
  ASSERT_TRUE(sqlite::migrate(*connection, kAll));
  EXPECT_EQ(connection->number("SELECT b FROM t").value_or(0), 8);
  EXPECT_EQ(connection->number("PRAGMA user_version").value_or(0), 3);
  ASSERT_TRUE(sqlite::migrate(*connection, kAll)) << "nothing is left to do";
}

TEST_F(SqliteFile, StaysAtTheVersionBeforeAStepThatFails) {
  auto connection = Connection::open(file.string(), "", Connection::Access::kWrite);
  constexpr sqlite::Migration kBroken[] = {
      {1, "CREATE TABLE t (a)"}, {2, "CREATE TABLE u (a); INSERT INTO nothing VALUES (1)"}};
  EXPECT_FALSE(sqlite::migrate(*connection, kBroken));
  EXPECT_EQ(connection->number("PRAGMA user_version").value_or(0), 1);
  EXPECT_EQ(connection->number("SELECT count(*) FROM sqlite_schema WHERE name = 'u'").value_or(9),
            0);
}

TEST_F(SqliteFile, WithADamagedRowSaysSoInsteadOfGuessing) {
  auto store = open();
  ASSERT_TRUE(store);
  ASSERT_TRUE(put_operation(**store, "a"));
  text("UPDATE operations SET outcome = 'nonsense'");
  EXPECT_EQ(code_of(run(loop, (*store)->operation("bob", "a"))), ErrorCode::kStorageUnavailable);
  text("UPDATE operations SET outcome = 'processing', metadata = '{broken'");
  EXPECT_EQ(code_of(run(loop, (*store)->operation("bob", "a"))), ErrorCode::kStorageUnavailable);
}

TEST_F(SqliteFile, WalksAlongIndexesAlone) {
  auto store = open();
  ASSERT_TRUE(store);
  // The listings that grow with the data; a plan that sorts or scans reads all of it.
  for (const char* sql :
       {"SELECT id FROM operations WHERE owner = ?1 AND (created_at, id) < (?2, ?3) "
        "ORDER BY created_at DESC, id DESC LIMIT 5",
        "SELECT id FROM operations WHERE owner = ?1 AND outcome = 'processing' AND "
        "(created_at, id) < (?2, ?3) ORDER BY created_at DESC, id DESC LIMIT 5",
        "SELECT id FROM operations WHERE owner = ?1 AND started_at >= ?2 AND "
        "(started_at, id) < (?3, ?4) ORDER BY started_at DESC, id DESC LIMIT 5",
        "SELECT document_id FROM documents WHERE owner = ?1 AND (created_at, document_id) < "
        "(?2, ?3) ORDER BY created_at DESC, document_id DESC LIMIT 5",
        "SELECT title FROM chat WHERE item_type = 'conversation' AND owner = ?1 AND user_id = ?2 "
        "AND (updated_at, conversation_id) < (?3, ?4) "
        "ORDER BY updated_at DESC, conversation_id DESC LIMIT 5",
        "SELECT status FROM chat WHERE conversation_id = ?1 AND turn_id >= ?2 AND turn_id < ?3 "
        "AND owner = ?4 AND ttl > ?5 ORDER BY turn_id DESC LIMIT 5",
        "SELECT conversation_id FROM chat WHERE ttl <= ?1 LIMIT 5",
        "SELECT id FROM operations WHERE events_expire_at <= ?1 LIMIT 5"}) {
    auto connection = Connection::open(file.string(), "", Connection::Access::kRead);
    std::string explain = std::string("EXPLAIN QUERY PLAN ") + sql;
    auto plan = connection->query(explain);
    ASSERT_TRUE(plan) << plan.error().detail;
    while (plan->step().value_or(false)) {
      for (int i = 0; i < 3; ++i) plan->integer();
      std::string step = plan->text();
      EXPECT_TRUE(step.starts_with("SEARCH")) << step << " in " << sql;
      EXPECT_EQ(step.find("operations_open") != std::string::npos,
                std::string_view(sql).find("'processing'") != std::string_view::npos)
          << step;
      EXPECT_EQ(step.find("chat_expiring") != std::string::npos,
                std::string_view(sql).find("ttl <=") != std::string_view::npos)
          << step;
    }
  }
}

TEST_F(SqliteFile, RefusesMoreThanItsQueueHolds) {
  auto store = open({.queue_limit = 10});
  ASSERT_TRUE(store);
  // Holds the writer up, so that everything else waits.
  auto blocker = Connection::open(file.string(), "", Connection::Access::kWrite);
  ASSERT_TRUE(blocker->execute("BEGIN IMMEDIATE"));
  std::vector<std::optional<ErrorCode>> codes;
  auto write = [](Store& target, std::string id, TimePoint now,
                  std::vector<std::optional<ErrorCode>>& out) -> Task<void> {
    WriteBatch batch;
    batch.mutations.push_back(PutOperation{operation_record(id, "bob", now)});
    auto committed = co_await target.commit(std::move(batch));
    if (!committed) EXPECT_TRUE(committed.error().retry_after);
    out.push_back(code_of(committed));
  };
  TaskGroup group(loop, [](std::exception_ptr) { FAIL(); });
  for (int i = 0; i < 30; ++i) group.start(write(**store, std::to_string(i), clock.now(), codes));
  loop.run_until_idle();
  auto refused = codes.size();
  EXPECT_GE(refused, 30u - 10u - 10u) << "ten wait, and at most as many are in the writer's hands";
  EXPECT_LT(refused, 30u);
  for (auto code : codes) EXPECT_EQ(code, ErrorCode::kStorageUnavailable);
  ASSERT_TRUE(blocker->execute("ROLLBACK"));
  while (group.running() > 0) loop.run_when_posted();
  ASSERT_EQ(codes.size(), 30u);
  for (std::size_t i = refused; i < codes.size(); ++i) EXPECT_EQ(codes[i], std::nullopt);
}

TEST_F(SqliteFile, TakesABatchThatIsLargerThanTheQueue) {
  auto store = open({.queue_limit = 10, .group_limit = 10});
  ASSERT_TRUE(store);
  WriteBatch batch;
  batch.mutations.push_back(PutDocument{document_record("d", "bob", clock.now())});
  PutChunks chunks;
  for (int i = 0; i < 100; ++i) chunks.chunks.push_back(chunk_record("d", 1, i));
  batch.mutations.push_back(std::move(chunks));
  EXPECT_TRUE(run(loop, (*store)->commit(std::move(batch))));
}

TEST_F(SqliteFile, WritesWhatWaitsBeforeItCloses) {
  std::vector<std::optional<ErrorCode>> codes;
  auto write = [](Store& target, std::string id, TimePoint now,
                  std::vector<std::optional<ErrorCode>>& out) -> Task<void> {
    WriteBatch batch;
    batch.mutations.push_back(PutOperation{operation_record(id, "bob", now)});
    out.push_back(code_of(co_await target.commit(std::move(batch))));
  };
  auto store = open();
  ASSERT_TRUE(store);
  TaskGroup group(loop, [](std::exception_ptr) { FAIL(); });
  for (int i = 0; i < 50; ++i) group.start(write(**store, std::to_string(i), clock.now(), codes));
  store->reset();
  loop.run_until_idle();
  ASSERT_EQ(codes.size(), 50u);
  for (auto code : codes) EXPECT_EQ(code, std::nullopt);
}

TEST_F(SqliteFile, ComesBackByItselfAfterTheDiskDid) {
  PowerLossVfs vfs("comes-back");
  file = "walrus.db";
  auto store = open({.probe_interval = std::chrono::milliseconds(1), .vfs = vfs.name()});
  ASSERT_TRUE(store) << store.error().detail;
  ASSERT_TRUE(put_operation(**store, "a"));
  EXPECT_TRUE((*store)->health());
  vfs.fail_at(1, true);
  EXPECT_EQ(code_of(put_operation(**store, "b")), ErrorCode::kStorageUnavailable);
  auto health = (*store)->health();
  ASSERT_FALSE(health);
  EXPECT_EQ(health.error().code, ErrorCode::kStorageUnavailable);
  EXPECT_TRUE(health.error().retry_after);
  vfs.repair();
  auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  while (!(*store)->health() && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
  EXPECT_TRUE((*store)->health()) << "although nobody wrote anything";
  EXPECT_TRUE(put_operation(**store, "c"));
  auto lost = run(loop, (*store)->operation("bob", "b"));
  EXPECT_TRUE(lost && !*lost);
  store->reset();
}

}  // namespace
}  // namespace walrus::testing
