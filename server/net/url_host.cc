#include "net/url_host.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <unicode/idna.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/ascii.h"
#include "base/utf8.h"
#include "net/percent_encoding.h"

namespace walrus::net {

namespace {

// UTS 46 takes longer than linear time for long labels. A name in the DNS has at most 253 bytes.
constexpr std::size_t kMostInternationalBytes = 2048;
constexpr std::size_t kV4Numbers = 4;
constexpr std::size_t kV6Groups = 8;

std::unexpected<Error> refuse(std::string why) {
  return fail(ErrorCode::kValidationError, std::move(why));
}

bool is_forbidden_in_host(char c) {
  constexpr std::string_view kForbidden = "\t\n\r #/:<>?@[\\]^|";
  return c == '\0' || kForbidden.contains(c);
}

bool is_forbidden_in_domain(char c) {
  return is_forbidden_in_host(c) || c == '%' || (c >= 0 && c < 0x20) || c == 0x7f;
}

Result<void> refuse_forbidden(std::string_view host, bool (*is_forbidden)(char)) {
  auto found = std::ranges::find_if(host, is_forbidden);
  if (found == host.end()) return {};
  bool visible = *found > 0x20 && *found < 0x7f;
  return refuse(visible ? fmt::format("has a host with '{}' in it", *found)
                        : "has a host with a blank or a control character in it");
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool is_between(char32_t c, char32_t first, char32_t last) {
  return c >= first && c <= last;
}

// Unicode 15.1 and 16 allow in names what ICU 72 still refuses: these are left out,
bool is_ignored_since(char32_t c) {
  return is_between(c, 0x115F, 0x1160) || is_between(c, 0x17B4, 0x17B5) || c == 0x180E ||
         is_between(c, 0x2061, 0x2063) || is_between(c, 0x206A, 0x206F) || c == 0x3164 ||
         c == 0xFFA0 || is_between(c, 0x1D173, 0x1D17A);
}

// and these have another in their place, as U+1E9E has not "ss" any more.
char32_t mapped_since(char32_t c) {
  switch (c) {
    case 0x04C0:
      return 0x04CF;
    case 0x1E9E:
      return 0x00DF;
    case 0x2132:
      return 0x214E;
    case 0x2183:
      return 0x2184;
    case 0x2F868:
      return 0x36FC;
    case 0x2F874:
      return 0x5F53;
    case 0x2F91F:
      return 0x243AB;
    case 0x2F95F:
      return 0x7AEE;
    case 0x2F9BF:
      return 0x45D7;
    default:
      return is_between(c, 0x10A0, 0x10C5) ? c - 0x10A0 + 0x2D00 : c;
  }
}

std::string with_newer_mappings(std::string_view name) {
  std::string out;
  for (std::size_t at = 0; at < name.size();) {
    char32_t c = next_code_point(name, at);
    if (!is_ignored_since(c)) append_code_point(out, mapped_since(c));
  }
  return out;
}

// The standard verifies neither lengths nor hyphens.
constexpr std::uint32_t kForgiven = UIDNA_ERROR_EMPTY_LABEL | UIDNA_ERROR_LABEL_TOO_LONG |
                                    UIDNA_ERROR_DOMAIN_NAME_TOO_LONG | UIDNA_ERROR_LEADING_HYPHEN |
                                    UIDNA_ERROR_TRAILING_HYPHEN | UIDNA_ERROR_HYPHEN_3_4;

Result<std::string> international_to_ascii(std::string_view name) {
  if (name.size() > kMostInternationalBytes) return refuse("has a host that is too long");
  UErrorCode status = U_ZERO_ERROR;
  std::unique_ptr<icu::IDNA> idna(icu::IDNA::createUTS46Instance(
      UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ | UIDNA_NONTRANSITIONAL_TO_ASCII |
          UIDNA_NONTRANSITIONAL_TO_UNICODE,
      status));
  if (U_FAILURE(status)) return fail(ErrorCode::kInternal, "has a host that cannot be read");
  std::string ascii;
  icu::StringByteSink<std::string> sink(&ascii);
  icu::IDNAInfo info;
  idna->nameToASCII_UTF8(with_newer_mappings(name), sink, info, status);
  if (U_FAILURE(status) || (info.getErrors() & ~kForgiven) != 0) {
    return refuse("has a host that is no valid international name");
  }
  return ascii;
}

Result<std::string> name_to_ascii(std::string name) {
  if (!is_ascii(name)) return international_to_ascii(name);
  return ascii_lower(name);
}

std::vector<std::string_view> split_at_dots(std::string_view name) {
  std::vector<std::string_view> labels;
  for (std::size_t begin = 0; begin <= name.size();) {
    std::size_t dot = std::min(name.find('.', begin), name.size());
    labels.push_back(name.substr(begin, dot - begin));
    begin = dot + 1;
  }
  return labels;
}

// Decimal, octal behind a 0, or hex behind 0x; what is over 32 bits is cut to one that is too large
// for any place. Nothing where it is no number.
std::optional<std::uint64_t> v4_number(std::string_view text) {
  constexpr std::uint64_t kTooLarge = std::uint64_t{1} << 32;
  if (text.empty()) return std::nullopt;
  unsigned base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    base = 16;
    text.remove_prefix(2);
  } else if (text.size() > 1 && text[0] == '0') {
    base = 8;
    text.remove_prefix(1);
  }
  std::uint64_t number = 0;
  for (char c : text) {
    int digit = hex_digit_value(c);
    if (digit < 0 || static_cast<unsigned>(digit) >= base) return std::nullopt;
    number = std::min(number * base + static_cast<unsigned>(digit), kTooLarge);
  }
  return number;
}

bool is_all_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// A name that ends in a number can only be an IPv4 address.
bool ends_in_number(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  std::string_view last = name.substr(name.rfind('.') + 1);
  return is_all_digits(last) || v4_number(last).has_value();
}

Result<std::string> parse_v4(std::string_view name) {
  auto no_address = [] {
    return refuse("has a host that ends in a number but is no IPv4 address");
  };
  if (name.ends_with('.')) name.remove_suffix(1);
  if (std::ranges::count(name, '.') >= static_cast<std::ptrdiff_t>(kV4Numbers)) return no_address();
  std::vector<std::string_view> labels = split_at_dots(name);
  std::uint64_t address = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    auto number = v4_number(labels[i]);
    // The last one stands for all the bytes that are left.
    std::size_t bytes = i + 1 < labels.size() ? 1 : kV4Numbers - i;
    if (!number || *number >= std::uint64_t{1} << (8 * bytes)) return no_address();
    address = (address << (8 * bytes)) | *number;
  }
  return fmt::format("{}.{}.{}.{}", address >> 24, address >> 16 & 255, address >> 8 & 255,
                     address & 255);
}

struct Run {
  std::size_t begin = kV6Groups;
  std::size_t length = 1;  // one zero group is not worth a "::"
};

// The first longest run of zero groups.
Run longest_zero_run(const std::array<unsigned, kV6Groups>& groups) {
  Run longest;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < kV6Groups; ++i) {
    if (groups[i] != 0) begin = i + 1;
    if (i + 1 - begin > longest.length && begin <= i) longest = {begin, i + 1 - begin};
  }
  return longest;
}

