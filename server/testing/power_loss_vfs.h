// A disk in memory for SQLite that loses what was not synced when the power goes, and fails calls.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace walrus::testing {

namespace power_loss {

constexpr std::size_t kSector = 512;
constexpr int kSharedLocks = 8;  // of the log's index: SQLITE_SHM_NLOCK

// A file: what its readers see, what would survive, and the sectors written since the last sync.
struct Content {
  std::vector<unsigned char> seen;
  std::vector<unsigned char> durable;
  std::vector<std::pair<std::size_t, std::vector<unsigned char>>> unsynced;

  // The locks of its connections: on the file, and on the index of its log.
  int readers = 0;
  const void* reserved = nullptr;
  const void* exclusive = nullptr;
  std::vector<std::unique_ptr<unsigned char[]>> shared_memory;
  int shared_readers[kSharedLocks] = {};
  const void* shared_writer[kSharedLocks] = {};
};

}  // namespace power_loss

// Registered under `name()` while it lives. Thread-safe. Connections must be closed before it goes.
// A crash keeps each unsynced sector with probability 1/2; a failed sync forgets what it should
// have synced, as kernels do.
class PowerLossVfs {
 public:
  explicit PowerLossVfs(std::string name);
  ~PowerLossVfs();
  PowerLossVfs(const PowerLossVfs&) = delete;
  const std::string& name() const { return name_; }

  // The power goes at the `nth` write, sync, truncation or deletion from now on: that one and
  // everything after it fail.
  void lose_power_at(std::int64_t nth);
  // The `nth` such call fails, and only that one, or all from it on until `repair`.
  void fail_at(std::int64_t nth, bool persistent);
  void repair();
  // Syncs say that all is well, and sync nothing: a disk that lies.
  void lie_about_syncs() { lying_ = true; }

  // Whether the power is gone, or the fault was met.
  bool struck() const;
  // Back on: what was not synced is kept or lost, sector by sector, as `random` has it. Every
  // connection must be closed.
  void power_on(std::mt19937_64& random);

 private:
  friend struct PowerLossFile;
  using FileContent = std::shared_ptr<power_loss::Content>;

  void arm(std::int64_t nth, bool persistent, bool loses_power);
  // Whether this call fails.
  bool strikes();

  FileContent open(const char* name);

  static int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags,
                       int* out_flags);
  static int remove_file(sqlite3_vfs* vfs, const char* name, int sync_folder);
  static int check_access(sqlite3_vfs* vfs, const char* name, int flags, int* result);
  static int full_name(sqlite3_vfs* vfs, const char* name, int size, char* out);

  const std::string name_;
  sqlite3_vfs vfs_;
  mutable std::mutex mutex_;
  std::map<std::string, FileContent> files_;
  std::int64_t calls_ = 0;
  std::int64_t strike_at_ = 0;  // 0: never
  bool strikes_on_ = false;
  bool loses_power_ = false;
  bool struck_ = false;
  bool lying_ = false;
  int temporary_files_ = 0;
};

}  // namespace walrus::testing
