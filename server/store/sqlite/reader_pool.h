// Connections for reading, as many as threads read at the same time.
#pragma once

#include <mutex>
#include <vector>

#include "store/sqlite/connection.h"

namespace walrus::store::sqlite {

// Thread-safe. A read runs on the calling thread.
class ReaderPool {
 public:
  ReaderPool(std::string file, std::string vfs) : file_(std::move(file)), vfs_(std::move(vfs)) {}

  // What `read(Connection&)` returns, a Result, or why there is no connection.
  template <class Read>
  auto read(Read& read) -> decltype(read(std::declval<Connection&>())) {
    auto connection = take();
    if (!connection) return std::unexpected(std::move(connection.error()));
    auto result = read(*connection);
    // One that met an error of the disk is not used again.
    if (result || result.error().code != ErrorCode::kStorageUnavailable) {
      give_back(std::move(*connection));
    }
    return result;
  }

 private:
  Result<Connection> take();
  void give_back(Connection connection);

  const std::string file_;
  const std::string vfs_;
  std::mutex mutex_;
  std::vector<Connection> idle_;
};

}  // namespace walrus::store::sqlite
