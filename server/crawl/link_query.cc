#include "crawl/link_query.h"

#include <fmt/format.h>
#include <unicode/ucnv.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <memory>

#include "base/ascii.h"

namespace walrus::crawl {

namespace {

struct Closer {
  void operator()(UConverter* converter) const { ucnv_close(converter); }
};
using Converter = std::unique_ptr<UConverter, Closer>;

Converter converter_to(const std::string& encoding) {
  if (encoding.empty() || ascii_lower(encoding).starts_with("utf")) return nullptr;
  UErrorCode error = U_ZERO_ERROR;
  Converter converter(ucnv_open(encoding.c_str(), &error));
  if (U_FAILURE(error)) return nullptr;
  ucnv_setFromUCallBack(converter.get(), UCNV_FROM_U_CALLBACK_STOP, nullptr, nullptr, nullptr,
                        &error);
  return U_FAILURE(error) ? nullptr : std::move(converter);
}

bool is_ascii(char byte) {
  return static_cast<unsigned char>(byte) < 0x80;
}

// What is not in the standard's "special-query percent-encode set".
bool stays_in_query(char byte) {
  constexpr std::string_view kEncoded = "\"#<>'";
  return byte > 0x20 && byte < 0x7f && !kEncoded.contains(byte);
}

void append_encoded(std::string& out, UConverter* converter, UChar32 character) {
  UChar units[U16_MAX_LENGTH];
  std::int32_t count = 0;
  U16_APPEND_UNSAFE(units, count, character);
  char bytes[32];
  UErrorCode error = U_ZERO_ERROR;
  std::int32_t size = ucnv_fromUChars(converter, bytes, sizeof bytes, units, count, &error);
  if (U_FAILURE(error)) {
    out += fmt::format("%26%23{}%3B", static_cast<std::int32_t>(character));
    return;
  }
  for (std::int32_t i = 0; i < size; ++i) {
    if (stays_in_query(bytes[i])) {
      out += bytes[i];
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(bytes[i]));
    }
  }
}

}  // namespace

std::string with_query_in(std::string_view address, const std::string& encoding) {
  std::string_view before_fragment = address.substr(0, address.find('#'));
  std::size_t mark = before_fragment.find('?');
  if (mark == std::string_view::npos) return std::string(address);
  std::string_view query = before_fragment.substr(mark);
  if (std::ranges::all_of(query, is_ascii)) return std::string(address);
  Converter converter = converter_to(encoding);
  if (!converter) return std::string(address);
  std::string out(address.substr(0, mark));
  auto characters =
      icu::UnicodeString::fromUTF8({query.data(), static_cast<std::int32_t>(query.size())});
  for (std::int32_t i = 0; i < characters.length(); i = characters.moveIndex32(i, 1)) {
    UChar32 character = characters.char32At(i);
    if (character < 0x80) {
      out += static_cast<char>(character);
    } else {
      append_encoded(out, converter.get(), character);
    }
  }
  return out.append(address.substr(before_fragment.size()));
}

}  // namespace walrus::crawl
