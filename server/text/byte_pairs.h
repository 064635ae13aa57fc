// Byte-pair encoding over a vocabulary in tiktoken's form.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace walrus::text {

// The byte strings that are tokens, by rank. Immutable.
class Vocabulary {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  // Of lines "base64 rank" with ranks counting up from 0. Holds a copy.
  explicit Vocabulary(std::string_view tiktoken);

  // The rank of a byte string, or kNone.
  std::uint32_t rank(std::string_view bytes) const;
  // The same of two bytes, which half of all questions are about.
  std::uint32_t pair_rank(unsigned char first, unsigned char second) const {
    return pairs_[first << 8 | second];
  }
  std::string_view bytes(std::uint32_t rank) const {
    return std::string_view(arena_).substr(ends_[rank], ends_[rank + 1] - ends_[rank]);
  }
  std::size_t size() const { return ends_.size() - 1; }

 private:
  struct Slot {
    std::uint32_t tag;  // high bits of the hash
    std::uint32_t rank = kNone;
  };
  void insert(std::uint32_t rank);

  std::string arena_;                // all byte strings in the order of ranks
  std::vector<std::uint32_t> ends_;  // [0] is 0, [rank + 1] the end of `rank` in the arena
  std::vector<Slot> slots_;          // open addressing, a power of two in size
  std::vector<std::uint32_t> pairs_;
  std::size_t longest_ = 0;
};

// Merges the bytes of a piece to tokens: always the pair of lowest rank, the left one of equals.
// Takes n log n steps for n bytes. One per thread: it keeps its memory between pieces.
class PieceEncoder {
 public:
  explicit PieceEncoder(const Vocabulary& vocabulary) : vocabulary_(vocabulary) {}

  // The ranks of a piece of less than 64 KiB, valid until the next call.
  const std::vector<std::uint32_t>& encode(std::string_view piece);

 private:
  // A part of the piece, known by where it begins; merged parts are skipped over.
  struct Part {
    std::uint16_t before;
    std::uint16_t next;         // where the part ends
    std::uint32_t merged_rank;  // of this part and the next together
  };

  void split(std::string_view piece);
  void merge(std::string_view piece, std::size_t at);
  void rate(std::string_view piece, std::size_t at);

  const Vocabulary& vocabulary_;
  std::vector<Part> parts_;
  std::vector<std::uint64_t> queue_;  // heap of rank << 16 | position, the lowest on top
  std::vector<std::uint32_t> ranks_;
};

}  // namespace walrus::text
