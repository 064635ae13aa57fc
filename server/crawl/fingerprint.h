// Which texts are nearly the same.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace walrus::crawl {

// A SimHash (Charikar 2002) over runs of three words: texts that share most of theirs differ in few
// bits. 0 for a text of fewer than kLeastWords, which says too little to compare.
inline constexpr int kLeastWords = 20;
std::uint64_t fingerprint_of(std::string_view text);

// Finds a fingerprint that differs in three bits at most (Manku, Jain, Das Sarma 2007): of four
// quarters at least one is equal then, so that only those which share one are compared.
class NearTexts {
 public:
  // `number` is what a later look gives; 0 is no fingerprint and is passed over.
  void add(std::uint64_t fingerprint, int number);
  // The number of the one that was added first; -1 where there is none.
  int find(std::uint64_t fingerprint) const;

 private:
  struct Entry {
    std::uint64_t fingerprint;
    int number;
  };
  std::vector<Entry> entries_;
  // By quarter and its bits, indices into entries_.
  std::unordered_multimap<std::uint32_t, std::uint32_t> by_quarter_;
};

}  // namespace walrus::crawl
