// What changes the index file. Each function is part of its caller's transaction and leaves it to
// the caller to ask the connection how it went.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "search/index.h"
#include "search/sqlite_connection.h"

namespace walrus::search {

// A version, or a piece of one, made ready to be written: all that takes time and needs no
// database.
struct PreparedVersion {
  IndexPiece piece;                  // the whole, where it came as one
  std::vector<std::string> terms;    // compressed, one per chunk
  std::vector<std::string> windows;  // a chunk's windows as 32-bit offsets, ascending
};

// Errors: internal, where vectors, dimensions and windows do not fit together; cancelled.
Result<PreparedVersion> prepare_version(const IndexedVersion& version);

// The first piece comes in place of a version of the same document and number. Whether there was
// something for a later one to follow.
bool write_version(Connection& connection, const IndexedVersion& version,
                   const PreparedVersion& prepared);

// Whether there was such a version of the owner.
bool activate_version(Connection& connection, std::string_view owner, std::string_view document_id,
                      int version);

void remove_document(Connection& connection, std::string_view document_id);
void remove_version_of(Connection& connection, std::string_view document_id, int version);

}  // namespace walrus::search
