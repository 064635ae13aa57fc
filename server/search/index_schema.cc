#include "search/index_schema.h"

#include <fmt/format.h>

#include <fstream>

namespace walrus::search {
namespace {

constexpr std::int64_t kApplication = 0x57534958;  // "WSIX"
constexpr std::int64_t kSchema = 1;
constexpr std::int64_t kTableCount = 8;

// Ids of a version's chunks, and of its windows, are consecutive: [first, first + count).
//
// owners    one search partition each; keywords_<partition> is its FTS5 table (keyword_index.h)
// versions  what is known; the active ones, and they alone, are in the FTS5 tables
// chunks    the windows of a chunk, as 32-bit offsets from its version's first
// terms     a chunk's index terms, compressed: to go into the FTS5 table at activation and to be
//           taken out of it, which needs the very same terms (it keeps no copy of its own)
// windows   int8 vectors, to be scanned
// vectors   the same in float, to rescore the best
constexpr const char* kTables = R"(
CREATE TABLE owners (
  partition INTEGER PRIMARY KEY,
  owner TEXT NOT NULL UNIQUE,
  chunks INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE versions (
  id INTEGER PRIMARY KEY,
  partition INTEGER NOT NULL REFERENCES owners,
  document_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  active INTEGER NOT NULL DEFAULT 0,
  language TEXT NOT NULL,
  embedder TEXT NOT NULL,
  dimensions INTEGER NOT NULL,
  first_chunk INTEGER NOT NULL,
  chunk_count INTEGER NOT NULL,
  first_window INTEGER NOT NULL,
  window_count INTEGER NOT NULL,
  UNIQUE (document_id, version)
);
CREATE INDEX active_versions ON versions (partition, document_id) WHERE active;
CREATE TABLE languages (
  partition INTEGER NOT NULL REFERENCES owners,
  language TEXT NOT NULL,
  chunks INTEGER NOT NULL,
  PRIMARY KEY (partition, language)
) WITHOUT ROWID;
CREATE TABLE next_ids (chunk INTEGER NOT NULL, window INTEGER NOT NULL);
INSERT INTO next_ids VALUES (1, 1);
CREATE TABLE chunks (id INTEGER PRIMARY KEY, version INTEGER NOT NULL, windows BLOB NOT NULL);
CREATE TABLE terms (id INTEGER PRIMARY KEY, compressed BLOB NOT NULL);
CREATE TABLE windows (id INTEGER PRIMARY KEY, scale REAL NOT NULL, codes BLOB NOT NULL);
CREATE TABLE vectors (id INTEGER PRIMARY KEY, numbers BLOB NOT NULL);
)";

std::filesystem::path with_suffix(std::filesystem::path file, const char* suffix) {
  file += suffix;
  return file;
}

std::int64_t number(Connection& connection, std::string_view sql) {
  Statement row = connection.query(sql);
  return row.step() ? row.integer(0) : 0;
}

enum class State { kEmpty, kOurs, kForeign };

// Reads every table's root besides the header: a torn file shows itself here, mostly.
State state_of(Connection& connection) {
  std::int64_t tables = number(connection, "SELECT count(*) FROM sqlite_master");
  if (connection.failed()) return State::kForeign;
  if (tables == 0) return State::kEmpty;
  bool ours = number(connection, "PRAGMA application_id") == kApplication &&
              number(connection, "PRAGMA user_version") == kSchema &&
              number(connection,
                     "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN ("
                     "'owners', 'versions', 'languages', 'next_ids', 'chunks', 'terms', 'windows', "
                     "'vectors')") == kTableCount;
  if (!ours) return State::kForeign;
  number(connection, "SELECT count(*) FROM owners");
  number(connection, "SELECT count(*) FROM versions");
  number(connection, "SELECT max(id) FROM chunks");
  number(connection, "SELECT max(id) FROM terms");
  number(connection, "SELECT max(id) FROM windows");
  number(connection, "SELECT max(id) FROM vectors");
  return connection.failed() ? State::kForeign : State::kOurs;
}

Result<void> create_tables(Connection& connection) {
  Transaction transaction(connection, Transaction::Kind::kWrite);
  connection.execute(kTables);
  connection.execute(
      fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}", kApplication, kSchema));
  return transaction.commit();
}

void move_away(const std::filesystem::path& file) {
  std::error_code ignored;
  std::filesystem::rename(file, with_suffix(file, ".old"), ignored);
  // A log of the old file must not be replayed into the new one.
  for (const char* suffix : {"-wal", "-shm", "-journal", ".damaged"}) {
    std::filesystem::remove(with_suffix(file, suffix), ignored);
  }
}

Result<std::unique_ptr<Connection>> create(const std::filesystem::path& file) {
  auto connection = Connection::open(file, Connection::Access::kWrite);
  if (!connection) return connection;
  Result<void> created = create_tables(**connection);
  if (!created) return std::unexpected(std::move(created.error()));
  return connection;
}

}  // namespace

Result<std::unique_ptr<Connection>> open_index_file(const std::filesystem::path& file,
                                                    const Log& log) {
  std::error_code ignored;
  bool marked = std::filesystem::exists(with_suffix(file, ".damaged"), ignored);
  if (!marked) {
    auto connection = Connection::open(file, Connection::Access::kWrite);
    if (!connection) return connection;
    State state = state_of(**connection);
    bool damaged = (*connection)->damaged();
    Result<void> outcome = (*connection)->take_outcome();
    if (state == State::kOurs) return connection;
    if (state == State::kEmpty) {
      outcome = create_tables(**connection);
      if (outcome) return connection;
    }
    // A disk that does not answer is no reason to throw the index away.
    if (!outcome && !damaged) return std::unexpected(std::move(outcome.error()));
  }
  log.warning("the search index is damaged or of another version; a new one is made",
              {{"marked_at_run_time", marked}});
  move_away(file);
  return create(file);
}

void mark_damaged(const std::filesystem::path& file) {
  std::ofstream(with_suffix(file, ".damaged")) << "replaced at the next start\n";
}

}  // namespace walrus::search
