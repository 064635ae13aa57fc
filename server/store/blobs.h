// Files the server keeps: originals and extracted texts, named by id, in the data folder.
#pragma once

#include <filesystem>
#include <set>
#include <string>

#include "base/error.h"

namespace walrus::store {

// Thread-safe; blocking. A blob is whole or absent: it is written under another name, synced,
// renamed, and its folder synced, so that a row may name it once `keep` or `write` returned.
class Blobs {
 public:
  // Creates the folders (0700). Errors: storage_unavailable.
  static Result<Blobs> open(std::filesystem::path directory);

  // Where uploads are written while they arrive: the same file system, so that `keep` can rename.
  const std::filesystem::path& incoming() const { return incoming_; }

  // Takes over a complete file under `incoming()` as the blob `name` ([a-z0-9.-]+).
  Result<void> keep(const std::filesystem::path& file, const std::string& name);
  Result<void> write(const std::string& name, std::string_view content);
  Result<std::string> read(const std::string& name) const;  // not_found if absent
  bool exists(const std::string& name) const;
  std::filesystem::path path(const std::string& name) const;
  void remove(const std::string& name);  // absent is fine

  // Removes every blob that is not in `wanted`, and what is left in incoming().
  void sweep(const std::set<std::string>& wanted);

 private:
  explicit Blobs(std::filesystem::path directory);
  std::filesystem::path directory_;
  std::filesystem::path incoming_;
};

}  // namespace walrus::store
