// What `walrus doctor` looks at on this machine: the data folder and the server that holds it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "cli/findings.h"

namespace walrus::cli {

// `answered`: whether a server answers at `url`.
void check_machine(const std::filesystem::path& data_folder, const std::string& url, bool answered,
                   Findings& findings);

struct Space {
  std::uint64_t free_bytes = 0;
  std::uint64_t free_files = 0;
  bool read_only = false;
};
Finding judge_space(const Space& space);
// `limit` 0: without one.
Finding judge_open_files(std::uint64_t open, std::uint64_t limit);

// The process that holds the lock of the file, by the lines of /proc/locks.
std::optional<int> holder_of(std::string_view locks, std::uint64_t device, std::uint64_t inode);

}  // namespace walrus::cli
