#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>

#include <cstdlib>

#include "base/utf8.h"
#include "text/charset.h"

namespace walrus::text {

namespace {

enum class Treatment { kKeep, kDrop, kLineEnd, kJoiner, kVariation };

bool is_between(char32_t c, char32_t first, char32_t last) {
  return c >= first && c <= last;
}

bool is_noncharacter(char32_t c) {
  return (c & 0xFFFE) == 0xFFFE || is_between(c, 0xFDD0, 0xFDEF);
}

// Characters that show nothing and order or hide others: what smuggles instructions past a reader.
bool is_invisible_control(char32_t c) {
  return c == 0xAD || c == 0x34F || c == 0x61C || is_between(c, 0x115F, 0x1160) ||
         is_between(c, 0x17B4, 0x17B5) || c == 0x180E || c == 0x200B ||
         is_between(c, 0x200E, 0x200F) || is_between(c, 0x202A, 0x202E) ||
         is_between(c, 0x2060, 0x206F) || c == 0x3164 || c == 0xFEFF || c == 0xFFA0 ||
         is_between(c, 0xFFF9, 0xFFFB) || is_between(c, 0xE0000, 0xE007F);
}

Treatment treat_ascii(char32_t c) {
  if (c == '\t' || is_between(c, ' ', '~')) return Treatment::kKeep;
  return is_between(c, '\n', '\r') ? Treatment::kLineEnd : Treatment::kDrop;
}

Treatment treat(char32_t c) {
  if (c < 0x80) return treat_ascii(c);
  if (c == 0x85 || c == 0x2028 || c == 0x2029) return Treatment::kLineEnd;
  if (c < 0xA0 || is_invisible_control(c) || is_noncharacter(c)) return Treatment::kDrop;
  if (c == 0x200C || c == 0x200D) return Treatment::kJoiner;
  if (is_between(c, 0xFE00, 0xFE0F) || is_between(c, 0xE0100, 0xE01EF))
    return Treatment::kVariation;
  return Treatment::kKeep;
}

// A joiner or variation selector is kept behind a character it can act on: rows of them carry bytes
// nobody sees.
bool acts(Treatment now, Treatment before) {
  if (now == Treatment::kJoiner) return before != Treatment::kJoiner;
  return before != Treatment::kJoiner && before != Treatment::kVariation;
}

std::string without_controls(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  Treatment before = Treatment::kLineEnd;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t start = at;
    char32_t c = next_code_point(text, at);
    Treatment now = treat(c);
    if (now == Treatment::kDrop) continue;
    if (now == Treatment::kLineEnd) {
      if (c == '\r' && at < text.size() && text[at] == '\n') ++at;
      out.push_back('\n');
    } else if (now == Treatment::kKeep || acts(now, before)) {
      out.append(text.substr(start, at - start));
    } else {
      continue;
    }
    before = now;
  }
  return out;
}

// ICU's data is part of its library: without it nothing here can work.
const icu::Normalizer2& nfc_instance() {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* instance = icu::Normalizer2::getNFCInstance(status);
  if (U_FAILURE(status)) std::abort();
  return *instance;
}

std::string composed(std::string text) {
  static const icu::Normalizer2& kNfc = nfc_instance();
  UErrorCode status = U_ZERO_ERROR;
  icu::StringPiece piece(text.data(), static_cast<int32_t>(text.size()));
  if (kNfc.isNormalizedUTF8(piece, status)) return text;
  std::string out;
  out.reserve(text.size());
  icu::StringByteSink<std::string> sink(&out);
  kNfc.normalizeUTF8(0, piece, sink, nullptr, status);
  return U_SUCCESS(status) ? out : text;
}

}  // namespace

std::string normalize(std::string_view utf8) {
  if (!is_valid_utf8(utf8)) return normalize(replace_invalid_utf8(utf8));
  return composed(without_controls(utf8));
}

}  // namespace walrus::text
