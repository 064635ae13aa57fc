#include "testing/power_loss_vfs.h"

#include <algorithm>
#include <cstring>

namespace walrus::testing {

using power_loss::Content;
using power_loss::kSector;
using power_loss::kSharedLocks;

// An open file, in the memory that SQLite gives for it.
struct PowerLossFile {
  sqlite3_file base;
  PowerLossVfs* vfs;
  std::shared_ptr<Content>* content;  // owned; SQLite's memory knows no destructors
  std::string* delete_on_close;       // owned; null to keep the file
  int lock;

  static PowerLossFile& of(sqlite3_file* file) { return *reinterpret_cast<PowerLossFile*>(file); }
  static bool powerless(const PowerLossVfs& vfs) { return vfs.loses_power_ && vfs.struck_; }

  static int close(sqlite3_file* file) {
    PowerLossFile& self = of(file);
    unlock(file, SQLITE_LOCK_NONE);
    if (self.delete_on_close) {
      std::lock_guard guard(self.vfs->mutex_);
      self.vfs->files_.erase(*self.delete_on_close);
    }
    delete self.delete_on_close;
    delete self.content;
    return SQLITE_OK;
  }

  static int read(sqlite3_file* file, void* buffer, int size, sqlite3_int64 offset) {
    PowerLossFile& self = of(file);
    std::lock_guard guard(self.vfs->mutex_);
    if (powerless(*self.vfs)) return SQLITE_IOERR_READ;
    const auto& seen = (*self.content)->seen;
    auto at = std::min(static_cast<std::size_t>(offset), seen.size());
    auto have = std::min(static_cast<std::size_t>(size), seen.size() - at);
    if (have > 0) std::memcpy(buffer, seen.data() + at, have);
    if (have == static_cast<std::size_t>(size)) return SQLITE_OK;
    std::memset(static_cast<char*>(buffer) + have, 0, static_cast<std::size_t>(size) - have);
    return SQLITE_IOERR_SHORT_READ;
  }

  static int write(sqlite3_file* file, const void* buffer, int size, sqlite3_int64 offset) {
    PowerLossFile& self = of(file);
    std::lock_guard guard(self.vfs->mutex_);
    if (self.vfs->strikes()) return SQLITE_IOERR_WRITE;
    Content& content = **self.content;
    const auto* bytes = static_cast<const unsigned char*>(buffer);
    auto at = static_cast<std::size_t>(offset);
    auto count = static_cast<std::size_t>(size);
    if (content.seen.size() < at + count) content.seen.resize(at + count);
    std::copy_n(bytes, count, content.seen.begin() + offset);
    for (std::size_t done = 0; done < count; done += kSector) {
      std::size_t piece = std::min(kSector, count - done);
      content.unsynced.emplace_back(at + done,
                                    std::vector<unsigned char>(bytes + done, bytes + done + piece));
    }
    return SQLITE_OK;
  }

  static int truncate(sqlite3_file* file, sqlite3_int64 size) {
    PowerLossFile& self = of(file);
    std::lock_guard guard(self.vfs->mutex_);
    if (self.vfs->strikes()) return SQLITE_IOERR_TRUNCATE;
    Content& content = **self.content;
    content.seen.resize(static_cast<std::size_t>(size));
    content.durable = content.seen;
    content.unsynced.clear();
    return SQLITE_OK;
  }

  static int sync(sqlite3_file* file, int) {
    PowerLossFile& self = of(file);
    std::lock_guard guard(self.vfs->mutex_);
    Content& content = **self.content;
    if (self.vfs->strikes()) {
      if (!powerless(*self.vfs)) content.unsynced.clear();
      return SQLITE_IOERR_FSYNC;
    }
    if (self.vfs->lying_) return SQLITE_OK;
    // Not simply what is seen: what an earlier sync failed to keep stays lost.
    for (const auto& [at, bytes] : content.unsynced) {
      if (content.durable.size() < at + bytes.size()) content.durable.resize(at + bytes.size());
      std::ranges::copy(bytes, content.durable.begin() + static_cast<std::ptrdiff_t>(at));
    }
    content.unsynced.clear();
    return SQLITE_OK;
  }

  static int size_of(sqlite3_file* file, sqlite3_int64* size) {
    PowerLossFile& self = of(file);
    std::lock_guard guard(self.vfs->mutex_);
    *size = static_cast<sqlite3_int64>((*self.content)->seen.size());
    return SQLITE_OK;
  }

