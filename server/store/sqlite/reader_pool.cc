#include "store/sqlite/reader_pool.h"

namespace walrus::store::sqlite {

ReaderPool::ReaderPool(std::string file, std::string vfs, Metrics& metrics)
    : file_(std::move(file)),
      vfs_(std::move(vfs)),
      seconds_(metrics.histogram("walrus_store_read_seconds",
                                 "Time of a read of the store, on the thread that asks.")) {}

Result<Connection> ReaderPool::take() {
  {
    std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      Connection connection = std::move(idle_.back());
      idle_.pop_back();
      return connection;
    }
  }
  return Connection::open(file_, vfs_, Connection::Access::kRead);
}

void ReaderPool::give_back(Connection connection) {
  std::lock_guard lock(mutex_);
  idle_.push_back(std::move(connection));
}

}  // namespace walrus::store::sqlite
