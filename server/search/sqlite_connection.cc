#include "search/sqlite_connection.h"

#include <fmt/format.h>

#include <utility>

namespace walrus::search {
namespace {

// Another process may look at the file; the server itself has one writer and never waits here.
constexpr int kBusyMillis = 5000;

// NORMAL: a power cut may lose the last commits, never the file's consistency. The tables are the
// truth, and what the file lacks is put back from them at the start.
constexpr const char* kWriterPragmas =
    "PRAGMA page_size = 16384;"  // seven float rows, or 31 int8 rows, to a page
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = NORMAL;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA cache_size = -32768;"
    "PRAGMA journal_size_limit = 67108864;";
constexpr const char* kReaderPragmas =
    "PRAGMA query_only = ON;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA cache_size = -32768;";

bool is_damage(int code) {
  int primary = code & 0xff;
  return primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB;
}

Error storage_error(int code, const std::string& detail) {
  bool full = (code & 0xff) == SQLITE_FULL;
  Error error{ErrorCode::kStorageUnavailable,
              full ? "The disk of the search index is full. Make room; work goes on by itself then."
                   : "The search index does not answer at the moment. Try again in a moment.",
              fmt::format("search index: sqlite {} ({}): {}", code, sqlite3_errstr(code), detail)};
  error.retry_after = std::chrono::seconds(1);
  return error;
}

}  // namespace

Statement::Statement(Statement&& other) noexcept
    : connection_(other.connection_),
      statement_(std::exchange(other.statement_, nullptr)),
      kept_(other.kept_) {}

Statement::~Statement() {
  if (statement_ == nullptr) return;
  if (!kept_) {
    sqlite3_finalize(statement_);
    return;
  }
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

void Statement::reset() {
  if (statement_ != nullptr) sqlite3_reset(statement_);
}

bool Statement::step() {
  if (statement_ == nullptr || connection_.failed()) return false;
  int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) connection_.note(code);
  return false;
}

void Statement::bind_at(int index, std::int64_t value) {
  if (statement_ != nullptr) sqlite3_bind_int64(statement_, index, value);
}

void Statement::bind_at(int index, double value) {
  if (statement_ != nullptr) sqlite3_bind_double(statement_, index, value);
}

void Statement::bind_at(int index, std::string_view value) {
  if (statement_ == nullptr) return;
  // A null pointer would bind NULL instead of the empty text.
  int code = sqlite3_bind_text64(statement_, index, value.empty() ? "" : value.data(), value.size(),
                                 SQLITE_STATIC, SQLITE_UTF8);
  if (code != SQLITE_OK) connection_.note(code);
}

void Statement::bind_at(int index, Blob value) {
  if (statement_ == nullptr) return;
  int code = value.empty() ? sqlite3_bind_zeroblob(statement_, index, 0)
                           : sqlite3_bind_blob64(statement_, index, value.data(), value.size(),
                                                 SQLITE_STATIC);
  if (code != SQLITE_OK) connection_.note(code);
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

double Statement::real(int column) const {
  return sqlite3_column_double(statement_, column);
}

std::string_view Statement::text(int column) const {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return data == nullptr ? std::string_view() : std::string_view(data, size);
}

Blob Statement::blob(int column) const {
  const auto* data = static_cast<const std::byte*>(sqlite3_column_blob(statement_, column));
  auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return data == nullptr ? Blob() : Blob(data, size);
}

Result<std::unique_ptr<Connection>> Connection::open(const std::filesystem::path& file,
                                                     Access access) {
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  if (access == Access::kWrite) flags |= SQLITE_OPEN_CREATE;
  sqlite3* database = nullptr;
  int code = sqlite3_open_v2(file.c_str(), &database, flags, nullptr);
  std::unique_ptr<Connection> connection(new Connection(database));
  if (code != SQLITE_OK) return std::unexpected(storage_error(code, "open"));
  sqlite3_busy_timeout(database, kBusyMillis);
  connection->execute(access == Access::kWrite ? kWriterPragmas : kReaderPragmas);
  return connection;
}

Connection::~Connection() {
  kept_.clear();
  sqlite3_close_v2(database_);
}

void Connection::execute(const std::string& sql) {
  if (failed()) return;
  int code = sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) note(code);
}

Statement Connection::prepare(std::string_view sql, bool keep) {
  if (failed()) return {*this, nullptr, keep};
  if (auto found = kept_.find(sql); keep && found != kept_.end()) {
    return {*this, found->second.get(), keep};
  }
  sqlite3_stmt* statement = nullptr;
  int code = sqlite3_prepare_v3(database_, sql.data(), static_cast<int>(sql.size()),
                                keep ? SQLITE_PREPARE_PERSISTENT : 0, &statement, nullptr);
  if (code != SQLITE_OK) note(code);
  if (keep && statement != nullptr) kept_.emplace(sql, statement);
  return {*this, statement, keep};
}

void Connection::note(int code) {
  if (is_damage(code)) damaged_ = true;
  if (failed()) return;
  code_ = code;
  detail_ = sqlite3_errmsg(database_);
}

Result<void> Connection::take_outcome() {
  int code = std::exchange(code_, SQLITE_OK);
  if (code == SQLITE_OK) return {};
  return std::unexpected(storage_error(code, detail_));
}

Transaction::Transaction(Connection& connection, Kind kind) : connection_(connection) {
  connection_.run(kind == Kind::kWrite ? "BEGIN IMMEDIATE" : "BEGIN");
}

Transaction::~Transaction() {
  if (!open_) return;
  connection_.forget_failure();
  // Some failures have rolled back already; this one then has nothing to do.
  connection_.run("ROLLBACK");
  connection_.forget_failure();
}

Result<void> Transaction::commit() {
  connection_.run("COMMIT");
  Result<void> outcome = connection_.take_outcome();
  if (outcome) open_ = false;
  return outcome;
}

}  // namespace walrus::search
