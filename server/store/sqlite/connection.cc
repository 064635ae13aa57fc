#include "store/sqlite/connection.h"

#include <fmt/format.h>

#include <cstring>

namespace walrus::store::sqlite {

namespace {

// Long enough for another process (a backup, the sqlite3 shell) to finish a statement.
constexpr int kWriterBusyMillis = 5000;
// Readers run on the servers' loops; in WAL mode they only wait while the log is being recovered.
constexpr int kReaderBusyMillis = 250;

constexpr const char* kWriterPragmas =
    "PRAGMA journal_mode = WAL;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA cache_size = -16384;"
    "PRAGMA journal_size_limit = 67108864;";
constexpr const char* kReaderPragmas =
    "PRAGMA query_only = ON;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA cache_size = -4096;";

std::string_view message_for(int code) {
  switch (code & 0xff) {
    case SQLITE_FULL:
      return "The disk of the data folder is full. Make room; work goes on by itself then.";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return "The database is damaged. Restore a backup.";
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return "The data folder cannot be written.";
    default:
      return "The storage does not answer at the moment. Try again in a moment.";
  }
}

}  // namespace

Error storage_error(int code, std::string detail) {
  detail = fmt::format("sqlite {} ({}): {}", code, sqlite3_errstr(code), detail);
  switch (code & 0xff) {
    case SQLITE_TOOBIG:
      return {ErrorCode::kTooLarge, "A value is too large to be stored.", std::move(detail)};
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
      return {ErrorCode::kInternal, "Something went wrong on our side.", std::move(detail)};
    default: {
      Error error{ErrorCode::kStorageUnavailable, std::string(message_for(code)),
                  std::move(detail)};
      error.retry_after = std::chrono::seconds(1);
      return error;
    }
  }
}

void Statement::Reset::operator()(sqlite3_stmt* statement) const {
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
}

void Statement::bound(int code) {
  if (code != SQLITE_OK) bind_code_ = code;
}

void Statement::bind(std::string_view text) {
  // A null pointer would bind NULL instead of the empty text.
  const char* data = text.data() ? text.data() : "";
  bound(sqlite3_bind_text64(statement_.get(), ++next_parameter_, data, text.size(), SQLITE_STATIC,
                            SQLITE_UTF8));
}

void Statement::bind(std::string&& text) {
  bound(sqlite3_bind_text64(statement_.get(), ++next_parameter_, text.data(), text.size(),
                            SQLITE_TRANSIENT, SQLITE_UTF8));
}

void Statement::bind(std::int64_t number) {
  bound(sqlite3_bind_int64(statement_.get(), ++next_parameter_, number));
}

void Statement::bind(double number) {
  bound(sqlite3_bind_double(statement_.get(), ++next_parameter_, number));
}

void Statement::bind(std::nullopt_t) {
  bound(sqlite3_bind_null(statement_.get(), ++next_parameter_));
}

void Statement::bind(std::span<const float> vector) {
  bound(sqlite3_bind_blob64(statement_.get(), ++next_parameter_, vector.data(), vector.size_bytes(),
                            SQLITE_STATIC));
}

void Statement::bind(const json::object& object) {
  if (object.empty()) return bind(std::nullopt);
  bind(json::serialize(object));
}

Result<bool> Statement::step() {
  next_column_ = 0;
  if (next_parameter_ != sqlite3_bind_parameter_count(statement_.get())) bound(SQLITE_RANGE);
  if (bind_code_ != SQLITE_OK) {
    return std::unexpected(storage_error(bind_code_, sqlite3_sql(statement_.get())));
  }
  int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  sqlite3* database = sqlite3_db_handle(statement_.get());
  return std::unexpected(
      storage_error(sqlite3_extended_errcode(database), sqlite3_errmsg(database)));
}

bool Statement::take_null() {
  if (sqlite3_column_type(statement_.get(), next_column_) != SQLITE_NULL) return false;
  ++next_column_;
  return true;
}

std::string Statement::text() {
  const auto* data =
      reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), next_column_));
  auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), next_column_));
  ++next_column_;
  return data ? std::string(data, size) : std::string();
}

std::int64_t Statement::integer() {
  return sqlite3_column_int64(statement_.get(), next_column_++);
}

std::optional<std::int64_t> Statement::optional_integer() {
  if (take_null()) return std::nullopt;
  return integer();
}

std::optional<double> Statement::optional_real() {
  if (take_null()) return std::nullopt;
  return sqlite3_column_double(statement_.get(), next_column_++);
}

std::size_t Statement::append_vector(std::vector<float>& out) {
  // SQLite promises no alignment.
  const void* data = sqlite3_column_blob(statement_.get(), next_column_);
  auto bytes = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), next_column_));
  ++next_column_;
  std::size_t count = bytes / sizeof(float);
  out.resize(out.size() + count);
  if (count > 0) std::memcpy(&out[out.size() - count], data, count * sizeof(float));
  return count;
}

json::object Statement::object() {
  if (take_null()) return {};
  const auto* data =
      reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), next_column_));
  auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), next_column_));
  ++next_column_;
  boost::system::error_code error;
  json::value value = json::parse(std::string_view(data, size), error);
  if (error || !value.is_object()) {
    spoilt_ = true;
    return {};
  }
  return std::move(value.get_object());
}

Result<void> Statement::intact() const {
  if (!spoilt_) return {};
  return std::unexpected(storage_error(
      SQLITE_CORRUPT, fmt::format("unreadable row of {}", sqlite3_sql(statement_.get()))));
}

void Connection::Close::operator()(sqlite3* database) const {
  sqlite3_close_v2(database);
}
void Connection::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Result<Connection> Connection::open(const std::string& file, const std::string& vfs,
                                    Access access) {
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  if (access == Access::kWrite) flags |= SQLITE_OPEN_CREATE;
  sqlite3* database = nullptr;
  int code = sqlite3_open_v2(file.c_str(), &database, flags, vfs.empty() ? nullptr : vfs.c_str());
  Connection connection(database);
  if (code != SQLITE_OK) return std::unexpected(storage_error(code, "open"));
  bool writes = access == Access::kWrite;
  sqlite3_busy_timeout(database, writes ? kWriterBusyMillis : kReaderBusyMillis);
  auto prepared = connection.execute(writes ? kWriterPragmas : kReaderPragmas);
  if (!prepared) return std::unexpected(std::move(prepared.error()));
  return connection;
}

Result<void> Connection::execute(const std::string& sql) {
  int code = sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code == SQLITE_OK) return {};
  return std::unexpected(storage_error(code, sqlite3_errmsg(database_.get())));
}

Result<sqlite3_stmt*> Connection::prepare(std::string_view sql) {
  auto found = statements_.find(sql);
  if (found != statements_.end()) return found->second.get();
  sqlite3_stmt* statement = nullptr;
  int code = sqlite3_prepare_v3(database_.get(), sql.data(), static_cast<int>(sql.size()),
                                SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) {
    return std::unexpected(storage_error(code, sqlite3_errmsg(database_.get())));
  }
  statements_.emplace(sql, statement);
  return statement;
}

Result<std::int64_t> Connection::number(std::string_view sql) {
  auto statement = query(sql);
  if (!statement) return std::unexpected(std::move(statement.error()));
  auto row = statement->step();
  if (!row) return std::unexpected(std::move(row.error()));
  return *row ? statement->integer() : 0;
}

}  // namespace walrus::store::sqlite
