// Connections for reading, as many as threads read at the same time.
#pragma once

#include <chrono>
#include <mutex>
#include <vector>

#include "base/metrics.h"
#include "store/sqlite/connection.h"

namespace walrus::store::sqlite {

// Thread-safe. A read runs on the calling thread.
class ReaderPool {
 public:
  ReaderPool(std::string file, std::string vfs, Metrics& metrics);

  // What `read(Connection&)` returns, a Result, or why there is no connection.
  template <class Read>
  auto read(Read& read) -> decltype(read(std::declval<Connection&>())) {
    auto connection = take();
    if (!connection) return std::unexpected(std::move(connection.error()));
    auto begun = std::chrono::steady_clock::now();
    auto result = read(*connection);
    seconds_.observe(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count());
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
  Histogram& seconds_;
  std::mutex mutex_;
  std::vector<Connection> idle_;
};

}  // namespace walrus::store::sqlite
