// How much of everything one extraction may take.
#pragma once

#include <chrono>
#include <cstdint>

namespace walrus::extract {

struct ExtractLimits {
  std::uint64_t memory_bytes = 1ull << 30;      // address space of the child
  std::uint64_t text_bytes = 64ull << 20;       // of the result
  std::uint64_t inflated_bytes = 256ull << 20;  // of all members of an archive
  int archive_members = 5000;
  int inflation_ratio = 200;  // of one member, past its first MiB
  int pages = 10'000;
  std::chrono::seconds cpu{60};
  std::chrono::seconds wall{120};  // without a sign of progress
};

}  // namespace walrus::extract