  static int acquire(sqlite3_file* file, int wanted) {
    PowerLossFile& self = of(file);
    std::lock_guard guard(self.vfs->mutex_);
    Content& content = **self.content;
    if (wanted <= self.lock) return SQLITE_OK;
    bool taken = content.exclusive && content.exclusive != file;
    if (taken) return SQLITE_BUSY;
    if (self.lock == SQLITE_LOCK_NONE) ++content.readers;
    self.lock = SQLITE_LOCK_SHARED;
    if (wanted == SQLITE_LOCK_SHARED) return SQLITE_OK;
    if (content.reserved && content.reserved != file) return SQLITE_BUSY;
    content.reserved = file;
    self.lock = SQLITE_LOCK_RESERVED;
    if (wanted == SQLITE_LOCK_RESERVED) return SQLITE_OK;
    if (content.readers > 1) return SQLITE_BUSY;
    content.exclusive = file;
    self.lock = SQLITE_LOCK_EXCLUSIVE;
    return SQLITE_OK;
  }

  static int unlock(sqlite3_file* file, int wanted) {
    PowerLossFile& self = of(file);
    std::lock_guard guard(self.vfs->mutex_);
    Content& content = **self.content;
    if (wanted >= self.lock) return SQLITE_OK;
    if (content.exclusive == file) content.exclusive = nullptr;
    if (content.reserved == file) content.reserved = nullptr;
    if (wanted == SQLITE_LOCK_NONE && self.lock != SQLITE_LOCK_NONE) --content.readers;
    self.lock = wanted;
    return SQLITE_OK;
  }

  static int check_reserved(sqlite3_file* file, int* reserved) {
    PowerLossFile& self = of(file);
    std::lock_guard guard(self.vfs->mutex_);
    *reserved = (*self.content)->reserved != nullptr;
    return SQLITE_OK;
  }

  static int control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
  static int sector_size(sqlite3_file*) { return static_cast<int>(kSector); }
  static int characteristics(sqlite3_file*) { return 0; }

  static int map_shared(sqlite3_file* file, int region, int size, int extend, void volatile** out) {
    PowerLossFile& self = of(file);
    std::lock_guard guard(self.vfs->mutex_);
    auto& regions = (*self.content)->shared_memory;
    *out = nullptr;
    auto index = static_cast<std::size_t>(region);
    if (index >= regions.size() && !extend) return SQLITE_OK;
    while (regions.size() <= index) {
      regions.push_back(std::make_unique<unsigned char[]>(static_cast<std::size_t>(size)));
    }
    *out = regions[index].get();
    return SQLITE_OK;
  }

  static int lock_shared(sqlite3_file* file, int offset, int count, int flags) {
    PowerLossFile& self = of(file);
    std::lock_guard guard(self.vfs->mutex_);
    Content& content = **self.content;
    bool exclusive = flags & SQLITE_SHM_EXCLUSIVE;
    for (int i = offset; i < offset + count && (flags & SQLITE_SHM_LOCK); ++i) {
      if (content.shared_writer[i] || (exclusive && content.shared_readers[i] > 0)) {
        return SQLITE_BUSY;
      }
    }
    for (int i = offset; i < offset + count; ++i) {
      bool locks = flags & SQLITE_SHM_LOCK;
      if (exclusive) content.shared_writer[i] = locks ? file : nullptr;
      if (!exclusive) content.shared_readers[i] += locks ? 1 : -1;
    }
    return SQLITE_OK;
  }

  static void barrier_shared(sqlite3_file* file) { std::lock_guard guard(of(file).vfs->mutex_); }

  static int unmap_shared(sqlite3_file* file, int remove) {
    PowerLossFile& self = of(file);
    std::lock_guard guard(self.vfs->mutex_);
    if (remove) (*self.content)->shared_memory.clear();
    return SQLITE_OK;
  }

