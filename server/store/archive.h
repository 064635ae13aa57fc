// Tar files through libarchive.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "base/error.h"
#include "store/durable_file.h"

struct archive;

namespace walrus::store {

// Writes a tar. Errors: storage_unavailable.
class TarWriter {
 public:
  // `file` is open for writing and outlives the writer.
  static Result<TarWriter> begin(const File& file);
  // Adds the file at `source` as `name`; one that is no longer there is passed over.
  Result<void> add(const std::filesystem::path& source, const std::string& name);
  Result<void> finish();

 private:
  struct Free {
    void operator()(archive* archive) const;
  };
  explicit TarWriter(archive* archive) : archive_(archive) {}
  Result<void> copy(const File& source, std::int64_t size);
  std::unique_ptr<archive, Free> archive_;
};

// Writes every file of a tar to where `place_of(name)` says, synced. Errors: invalid_input (not a
// tar, cut off, something other than a file in it), those of place_of, storage_unavailable.
Result<void> unpack_tar(
    const std::filesystem::path& tar,
    const std::function<Result<std::filesystem::path>(const std::string& name)>& place_of);

}  // namespace walrus::store
