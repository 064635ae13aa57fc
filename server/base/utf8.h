// UTF-8 (RFC 3629) on the byte level. Offsets on the wire are code points, in memory bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace walrus {

bool is_valid_utf8(std::string_view text);

// Each maximal ill-formed part becomes one U+FFFD (the practice WHATWG Encoding prescribes).
std::string replace_invalid_utf8(std::string_view text);

// The number of code points of valid UTF-8.
std::size_t count_code_points(std::string_view text);

// Whether the byte at `at` begins a code point (or is the end).
inline bool is_code_point_start(std::string_view text, std::size_t at) {
  return at >= text.size() || (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80;
}

// Decodes the code point at `at` of valid UTF-8 and moves `at` past it.
char32_t next_code_point(std::string_view text, std::size_t& at);

void append_code_point(std::string& out, char32_t code_point);

}  // namespace walrus
