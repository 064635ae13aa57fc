#include "store/durable_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace walrus::store {

File::File(File&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

File::~File() {
  if (descriptor_ >= 0) close(descriptor_);
}

std::unexpected<Error> file_error(std::string_view call, const std::filesystem::path& path) {
  int number = errno;
  bool full = number == ENOSPC || number == EDQUOT;
  Error error{ErrorCode::kStorageUnavailable,
              full ? "The disk of the data folder is full. Make room, then try again."
                   : "The data folder cannot be read or written.",
              fmt::format("{} {}: {}", call, path.string(), std::strerror(number))};
  error.retry_after = std::chrono::seconds(1);
  return std::unexpected(std::move(error));
}

Result<File> open_file(const std::filesystem::path& path, int flags) {
  int descriptor = open(path.c_str(), flags | O_CLOEXEC, 0600);
  if (descriptor < 0) return file_error("open", path);
  return File(descriptor);
}

Result<void> write_all(const File& file, std::string_view content) {
  while (!content.empty()) {
    ssize_t written = write(file.descriptor(), content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return file_error("write", {});
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<std::string> read_all(const std::filesystem::path& path) {
  int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0 && errno == ENOENT) {
    return fail(ErrorCode::kNotFound, "The file is no longer there.", path.string());
  }
  if (descriptor < 0) return file_error("open", path);
  File file(descriptor);
  struct stat facts;
  if (fstat(descriptor, &facts) != 0) return file_error("fstat", path);
  std::string content(static_cast<std::size_t>(facts.st_size), '\0');
  std::size_t have = 0;
  while (have < content.size()) {
    ssize_t got = read(descriptor, content.data() + have, content.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return file_error("read", path);
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  content.resize(have);
  return content;
}

Result<void> sync_file(const File& file) {
  if (fsync(file.descriptor()) != 0) return file_error("fsync", {});
  return {};
}

Result<void> sync_folder(const std::filesystem::path& folder) {
  auto opened = open_file(folder, O_RDONLY | O_DIRECTORY);
  if (!opened) return std::unexpected(std::move(opened.error()));
  return sync_file(*opened);
}

Result<void> make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  if (std::filesystem::is_directory(folder, error)) return {};
  auto above = folder.parent_path();
  if (!above.empty() && above != folder) {
    auto made = make_folder(above);
    if (!made) return made;
  }
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return file_error("mkdir", folder);
  return sync_folder(above.empty() ? "." : above);
}

}  // namespace walrus::store
