// Files that are whole or absent, whatever happens to the power.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.h"

namespace walrus::store {

// An open file descriptor, closed with the value; close-on-exec.
class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  File(File&& other) noexcept;
  File& operator=(File&&) = delete;
  ~File();
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

// `flags` as open(2) has them; a file that is made is for its owner alone (0600).
Result<File> open_file(const std::filesystem::path& path, int flags);
Result<void> write_all(const File& file, std::string_view content);
Result<std::string> read_all(const std::filesystem::path& path);  // not_found if absent
Result<void> sync_file(const File& file);
// Makes the names in a folder durable.
Result<void> sync_folder(const std::filesystem::path& folder);
// Makes a folder (0700) and those above it; that it exists is fine.
Result<void> make_folder(const std::filesystem::path& folder);

// The storage_unavailable for the call that just failed with `errno`.
std::unexpected<Error> file_error(std::string_view call, const std::filesystem::path& path);

}  // namespace walrus::store
