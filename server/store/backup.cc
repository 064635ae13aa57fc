#include "store/backup.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "store/archive.h"
#include "store/data_directory.h"
#include "store/sqlite/database_copy.h"

namespace walrus::store {

namespace {

using std::filesystem::path;

std::unexpected<Error> invalid(std::string message) {
  return fail(ErrorCode::kInvalidInput, std::move(message));
}

// Removes a file when the scope ends, whatever happened.
class Temporary {
 public:
  explicit Temporary(path file) : file_(std::move(file)) {}
  Temporary(const Temporary&) = delete;
  ~Temporary() { unlink(file_.c_str()); }
  const path& file() const { return file_; }

 private:
  path file_;
};

path beside(const path& archive, std::string_view purpose) {
  path name = archive;
  name += fmt::format(".{}-{}", purpose, getpid());
  return name;
}

std::vector<path> blobs_in(const path& folder) {
  std::vector<path> blobs;
  std::error_code error;
  std::filesystem::directory_iterator at(folder, error);
  for (; !error && at != std::filesystem::directory_iterator(); at.increment(error)) {
    std::error_code unknown;
    if (at->is_regular_file(unknown)) blobs.push_back(at->path());
  }
  std::ranges::sort(blobs);
  return blobs;
}

// The database's copy is older than the list of the blobs: whatever it names is there already,
// unless it was deleted since.
Result<void> write_tar(const File& file, const path& database_copy, const path& data_directory) {
  auto tar = TarWriter::begin(file);
  if (!tar) return std::unexpected(std::move(tar.error()));
  auto added = tar->add(database_copy, std::string(kDatabaseName));
  for (const path& blob : blobs_in(data_directory / kBlobsName)) {
    if (!added) return added;
    added = tar->add(blob, fmt::format("{}/{}", kBlobsName, blob.filename().string()));
  }
  if (!added) return added;
  return tar->finish();
}

Result<void> write_archive(const path& partial, const path& database_copy,
                           const path& data_directory) {
  auto file = open_file(partial, O_WRONLY | O_CREAT | O_EXCL);
  if (!file) return std::unexpected(std::move(file.error()));
  auto written = write_tar(*file, database_copy, data_directory);
  if (!written) return written;
  return sync_file(*file);
}

path folder_of(const path& file) {
  path folder = file.parent_path();
  return folder.empty() ? path(".") : folder;
}

bool is_plain_name(std::string_view name) {
  return !name.empty() && name.front() != '.' && name.find('/') == std::string_view::npos;
}

Result<void> unpack_backup(const path& archive, const path& data_directory) {
  const std::string prefix = fmt::format("{}/", kBlobsName);
  bool has_database = false;
  auto place_of = [&](const std::string& name) -> Result<path> {
    if (name == kDatabaseName) {
      has_database = true;
      return data_directory / name;
    }
    bool is_blob = name.starts_with(prefix) && is_plain_name(name.substr(prefix.size()));
    if (!is_blob) return invalid("The file is not a whole backup of Walrus.");
    return data_directory / name;
  };
  auto unpacked = unpack_tar(archive, place_of);
  if (unpacked && !has_database) return invalid("The file is not a whole backup of Walrus.");
  return unpacked;
}

// Gives the finished file its name. Unlike rename, link does not replace a file that came in the
// meantime; FAT has no links.
Result<void> publish(const path& partial, const path& archive) {
  if (link(partial.c_str(), archive.c_str()) == 0) return {};
  if (errno == EEXIST) return invalid("The backup file exists already. Choose another name.");
  if (rename(partial.c_str(), archive.c_str()) != 0) return file_error("rename", archive);
  return {};
}

}  // namespace

Result<void> backup(path data_directory, path archive) {
  std::error_code error;
  if (std::filesystem::exists(archive, error)) {
    return invalid("The backup file exists already. Choose another name.");
  }
  Temporary copy(beside(archive, "database"));
  auto copied = sqlite::copy_database(data_directory / kDatabaseName, copy.file());
  if (!copied) return copied;
  Temporary partial(beside(archive, "partial"));
  auto written = write_archive(partial.file(), copy.file(), data_directory);
  if (!written) return written;
  auto published = publish(partial.file(), archive);
  if (!published) return published;
  return sync_folder(folder_of(archive));
}

Result<void> restore(path archive, path data_directory) {
  std::error_code error;
  bool exists = std::filesystem::exists(data_directory, error);
  if (exists && !std::filesystem::is_empty(data_directory, error)) {
    return invalid("The data folder is not empty. Restore into a new one.");
  }
  auto made = make_folder(data_directory / kBlobsName);
  if (!made) return made;
  auto unpacked = unpack_backup(archive, data_directory);
  if (!unpacked) {
    // Half a backup must not be taken for a data folder.
    std::filesystem::remove_all(data_directory / kBlobsName, error);
    std::filesystem::remove(data_directory / kDatabaseName, error);
    return unpacked;
  }
  auto synced = sync_folder(data_directory / kBlobsName);
  if (!synced) return synced;
  return sync_folder(data_directory);
}

}  // namespace walrus::store
