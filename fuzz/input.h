// What the targets have in common: looking at the input as text, and stopping where a promise
// breaks.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace walrus::fuzz {

inline std::string_view as_text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// libFuzzer keeps the input of a program that aborts.
inline void promise(bool kept) {
  if (!kept) std::abort();
}

// Hands `text` on in pieces whose sizes follow from its own bytes.
template <class Take>
void in_pieces(std::string_view text, Take take) {
  for (std::size_t at = 0; at < text.size();) {
    std::size_t size =
        std::min<std::size_t>(1 + static_cast<unsigned char>(text[at]) % 7, text.size() - at);
    if (!take(text.substr(at, size))) return;
    at += size;
  }
}

}  // namespace walrus::fuzz
