#include "store/data_directory.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "base/ids.h"

namespace walrus::store {

namespace {

// Not in linux/magic.h of every kernel.
constexpr std::uint64_t kCifsMagic = 0xff534d42;
constexpr std::uint64_t kSmb2Magic = 0xfe534d42;
constexpr std::uint64_t kFuseMagic = 0x65735546;
constexpr std::uint64_t kCephMagic = 0x00c36400;

Result<void> require_local(const std::filesystem::path& directory, const Log& log) {
  struct statfs facts;
  if (statfs(directory.c_str(), &facts) != 0) return file_error("statfs", directory);
  switch (file_system_of(static_cast<std::uint32_t>(facts.f_type))) {
    case FileSystem::kNetwork:
      return fail(ErrorCode::kStorageUnavailable,
                  "The data folder lies on a network file system, where nothing can be stored "
                  "durably. Give --data-dir a folder on a local disk.",
                  directory.string());
    case FileSystem::kUserSpace:
      log.warning("the data folder lies on a FUSE file system; durability depends on it");
      return {};
    case FileSystem::kLocal:
      return {};
  }
  return {};
}

Result<File> lock(const std::filesystem::path& path) {
  auto file = open_file(path, O_RDWR | O_CREAT);
  if (!file) return file;
  if (flock(file->descriptor(), LOCK_EX | LOCK_NB) == 0) return file;
  if (errno != EWOULDBLOCK) return file_error("flock", path);
  return fail(ErrorCode::kStorageUnavailable,
              "Another Walrus server uses this data folder. Stop it, or give this one a --data-dir "
              "of its own.",
              path.string());
}

Result<std::string> make_node_id(const std::filesystem::path& directory, TimePoint now) {
  std::string id = new_uuid(now);
  auto path = directory / kNodeIdName;
  auto partial = path;
  partial += ".partial";
  auto file = open_file(partial, O_WRONLY | O_CREAT | O_TRUNC);
  if (!file) return std::unexpected(std::move(file.error()));
  auto written = write_all(*file, id + "\n");
  if (written) written = sync_file(*file);
  if (!written) return std::unexpected(std::move(written.error()));
  if (rename(partial.c_str(), path.c_str()) != 0) return file_error("rename", path);
  auto synced = sync_folder(directory);
  if (!synced) return std::unexpected(std::move(synced.error()));
  return id;
}

Result<std::string> node_id_in(const std::filesystem::path& directory, TimePoint now) {
  auto content = read_all(directory / kNodeIdName);
  if (!content && content.error().code != ErrorCode::kNotFound) return content;
  if (content) {
    std::string id = content->substr(0, content->find('\n'));
    if (is_uuid(id)) return id;
  }
  return make_node_id(directory, now);
}

}  // namespace

FileSystem file_system_of(std::uint64_t magic) {
  switch (magic) {
    case NFS_SUPER_MAGIC:
    case SMB_SUPER_MAGIC:
    case AFS_SUPER_MAGIC:
    case V9FS_MAGIC:
    case kCifsMagic:
    case kSmb2Magic:
    case kCephMagic:
      return FileSystem::kNetwork;
    case kFuseMagic:
      return FileSystem::kUserSpace;
    default:
      return FileSystem::kLocal;
  }
}

DataDirectory::DataDirectory(std::filesystem::path directory, File lock, std::string node_id)
    : directory_(std::move(directory)), lock_(std::move(lock)), node_id_(std::move(node_id)) {}

Result<DataDirectory> DataDirectory::open(std::filesystem::path directory, TimePoint now,
                                          const Log& log) {
  auto made = make_folder(directory);
  if (!made) return std::unexpected(std::move(made.error()));
  auto local = require_local(directory, log);
  if (!local) return std::unexpected(std::move(local.error()));
  auto locked = lock(directory / kLockName);
  if (!locked) return std::unexpected(std::move(locked.error()));
  // A folder that was there before may be open to others.
  if (chmod(directory.c_str(), 0700) != 0) return file_error("chmod", directory);
  auto node_id = node_id_in(directory, now);
  if (!node_id) return std::unexpected(std::move(node_id.error()));
  return DataDirectory(std::move(directory), std::move(*locked), std::move(*node_id));
}

}  // namespace walrus::store
