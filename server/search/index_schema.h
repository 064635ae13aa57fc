// The index file's tables, and what happens to a file that does not have them.
#pragma once

#include <filesystem>
#include <memory>

#include "base/log.h"
#include "search/sqlite_connection.h"

namespace walrus::search {

// The writing connection of the index in `file`. A file that is damaged, of another schema or not
// ours is renamed to `<file>.old` (an older one of that name is overwritten) and an empty index
// takes its place; the log says why.
Result<std::unique_ptr<Connection>> open_index_file(const std::filesystem::path& file,
                                                    const Log& log);

// Leaves a note beside the file that it is damaged: the next open replaces it.
void mark_damaged(const std::filesystem::path& file);

}  // namespace walrus::search
