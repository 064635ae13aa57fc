#include "text/charset.h"

#include <uchardet/uchardet.h>
#include <unicode/ucnv.h>
#include <unicode/ucnv_err.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "base/utf8.h"
#include "text/encodings.h"

namespace walrus::text {

namespace {

struct ConverterCloser {
  void operator()(UConverter* converter) const { ucnv_close(converter); }
};
using Converter = std::unique_ptr<UConverter, ConverterCloser>;

struct Converted {
  std::string text;
  std::size_t errors = 0;  // ill-formed or unmapped sequences, each one U+FFFD
};

// ICU's substitution, which also counts.
void U_CALLCONV substitute(const void* context, UConverterToUnicodeArgs* args, const char* units,
                           int32_t length, UConverterCallbackReason reason, UErrorCode* status) {
  if (reason <= UCNV_IRREGULAR) ++*static_cast<std::size_t*>(const_cast<void*>(context));
  UCNV_TO_U_CALLBACK_SUBSTITUTE(nullptr, args, units, length, reason, status);
}

Converter open_converter(const char* name) {
  UErrorCode status = U_ZERO_ERROR;
  Converter converter(ucnv_open(name, &status));
  return U_SUCCESS(status) ? std::move(converter) : nullptr;
}

// Nothing only if ICU lacks the converter.
std::optional<Converted> convert(std::string_view bytes, const char* name) {
  Converter from = open_converter(name);
  Converter to = open_converter("UTF-8");
  if (!from || !to) return std::nullopt;
  Converted result;
  UErrorCode status = U_ZERO_ERROR;
  ucnv_setToUCallBack(from.get(), substitute, &result.errors, nullptr, nullptr, &status);

  result.text.reserve(bytes.size() + bytes.size() / 2);
  char buffer[8192];
  UChar pivot[4096];
  UChar* pivot_source = pivot;
  UChar* pivot_target = pivot;
  const char* source = bytes.data();
  bool first = true;
  do {
    char* target = buffer;
    status = U_ZERO_ERROR;
    ucnv_convertEx(to.get(), from.get(), &target, buffer + sizeof buffer, &source,
                   bytes.data() + bytes.size(), pivot, &pivot_source, &pivot_target,
                   pivot + std::size(pivot), first, true, &status);
    result.text.append(buffer, target);
    first = false;
  } while (status == U_BUFFER_OVERFLOW_ERROR);
  return result;
}

// Text of a wrong encoding is full of errors; that of the right one may have a few broken bytes.
bool is_plausible(const Converted& converted) {
  return converted.errors * 100 <= count_code_points(converted.text);
}

std::optional<Decoded> decode_as(std::string_view bytes, const Encoding* encoding, bool guessed) {
  if (encoding == nullptr) return std::nullopt;
  std::optional<Converted> converted = convert(bytes, encoding->converter);
  if (!converted || !is_plausible(*converted)) return std::nullopt;
  return Decoded{std::move(converted->text), std::string(encoding->name), guessed};
}

struct ByteOrderMark {
  std::string_view bytes;
  const char* label;
};

// The longer ones first: UTF-32's begins with UTF-16's.
constexpr ByteOrderMark kMarks[] = {
    {{"\xFF\xFE\0\0", 4}, "utf-32le"}, {{"\0\0\xFE\xFF", 4}, "utf-32be"},
    {"\x84\x31\x95\x33", "gb18030"},   {"\xEF\xBB\xBF", "utf-8"},
    {"\xFF\xFE", "utf-16le"},          {"\xFE\xFF", "utf-16be"},
};

std::optional<Decoded> decode_marked(std::string_view bytes) {
  for (const ByteOrderMark& mark : kMarks) {
    if (!bytes.starts_with(mark.bytes)) continue;
    std::string_view rest = bytes.substr(mark.bytes.size());
    if (auto decoded = decode_as(rest, find_encoding(mark.label), false)) return decoded;
  }
  return std::nullopt;
}

// Whether bytes could be meant to be read one by one, zero bytes aside.
bool is_narrow_text(std::string_view bytes) {
  auto is_odd = [](char c) { return c >= 1 && c <= 8; };
  return is_valid_utf8(bytes) && std::none_of(bytes.begin(), bytes.end(), is_odd);
}

// UTF-16 without a mark: white space, digits and Latin letters have a zero byte, always on the same
// side, while text of other encodings has none at all, or a few as separators.
std::optional<Decoded> decode_unmarked_utf16(std::string_view bytes) {
  constexpr std::size_t kSample = std::size_t{64} * 1024;
  std::string_view sample = bytes.substr(0, std::min(bytes.size() & ~std::size_t{1}, kSample));
  std::size_t zeros[2] = {0, 0};
  for (std::size_t i = 0; i < sample.size(); ++i) zeros[i & 1] += sample[i] == '\0';
  std::size_t most = std::max(zeros[0], zeros[1]);
  if (most == 0 || most != zeros[0] + zeros[1]) return std::nullopt;
  if (most * (is_narrow_text(sample) ? 4 : 64) < sample.size()) return std::nullopt;
  return decode_as(bytes, find_encoding(zeros[1] != 0 ? "utf-16le" : "utf-16be"), true);
}

// UTF-8 with a few broken places, as after a careless cut: text of another encoding hardly ever
// forms sequences of UTF-8, so many whole ones to a broken one decide.
std::optional<Decoded> decode_broken_utf8(std::string_view bytes) {
  std::string text = replace_invalid_utf8(bytes);
  std::size_t whole = 0;
  std::size_t broken = 0;
  for (std::size_t at = 0; at < text.size();) {
    char32_t c = next_code_point(text, at);
    if (c == 0xFFFD) {
      ++broken;
    } else if (c >= 0x80) {
      ++whole;
    }
  }
  if (whole < broken * 10) return std::nullopt;
  return Decoded{std::move(text), "UTF-8", true};
}

struct DetectorCloser {
  void operator()(uchardet_t detector) const { uchardet_delete(detector); }
};

// What the bytes look like, from the first that is not ASCII on.
const Encoding* guess_encoding(std::string_view bytes) {
  constexpr std::size_t kContext = 256;
  constexpr std::size_t kSample = std::size_t{256} * 1024;
  auto is_telling = [](char c) { return static_cast<unsigned char>(c) >= 0x80 || c == 0x1B; };
  std::size_t first = std::find_if(bytes.begin(), bytes.end(), is_telling) - bytes.begin();
  std::string_view sample = bytes.substr(first > kContext ? first - kContext : 0, kSample);
  std::unique_ptr<std::remove_pointer_t<uchardet_t>, DetectorCloser> detector(uchardet_new());
  if (uchardet_handle_data(detector.get(), sample.data(), sample.size()) != 0) return nullptr;
  uchardet_data_end(detector.get());
  return find_encoding(uchardet_get_charset(detector.get()));
}

// Seven-bit encodings that switch alphabets by escapes pass for ASCII.
std::optional<Decoded> decode_seven_bit(std::string_view bytes, const Encoding* declared) {
  auto is_seven_bit = [](const Encoding* encoding) {
    return encoding &&
           (encoding->name.starts_with("ISO-2022-") || encoding->name.starts_with("HZ-"));
  };
  if (is_seven_bit(declared)) return decode_as(bytes, declared, false);
  if (bytes.find("\x1B$") == std::string_view::npos) return std::nullopt;
  const Encoding* guess = guess_encoding(bytes);
  return is_seven_bit(guess) ? decode_as(bytes, guess, true) : std::nullopt;
}

}  // namespace

Decoded decode(std::string_view bytes, std::string_view declared) {
  if (auto decoded = decode_marked(bytes)) return std::move(*decoded);
  if (auto decoded = decode_unmarked_utf16(bytes)) return std::move(*decoded);
  const Encoding* wanted = find_encoding(declared);
  if (auto decoded = decode_seven_bit(bytes, wanted)) return std::move(*decoded);
  if (is_valid_utf8(bytes)) return {std::string(bytes), "UTF-8", false};
  if (auto decoded = decode_as(bytes, wanted, false)) return std::move(*decoded);
  if (auto decoded = decode_broken_utf8(bytes)) return std::move(*decoded);
  if (auto decoded = decode_as(bytes, guess_encoding(bytes), true)) return std::move(*decoded);
  std::optional<Converted> last = convert(bytes, "windows-1252");
  if (!last) return {replace_invalid_utf8(bytes), "UTF-8", true};
  return {std::move(last->text), "windows-1252", true};
}

}  // namespace walrus::text
