// Rows of a statement, gathered.
#pragma once

#include <vector>

#include "store/cursor.h"
#include "store/sqlite/connection.h"
#include "store/store.h"

namespace walrus::store::sqlite {

// Every row of `statement` through `read`, which takes the columns in order.
template <class Read>
auto read_all(Result<Statement> statement, Read read)
    -> Result<std::vector<decltype(read(*statement))>> {
  if (!statement) return std::unexpected(std::move(statement.error()));
  std::vector<decltype(read(*statement))> rows;
  while (true) {
    auto row = statement->step();
    if (!row) return std::unexpected(std::move(row.error()));
    if (!*row) break;
    rows.push_back(read(*statement));
  }
  auto intact = statement->intact();
  if (!intact) return std::unexpected(std::move(intact.error()));
  return rows;
}

// The first row, if there is one.
template <class Read>
auto read_one(Result<Statement> statement, Read read)
    -> Result<std::optional<decltype(read(*statement))>> {
  if (!statement) return std::unexpected(std::move(statement.error()));
  auto row = statement->step();
  if (!row) return std::unexpected(std::move(row.error()));
  if (!*row) return std::nullopt;
  auto record = read(*statement);
  auto intact = statement->intact();
  if (!intact) return std::unexpected(std::move(intact.error()));
  return record;
}

// A page of rows that were asked for with one more than the limit; `cursor_of` names a record.
template <class Record, class CursorOf>
Result<Listing<Record>> page_of(Result<std::vector<Record>> rows, int limit, CursorOf cursor_of) {
  if (!rows) return std::unexpected(std::move(rows.error()));
  Listing<Record> listing{std::move(*rows), {}};
  if (listing.records.size() <= static_cast<std::size_t>(limit)) return listing;
  listing.records.resize(static_cast<std::size_t>(limit));
  listing.next = cursor_of(listing.records.back());
  return listing;
}

// A write that must have found its row.
inline Result<void> require_change(Result<std::int64_t> changes, std::unexpected<Error> otherwise) {
  if (!changes) return std::unexpected(std::move(changes.error()));
  if (*changes == 0) return otherwise;
  return {};
}

// A write of which the number of rows does not matter.
inline Result<void> done(Result<std::int64_t> changes) {
  if (!changes) return std::unexpected(std::move(changes.error()));
  return {};
}

}  // namespace walrus::store::sqlite
