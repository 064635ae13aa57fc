#include "crawl/fingerprint.h"

#include <array>
#include <bit>

namespace walrus::crawl {

namespace {

constexpr int kMostBits = 3;
constexpr int kQuarters = 4;
constexpr int kQuarterBits = 16;
constexpr int kRun = 3;  // words

// FNV-1a, then mixed (splitmix64), so that every bit depends on every byte.
std::uint64_t hash_of(std::string_view word) {
  std::uint64_t hash = 14695981039346656037u;
  for (unsigned char byte : word) hash = (hash ^ byte) * 1099511628211u;
  hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9u;
  hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EBu;
  return hash ^ (hash >> 31);
}

std::uint32_t quarter_key(std::uint64_t fingerprint, int quarter) {
  auto bits = static_cast<std::uint32_t>((fingerprint >> (quarter * kQuarterBits)) & 0xFFFF);
  return static_cast<std::uint32_t>(quarter) << kQuarterBits | bits;
}

}  // namespace

std::uint64_t fingerprint_of(std::string_view text) {
  constexpr std::string_view kSpaces = " \t\n";
  std::array<int, 64> balance{};
  std::array<std::uint64_t, kRun> last{};
  int words = 0;
  for (std::size_t at = text.find_first_not_of(kSpaces); at != text.npos;) {
    std::size_t end = std::min(text.find_first_of(kSpaces, at), text.size());
    last[static_cast<std::size_t>(words % kRun)] = hash_of(text.substr(at, end - at));
    at = text.find_first_not_of(kSpaces, end);
    if (++words < kRun) continue;
    std::uint64_t run = 0;
    for (int back = 0; back < kRun; ++back) {
      std::uint64_t word = last[static_cast<std::size_t>((words - 1 - back) % kRun)];
      run ^= std::rotl(word, back * 21);
    }
    for (int bit = 0; bit < 64; ++bit)
      balance[static_cast<std::size_t>(bit)] += run >> bit & 1 ? 1 : -1;
  }
  if (words < kLeastWords) return 0;
  std::uint64_t fingerprint = 0;
  for (int bit = 0; bit < 64; ++bit) {
    if (balance[static_cast<std::size_t>(bit)] > 0) fingerprint |= std::uint64_t{1} << bit;
  }
  return fingerprint;
}

void NearTexts::add(std::uint64_t fingerprint, int number) {
  if (fingerprint == 0) return;
  auto index = static_cast<std::uint32_t>(entries_.size());
  entries_.push_back({fingerprint, number});
  for (int quarter = 0; quarter < kQuarters; ++quarter) {
    by_quarter_.emplace(quarter_key(fingerprint, quarter), index);
  }
}

int NearTexts::find(std::uint64_t fingerprint) const {
  if (fingerprint == 0) return -1;
  std::uint32_t first = static_cast<std::uint32_t>(entries_.size());
  for (int quarter = 0; quarter < kQuarters; ++quarter) {
    auto [begin, end] = by_quarter_.equal_range(quarter_key(fingerprint, quarter));
    for (auto at = begin; at != end; ++at) {
      const Entry& entry = entries_[at->second];
      bool near = std::popcount(entry.fingerprint ^ fingerprint) <= kMostBits;
      if (near) first = std::min(first, at->second);
    }
  }
  return first < entries_.size() ? entries_[first].number : -1;
}

}  // namespace walrus::crawl
