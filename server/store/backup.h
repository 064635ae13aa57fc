// One file with everything of a data folder, and a data folder of such a file.
#pragma once

#include <filesystem>

#include "base/error.h"

namespace walrus::store {

// Writes `archive`, a tar of a consistent copy of the database and of the blobs it names, while a
// server may be at work on `data_directory`. The file is whole or absent, and must not exist.
// Errors: invalid_input (it exists), not_found (no database), storage_unavailable.
Result<void> backup(std::filesystem::path data_directory, std::filesystem::path archive);

// Unpacks a backup into `data_directory`, which must be empty or absent. `tar -x` into an empty
// folder does the same. Errors: invalid_input (not empty, not a backup), storage_unavailable.
Result<void> restore(std::filesystem::path archive, std::filesystem::path data_directory);

}  // namespace walrus::store
