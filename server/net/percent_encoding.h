// Percent-encoding by the URL Standard, whose parts of a URL differ in what they encode.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace walrus::net {

// The standard's percent-encode sets; all of them hold controls and what is not ASCII.
enum class EncodeSet : std::uint8_t {
  kControl = 1,
  kFragment = 2,
  kQuery = 4,
  kSpecialQuery = 8,  // of http, https and the other special schemes
  kPath = 16,
  kUserinfo = 32,
};

// Appends UTF-8, with the bytes of `set` as %XX. What is encoded already stays as it is.
void append_percent_encoded(std::string& out, std::string_view text, EncodeSet set);

// %XX becomes its byte; a '%' without two hex digits behind it stays.
std::string percent_decode(std::string_view text);

// 0 to 15, or -1 where `c` is no hex digit.
int hex_digit_value(char c);

}  // namespace walrus::net