std::string format_v6(const std::array<unsigned, kV6Groups>& groups) {
  Run zeros = longest_zero_run(groups);
  std::string out = "[";
  for (std::size_t i = 0; i < kV6Groups;) {
    if (i == zeros.begin) {
      out += i == 0 ? "::" : ":";
      i += zeros.length;
      continue;
    }
    fmt::format_to(std::back_inserter(out), "{:x}", groups[i]);
    if (++i < kV6Groups) out += ':';
  }
  return out + ']';
}

// Of what begins with a bracket.
Result<std::string> parse_v6(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdefABCDEF:.";
  if (!text.ends_with(']')) return refuse("has a host without its closing ']'");
  std::string literal(text.substr(1, text.size() - 2));
  std::array<std::uint8_t, 2 * kV6Groups> bytes;
  bool good = literal.find_first_not_of(kDigits) == std::string::npos &&
              inet_pton(AF_INET6, literal.c_str(), bytes.data()) == 1;
  if (!good) return refuse("has brackets around what is no IPv6 address");
  std::array<unsigned, kV6Groups> groups;
  for (std::size_t i = 0; i < kV6Groups; ++i) {
    groups[i] = unsigned{bytes[2 * i]} << 8 | bytes[2 * i + 1];
  }
  return format_v6(groups);
}

}  // namespace

Result<std::string> parse_host(std::string_view text) {
  if (text.starts_with('[')) return parse_v6(text);
  std::string decoded = percent_decode(text);
  if (!is_valid_utf8(decoded)) decoded = replace_invalid_utf8(decoded);
  auto name = name_to_ascii(std::move(decoded));
  if (!name) return name;
  if (name->empty()) return refuse("has no host");
  auto clean = refuse_forbidden(*name, is_forbidden_in_domain);
  if (!clean) return std::unexpected(clean.error());
  return ends_in_number(*name) ? parse_v4(*name) : name;
}

Result<std::string> parse_opaque_host(std::string_view text) {
  if (text.starts_with('[')) return parse_v6(text);
  auto clean = refuse_forbidden(text, is_forbidden_in_host);
  if (!clean) return std::unexpected(clean.error());
  std::string host;
  append_percent_encoded(host, text, EncodeSet::kControl);
  return host;
}

}  // namespace walrus::net
