#include "store/sqlite/equal_windows.h"

#include "store/batch.h"
#include "store/sqlite/rows.h"

namespace walrus::store::sqlite {

Result<void> apply(Connection& connection, const SetWindowsHash& set, TimePoint) {
  return require_change(
      connection.run("UPDATE documents SET windows_hash = ?2 WHERE document_id = ?1",
                     set.document_id, set.windows_hash),
      document_missing());
}

Result<std::optional<VersionKey>> read_version_with_windows(Connection& connection,
                                                            const std::string& owner,
                                                            const std::string& windows_hash,
                                                            const std::string& embedder) {
  return read_one(
      connection.query("SELECT document_id, active_version FROM documents WHERE owner = ?1 AND "
                       "windows_hash = ?2 AND windows_hash <> '' AND embedder = ?3 AND "
                       "active_version > 0 LIMIT 1",
                       owner, windows_hash, embedder),
      [](Statement& row) {
        VersionKey key;
        key.document_id = row.text();
        key.version = row.small_integer();
        return key;
      });
}

}  // namespace walrus::store::sqlite
