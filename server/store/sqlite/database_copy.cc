#include "store/sqlite/database_copy.h"

#include <chrono>
#include <thread>

#include "store/sqlite/connection.h"

namespace walrus::store::sqlite {

namespace {

constexpr int kTries = 100;
constexpr std::chrono::milliseconds kPause{50};

// One step copies everything under one read transaction, so that a busy writer cannot make it start
// over and over.
int copy_at_once(sqlite3* from, sqlite3* to) {
  sqlite3_backup* backup = sqlite3_backup_init(to, "main", from, "main");
  if (!backup) return sqlite3_extended_errcode(to);
  int code = sqlite3_backup_step(backup, -1);
  for (int i = 0; i < kTries && (code == SQLITE_BUSY || code == SQLITE_LOCKED); ++i) {
    std::this_thread::sleep_for(kPause);
    code = sqlite3_backup_step(backup, -1);
  }
  int finished = sqlite3_backup_finish(backup);
  return code == SQLITE_DONE ? finished : code;
}

Result<void> require_sound(Connection& copy) {
  auto statement = copy.query("PRAGMA quick_check(1)");
  if (!statement) return std::unexpected(std::move(statement.error()));
  auto row = statement->step();
  if (!row) return std::unexpected(std::move(row.error()));
  std::string verdict = statement->text();
  if (verdict == "ok") return {};
  return std::unexpected(storage_error(SQLITE_CORRUPT, verdict));
}

}  // namespace

Result<void> copy_database(const std::filesystem::path& source,
                           const std::filesystem::path& target) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(source, error)) {
    return fail(ErrorCode::kNotFound, "There is no database in the data folder.", source.string());
  }
  auto from = Connection::open(source.string(), "", Connection::Access::kRead);
  if (!from) return std::unexpected(std::move(from.error()));
  auto to = Connection::open(target.string(), "", Connection::Access::kWrite);
  if (!to) return std::unexpected(std::move(to.error()));
  int code = copy_at_once(from->handle(), to->handle());
  if (code != SQLITE_OK) return std::unexpected(storage_error(code, "backup"));
  auto checked = require_sound(*to);
  if (!checked) return checked;
  // The copy becomes one file: no log beside it that an archive would miss.
  return to->execute("PRAGMA journal_mode = DELETE");
}

}  // namespace walrus::store::sqlite
