// The tables, and how a database of an older version becomes one of this version.
#pragma once

#include <span>

#include "store/sqlite/connection.h"

namespace walrus::store::sqlite {

struct Migration {
  int version;      // what the database is after it: 1, 2, ...
  const char* sql;  // from the version before
};

// All of them, oldest first. What has been released is never changed, only added to.
std::span<const Migration> migrations();

// Brings the database to the last version of `steps`, each step in a transaction of its own.
// storage_unavailable for a newer database, or one that is not of this program.
Result<void> migrate(Connection& connection, std::span<const Migration> steps);

}  // namespace walrus::store::sqlite
