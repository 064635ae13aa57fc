// How a SQLite store is run.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace walrus::store::sqlite {

struct Options {
  // Rows that wait to be written, at most; storage_unavailable beyond.
  std::size_t queue_limit = 20'000;
  // Rows gathered into one transaction. 1 gives every batch an fsync of its own.
  std::size_t group_limit = 4096;
  // While the storage is away, how often the writer looks whether it is back.
  std::chrono::milliseconds probe_interval{500};
  // Anything but FULL loses acknowledged rows when the power goes; tests show that it does.
  std::string synchronous = "FULL";
  // SQLite's operating system layer; empty for the system's.
  std::string vfs;
};

}  // namespace walrus::store::sqlite
