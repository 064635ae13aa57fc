// Bytes of unknown encoding to UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace walrus::text {

struct Decoded {
  std::string text;      // valid UTF-8, NFC not applied
  std::string encoding;  // IANA name
  bool guessed = false;  // by statistics or as the last resort
};

// Byte order mark, strict UTF-8, `declared` (HTTP or meta charset, may be empty), uchardet, then
// windows-1252 with replacement (facts/retrieval.md, D).
Decoded decode(std::string_view bytes, std::string_view declared);

// NFC; "\r\n" and "\r" become "\n"; control characters but \n and \t, and U+FEFF, are dropped.
std::string normalize(std::string_view utf8);

}  // namespace walrus::text
