// The folder a server keeps everything in.
#pragma once

#include <filesystem>
#include <string>

#include "base/error.h"
#include "base/executor.h"
#include "base/log.h"
#include "store/durable_file.h"

namespace walrus::store {

// What lies where in a data folder; the layout of a backup, too.
inline constexpr std::string_view kDatabaseName = "walrus.db";
inline constexpr std::string_view kBlobsName = "blobs";
inline constexpr std::string_view kIncomingName = "incoming";  // in blobs/
inline constexpr std::string_view kNodeIdName = "node-id";
inline constexpr std::string_view kLockName = "lock";

// Holds the folder's lock while it lives: one server to a folder. Children do not inherit it.
class DataDirectory {
 public:
  // Makes the folder (0700) where it is missing. Errors: storage_unavailable, where another server
  // has it, or it lies on a network file system, whose locks and syncs cannot be trusted.
  static Result<DataDirectory> open(std::filesystem::path directory, TimePoint now, const Log& log);

  std::filesystem::path database() const { return directory_ / kDatabaseName; }
  std::filesystem::path blobs() const { return directory_ / kBlobsName; }
  // A UUID that stays the folder's own.
  const std::string& node_id() const { return node_id_; }

 private:
  DataDirectory(std::filesystem::path directory, File lock, std::string node_id);
  std::filesystem::path directory_;
  File lock_;
  std::string node_id_;
};

enum class FileSystem { kLocal, kNetwork, kUserSpace };
// What the f_type of statfs(2) stands for.
FileSystem file_system_of(std::uint64_t magic);

}  // namespace walrus::store
