// Bytes of unknown encoding to UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace walrus::text {

struct Decoded {
  std::string text;      // valid UTF-8 without byte order mark, not normalized
  std::string encoding;  // IANA name
  bool guessed = false;  // by statistics or as the last resort
};

// Byte order mark, UTF-16 by its zero bytes, strict UTF-8, `declared` (HTTP or meta charset, may be
// empty), UTF-8 with few broken places, uchardet, then windows-1252 with replacement. A choice
// under which more than one character in a hundred is ill-formed is passed over. Thread-safe.
Decoded decode(std::string_view bytes, std::string_view declared);

// NFC, as StructuredText wants it. Every kind of line end ("\r\n", "\r", form feed, U+0085, U+2028,
// ...) becomes "\n". Dropped are control characters but \n and \t, noncharacters, and what cannot
// be seen yet can carry instructions past a reader: soft hyphen, U+FEFF, zero-width space,
// direction marks, overrides and isolates, invisible operators, annotation and tag characters
// (U+E0000 to U+E007F), Hangul fillers. Joiners (U+200C, U+200D) and variation selectors stay, for
// scripts and emoji need them, but not in rows. Ill-formed UTF-8 becomes U+FFFD. Idempotent.
std::string normalize(std::string_view utf8);

}  // namespace walrus::text
