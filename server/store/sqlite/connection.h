// SQLite behind values, with prepared statements kept. Used by one thread at a time.
#pragma once

#include <sqlite3.h>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/executor.h"
#include "base/json.h"

namespace walrus::store::sqlite {

// A statement that is bound and may be stepped. Its text arguments must live as long as it does
// (temporary strings are copied); it must not outlive its connection, and the same SQL text is not
// asked of the connection again before it is gone.
class Statement {
 public:
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

  void bind(std::string_view text);
  void bind(const std::string& text) { bind(std::string_view(text)); }
  void bind(const char* text) { bind(std::string_view(text)); }
  void bind(std::string&& text);
  void bind(std::int64_t number);
  void bind(int number) { bind(static_cast<std::int64_t>(number)); }
  void bind(std::uint64_t number) { bind(static_cast<std::int64_t>(number)); }
  void bind(bool flag) { bind(static_cast<std::int64_t>(flag)); }
  void bind(TimePoint time) { bind(time.time_since_epoch().count()); }
  void bind(double number);
  void bind(std::nullopt_t);
  void bind(std::span<const float> vector);
  void bind(const json::object& object);  // null if it is empty
  template <class T>
  void bind(const std::optional<T>& value) {
    value ? bind(*value) : bind(std::nullopt);
  }

  // Whether there is a row; its columns are then read in order, each call taking the next.
  Result<bool> step();
  std::string text();
  std::int64_t integer();
  std::uint64_t unsigned_integer() { return static_cast<std::uint64_t>(integer()); }
  bool flag() { return integer() != 0; }
  int small_integer() { return static_cast<int>(integer()); }
  TimePoint time() { return TimePoint(Duration(integer())); }
  std::optional<std::int64_t> optional_integer();
  std::optional<double> optional_real();
  std::size_t append_vector(std::vector<float>& out);  // how many numbers it appended
  json::object object();                               // empty if null

  // Takes a value that was read of what a column may hold; a wrong one spoils the row.
  template <class T>
  T known(std::optional<T> value) {
    if (!value) spoilt_ = true;
    return value.value_or(T{});
  }
  // An error once a column did not hold what the schema promises.
  Result<void> intact() const;

 private:
  void bound(int code);
  bool take_null();
  struct Reset {
    void operator()(sqlite3_stmt* statement) const;
  };
  std::unique_ptr<sqlite3_stmt, Reset> statement_;
  int bind_code_ = SQLITE_OK;
  int next_parameter_ = 0;
  int next_column_ = 0;
  bool spoilt_ = false;
};

class Connection {
 public:
  enum class Access { kWrite, kRead };
  // `vfs` may be empty: the system's. Errors of everything here: storage_unavailable, but for
  // `internal` and `too_large` where the disk is fine and a single statement is to blame.
  static Result<Connection> open(const std::string& file, const std::string& vfs, Access access);

  // Runs SQL of any number of statements.
  Result<void> execute(const std::string& sql);

  // `sql` is a literal: its statement is prepared once.
  template <class... Arguments>
  Result<Statement> query(std::string_view sql, Arguments&&... arguments) {
    auto statement = prepare(sql);
    if (!statement) return std::unexpected(std::move(statement.error()));
    Statement bound(*statement);
    (bound.bind(std::forward<Arguments>(arguments)), ...);
    return bound;
  }

  // Runs one statement to its end; how many rows it changed.
  template <class... Arguments>
  Result<std::int64_t> run(std::string_view sql, Arguments&&... arguments) {
    auto statement = query(sql, std::forward<Arguments>(arguments)...);
    if (!statement) return std::unexpected(std::move(statement.error()));
    auto row = statement->step();
    if (!row) return std::unexpected(std::move(row.error()));
    return sqlite3_changes64(database_.get());
  }

  // The one integer of the one row.
  Result<std::int64_t> number(std::string_view sql);

  sqlite3* handle() { return database_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  explicit Connection(sqlite3* database) : database_(database) {}
  Result<sqlite3_stmt*> prepare(std::string_view sql);

  std::unique_ptr<sqlite3, Close> database_;
  // After database_, so that statements go first.
  std::unordered_map<std::string_view, std::unique_ptr<sqlite3_stmt, Finalize>> statements_;
};

// The error for SQLite's result code.
Error storage_error(int code, std::string detail);

}  // namespace walrus::store::sqlite