  static constexpr sqlite3_io_methods kMethods{2,
                                               close,
                                               read,
                                               write,
                                               truncate,
                                               sync,
                                               size_of,
                                               acquire,
                                               unlock,
                                               check_reserved,
                                               control,
                                               sector_size,
                                               characteristics,
                                               map_shared,
                                               lock_shared,
                                               barrier_shared,
                                               unmap_shared,
                                               nullptr,
                                               nullptr};
};

PowerLossVfs::PowerLossVfs(std::string name) : name_(std::move(name)) {
  vfs_ = *sqlite3_vfs_find(nullptr);
  vfs_.iVersion = 1;
  vfs_.zName = name_.c_str();
  vfs_.szOsFile = sizeof(PowerLossFile);
  vfs_.pNext = nullptr;
  vfs_.pAppData = this;
  vfs_.xOpen = open_file;
  vfs_.xDelete = remove_file;
  vfs_.xAccess = check_access;
  vfs_.xFullPathname = full_name;
  sqlite3_vfs_register(&vfs_, 0);
}

PowerLossVfs::~PowerLossVfs() {
  sqlite3_vfs_unregister(&vfs_);
}

void PowerLossVfs::lose_power_at(std::int64_t nth) {
  arm(nth, true, true);
}

void PowerLossVfs::fail_at(std::int64_t nth, bool persistent) {
  arm(nth, persistent, false);
}

void PowerLossVfs::arm(std::int64_t nth, bool persistent, bool loses_power) {
  std::lock_guard lock(mutex_);
  calls_ = 0;
  strike_at_ = nth;
  strikes_on_ = persistent;
  loses_power_ = loses_power;
  struck_ = false;
}

void PowerLossVfs::repair() {
  fail_at(0, false);
}

bool PowerLossVfs::struck() const {
  std::lock_guard lock(mutex_);
  return struck_;
}

bool PowerLossVfs::strikes() {
  if (strike_at_ == 0) return false;
  ++calls_;
  bool now = calls_ == strike_at_ || (strikes_on_ && calls_ > strike_at_);
  struck_ = struck_ || now;
  return now;
}

void PowerLossVfs::power_on(std::mt19937_64& random) {
  repair();
  for (auto& [name, content] : files_) {
    for (const auto& [at, bytes] : content->unsynced) {
      if (random() % 2 == 0) continue;
      if (content->durable.size() < at + bytes.size()) content->durable.resize(at + bytes.size());
      std::ranges::copy(bytes, content->durable.begin() + static_cast<std::ptrdiff_t>(at));
    }
    auto survivor = std::make_shared<Content>();
    survivor->durable = std::move(content->durable);
    survivor->seen = survivor->durable;
    content = std::move(survivor);
  }
}

PowerLossVfs::FileContent PowerLossVfs::open(const char* name) {
  FileContent& content = files_[name];
  if (!content) content = std::make_shared<Content>();
  return content;
}

int PowerLossVfs::open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags,
                            int* out_flags) {
  auto& self = *static_cast<PowerLossVfs*>(vfs->pAppData);
  file->pMethods = nullptr;
  std::lock_guard lock(self.mutex_);
  if (PowerLossFile::powerless(self)) return SQLITE_CANTOPEN;
  std::string path = name ? name : "temporary-" + std::to_string(++self.temporary_files_);
  if (!(flags & SQLITE_OPEN_CREATE) && !self.files_.contains(path)) return SQLITE_CANTOPEN;
  PowerLossFile& opened = PowerLossFile::of(file);
  bool temporary = flags & SQLITE_OPEN_DELETEONCLOSE;
  opened.vfs = &self;
  opened.content = new FileContent(self.open(path.c_str()));
  opened.delete_on_close = temporary ? new std::string(path) : nullptr;
  opened.lock = SQLITE_LOCK_NONE;
  opened.base.pMethods = &PowerLossFile::kMethods;
  if (out_flags) *out_flags = flags;
  return SQLITE_OK;
}

int PowerLossVfs::remove_file(sqlite3_vfs* vfs, const char* name, int) {
  auto& self = *static_cast<PowerLossVfs*>(vfs->pAppData);
  std::lock_guard lock(self.mutex_);
  if (self.strikes()) return SQLITE_IOERR_DELETE;
  return self.files_.erase(name) > 0 ? SQLITE_OK : SQLITE_IOERR_DELETE_NOENT;
}

int PowerLossVfs::check_access(sqlite3_vfs* vfs, const char* name, int, int* result) {
  auto& self = *static_cast<PowerLossVfs*>(vfs->pAppData);
  std::lock_guard lock(self.mutex_);
  *result = self.files_.contains(name);
  return SQLITE_OK;
}

int PowerLossVfs::full_name(sqlite3_vfs*, const char* name, int size, char* out) {
  sqlite3_snprintf(size, out, "%s", name);
  return SQLITE_OK;
}

}  // namespace walrus::testing
