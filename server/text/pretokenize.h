// The pieces that cl100k_base's byte-pair encoding works on, each on its own.
#pragma once

#include <cstddef>
#include <string_view>

namespace walrus::text {

// The end of the piece that begins at `at` (< text.size(), a code point's start): the match of
//   '(?i:[sdmt]|ll|ve|re) | [^\r\n\p{L}\p{N}]?\p{L}+ | \p{N}{1,3} | ?[^\s\p{L}\p{N}]+[\r\n]*
//   | \s+$ | \s*[\r\n] | \s+(?!\S) | \s
// where \s is Unicode's White_Space. Walking a text piece by piece is linear in its length.
std::size_t piece_end(std::string_view text, std::size_t at);

}  // namespace walrus::text
