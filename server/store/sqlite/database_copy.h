// A consistent copy of a database that others write to.
#pragma once

#include <filesystem>

#include "base/error.h"

namespace walrus::store::sqlite {

// Copies with SQLite's online backup; writers are not held up. `target` must not exist.
// Errors: not_found (no source), storage_unavailable, also for a copy that is not sound.
Result<void> copy_database(const std::filesystem::path& source,
                           const std::filesystem::path& target);

}  // namespace walrus::store::sqlite
