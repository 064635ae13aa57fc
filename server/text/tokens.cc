#include "text/tokens.h"

#include <algorithm>

#include "text/byte_pairs.h"
#include "text/pretokenize.h"

extern "C" const char walrus_cl100k_base[], walrus_cl100k_base_end[];

namespace walrus::text {

namespace {

constexpr std::size_t kLongestPiece = 4096;

}  // namespace

struct TokenCounter::Impl {
  Vocabulary vocabulary{std::string_view(walrus_cl100k_base, walrus_cl100k_base_end)};

  // Calls `take` with the ranks of each piece in turn.
  template <class Take>
  void each_piece(std::string_view text, Take take) const {
    PieceEncoder encoder(vocabulary);
    for (std::size_t at = 0; at < text.size();) {
      std::size_t end = piece_end(text, at);
      while (at < end) {
        std::size_t length = std::min(end - at, kLongestPiece);
        take(encoder.encode(text.substr(at, length)));
        at += length;
      }
    }
  }
};

TokenCounter::TokenCounter() : impl_(std::make_unique<Impl>()) {}

TokenCounter::~TokenCounter() = default;

std::size_t TokenCounter::count(std::string_view text) const {
  std::size_t total = 0;
  impl_->each_piece(text, [&](const std::vector<std::uint32_t>& ranks) { total += ranks.size(); });
  return total;
}

std::vector<std::uint32_t> TokenCounter::encode(std::string_view text) const {
  std::vector<std::uint32_t> tokens;
  tokens.reserve(text.size() / 3);
  impl_->each_piece(text, [&](const std::vector<std::uint32_t>& ranks) {
    tokens.insert(tokens.end(), ranks.begin(), ranks.end());
  });
  return tokens;
}

}  // namespace walrus::text
