#include "text/byte_pairs.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <functional>

namespace walrus::text {

namespace {

std::uint64_t hash_bytes(std::string_view bytes) {
  constexpr std::uint64_t kMultiplier = 0x9E3779B97F4A7C15;
  std::uint64_t hash = bytes.size() * kMultiplier;
  while (!bytes.empty()) {
    std::uint64_t word = 0;
    std::size_t length = std::min(bytes.size(), sizeof word);
    std::memcpy(&word, bytes.data(), length);
    hash = (std::rotl(hash, 23) ^ word) * kMultiplier;
    hash ^= hash >> 29;
    bytes.remove_prefix(length);
  }
  return hash;
}

constexpr std::array<std::uint8_t, 256> kBase64Values = [] {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::array<std::uint8_t, 256> values{};
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}();

void append_base64(std::string& out, std::string_view base64) {
  std::uint32_t bits = 0;
  int count = 0;
  for (char c : base64.substr(0, base64.find('='))) {
    bits = bits << 6 | kBase64Values[static_cast<unsigned char>(c)];
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out.push_back(static_cast<char>(bits >> count));
  }
}

}  // namespace

Vocabulary::Vocabulary(std::string_view tiktoken) : ends_{0}, pairs_(1 << 16, kNone) {
  arena_.reserve(tiktoken.size());
  while (!tiktoken.empty()) {
    std::string_view line = tiktoken.substr(0, tiktoken.find('\n'));
    tiktoken.remove_prefix(std::min(line.size() + 1, tiktoken.size()));
    append_base64(arena_, line.substr(0, line.find(' ')));
    ends_.push_back(static_cast<std::uint32_t>(arena_.size()));
  }
  slots_.resize(std::bit_ceil(ends_.size() * 2));
  for (std::uint32_t rank = 0; rank < size(); ++rank) insert(rank);
}

void Vocabulary::insert(std::uint32_t rank) {
  std::string_view key = bytes(rank);
  longest_ = std::max(longest_, key.size());
  if (key.size() == 2) {
    pairs_[static_cast<unsigned char>(key[0]) << 8 | static_cast<unsigned char>(key[1])] = rank;
  }
  std::uint64_t hash = hash_bytes(key);
  std::size_t at = hash & (slots_.size() - 1);
  while (slots_[at].rank != kNone) at = (at + 1) & (slots_.size() - 1);
  slots_[at] = {static_cast<std::uint32_t>(hash >> 32), rank};
}

std::uint32_t Vocabulary::rank(std::string_view key) const {
  if (key.size() > longest_) return kNone;
  std::uint64_t hash = hash_bytes(key);
  auto tag = static_cast<std::uint32_t>(hash >> 32);
  for (std::size_t at = hash & (slots_.size() - 1);; at = (at + 1) & (slots_.size() - 1)) {
    const Slot& slot = slots_[at];
    if (slot.rank == kNone) return kNone;
    if (slot.tag == tag && bytes(slot.rank) == key) return slot.rank;
  }
}

const std::vector<std::uint32_t>& PieceEncoder::encode(std::string_view piece) {
  ranks_.clear();
  if (std::uint32_t whole = vocabulary_.rank(piece); whole != Vocabulary::kNone) {
    ranks_.push_back(whole);
    return ranks_;
  }
  split(piece);
  while (!queue_.empty()) {
    std::pop_heap(queue_.begin(), queue_.end(), std::greater());
    std::size_t at = queue_.back() & 0xFFFF;
    bool is_current = parts_[at].merged_rank == queue_.back() >> 16;
    queue_.pop_back();
    if (is_current) merge(piece, at);
  }
  for (std::size_t at = 0; at < piece.size(); at = parts_[at].next) {
    ranks_.push_back(vocabulary_.rank(piece.substr(at, parts_[at].next - at)));
  }
  return ranks_;
}

void PieceEncoder::split(std::string_view piece) {
  parts_.resize(piece.size());
  queue_.clear();
  for (std::size_t at = 0; at < piece.size(); ++at) {
    std::uint32_t merged = Vocabulary::kNone;
    if (at + 1 < piece.size()) {
      merged = vocabulary_.pair_rank(static_cast<unsigned char>(piece[at]),
                                     static_cast<unsigned char>(piece[at + 1]));
    }
    parts_[at] = {static_cast<std::uint16_t>(at - 1), static_cast<std::uint16_t>(at + 1), merged};
    if (merged != Vocabulary::kNone) queue_.push_back(std::uint64_t{merged} << 16 | at);
  }
  std::make_heap(queue_.begin(), queue_.end(), std::greater());
}

// Joins the part at `at` with the next one.
void PieceEncoder::merge(std::string_view piece, std::size_t at) {
  std::size_t absorbed = parts_[at].next;
  std::uint16_t end = parts_[absorbed].next;
  parts_[absorbed].merged_rank = Vocabulary::kNone;
  parts_[at].next = end;
  if (end < piece.size()) parts_[end].before = static_cast<std::uint16_t>(at);
  rate(piece, at);
  if (at > 0) rate(piece, parts_[at].before);
}

// Finds what the part at `at` and the next one would become.
void PieceEncoder::rate(std::string_view piece, std::size_t at) {
  Part& part = parts_[at];
  part.merged_rank = Vocabulary::kNone;
  if (part.next >= piece.size()) return;
  part.merged_rank = vocabulary_.rank(piece.substr(at, parts_[part.next].next - at));
  if (part.merged_rank == Vocabulary::kNone) return;
  queue_.push_back(std::uint64_t{part.merged_rank} << 16 | at);
  std::push_heap(queue_.begin(), queue_.end(), std::greater());
}

}  // namespace walrus::text
