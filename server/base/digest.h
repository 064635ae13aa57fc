// Digests of texts.
#pragma once

#include <string>
#include <string_view>

namespace walrus {

// SHA-256 in 64 hex digits.
std::string sha256_hex(std::string_view text);

}  // namespace walrus
