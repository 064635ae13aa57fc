// SQLite for the index: a connection that remembers its first failure, so that a transaction reads
// as the list of its statements and is asked once, at its end, how it went.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/error.h"

namespace walrus::search {

using Blob = std::span<const std::byte>;

template <class T>
Blob as_blob(std::span<const T> values) {
  return std::as_bytes(values);
}

class Connection;

// A prepared statement in use. Must not outlive its connection. Text and blobs that are bound must
// live until the next run or bind. After a failure of the connection all of it does nothing.
class Statement {
 public:
  Statement(Connection& connection, sqlite3_stmt* statement, bool kept)
      : connection_(connection), statement_(statement), kept_(kept) {}
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  template <class... Values>
  void bind(const Values&... values) {
    reset();
    int index = 0;
    (bind_at(++index, values), ...);
  }

  // Whether there is a row; false too where it failed.
  bool step();

  // Binds and steps to the end, of a statement without rows.
  template <class... Values>
  void run(const Values&... values) {
    bind(values...);
    while (step()) {
    }
  }

  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string_view text(int column) const;  // valid until the next step
  Blob blob(int column) const;              // valid until the next step

 private:
  void reset();
  void bind_at(int index, std::int64_t value);
  void bind_at(int index, int value) { bind_at(index, static_cast<std::int64_t>(value)); }
  void bind_at(int index, double value);
  void bind_at(int index, std::string_view value);
  void bind_at(int index, const std::string& value) { bind_at(index, std::string_view(value)); }
  void bind_at(int index, Blob value);

  Connection& connection_;
  sqlite3_stmt* statement_;
  bool kept_;
};

// Used by one thread at a time.
class Connection {
 public:
  enum class Access { kWrite, kRead };
  // kWrite creates the file. `:memory:` as in SQLite.
  static Result<std::unique_ptr<Connection>> open(const std::filesystem::path& file, Access access);
  ~Connection();

  // `sql` is a literal: its statement is kept. The same literal is not used twice at a time.
  template <class... Values>
  Statement query(std::string_view sql, const Values&... values) {
    Statement statement = prepare(sql, true);
    statement.bind(values...);
    return statement;
  }
  template <class... Values>
  void run(std::string_view sql, const Values&... values) {
    query(sql, values...).step();
  }
  // For SQL that names a table made at run time.
  Statement prepare_once(const std::string& sql) { return prepare(sql, false); }
  void execute(const std::string& sql);

  bool failed() const { return code_ != SQLITE_OK; }
  // For a row that is not what was written: everything fails from here on, as if SQLite had said
  // so.
  void fail_as_damaged() { note(SQLITE_CORRUPT); }
  // The first failure since the last call, as storage_unavailable.
  Result<void> take_outcome();
  void forget_failure() { code_ = SQLITE_OK; }
  // Whether what failed, now or ever, is the file itself.
  bool damaged() const { return damaged_; }

 private:
  friend class Statement;
  explicit Connection(sqlite3* database) : database_(database) {}
  Statement prepare(std::string_view sql, bool keep);
  void note(int code);

  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };

  sqlite3* database_;
  std::unordered_map<std::string_view, std::unique_ptr<sqlite3_stmt, Finalize>> kept_;
  int code_ = SQLITE_OK;
  std::string detail_;
  bool damaged_ = false;
};

// One transaction. Left without `commit`, it is rolled back.
class Transaction {
 public:
  enum class Kind { kRead, kWrite };
  Transaction(Connection& connection, Kind kind);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();

  // The first failure of any statement since the beginning; then nothing was changed.
  Result<void> commit();

 private:
  Connection& connection_;
  bool open_ = true;
};

}  // namespace walrus::search
