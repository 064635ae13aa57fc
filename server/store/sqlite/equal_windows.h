// Which versions have equal windows: the column `documents.windows_hash`.
#pragma once

#include "store/sqlite/connection.h"
#include "store/store.h"

namespace walrus::store::sqlite {

Result<void> apply(Connection& connection, const SetWindowsHash& set, TimePoint now);

Result<std::optional<VersionKey>> read_version_with_windows(Connection& connection,
                                                            const std::string& owner,
                                                            const std::string& windows_hash,
                                                            const std::string& embedder);

}  // namespace walrus::store::sqlite
