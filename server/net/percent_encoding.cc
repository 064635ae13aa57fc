#include "net/percent_encoding.h"

#include <array>

namespace walrus::net {

namespace {

constexpr std::uint8_t bit(EncodeSet set) {
  return static_cast<std::uint8_t>(set);
}

struct Members {
  EncodeSet set;
  std::string_view characters;
};

// Beside controls and what is not ASCII.
constexpr Members kMembers[] = {
    {EncodeSet::kFragment, " \"<>`"},
    {EncodeSet::kQuery, " \"#<>"},
    {EncodeSet::kSpecialQuery, " \"#<>'"},
    {EncodeSet::kPath, " \"#<>?^`{}"},
    {EncodeSet::kUserinfo, " \"#<>?^`{}/:;=@[\\]|"},
};

// The sets that each byte is in.
constexpr std::array<std::uint8_t, 256> make_sets() {
  std::array<std::uint8_t, 256> sets{};
  for (unsigned byte = 0; byte < sets.size(); ++byte) {
    if (byte < 0x20 || byte > 0x7e) sets[byte] = 0xff;
  }
  for (const Members& members : kMembers) {
    for (char c : members.characters) sets[static_cast<unsigned char>(c)] |= bit(members.set);
  }
  return sets;
}

constexpr std::array<std::uint8_t, 256> kSets = make_sets();
constexpr std::string_view kDigits = "0123456789ABCDEF";

}  // namespace

void append_percent_encoded(std::string& out, std::string_view text, EncodeSet set) {
  std::size_t plain = 0;  // where what is not yet appended begins
  for (std::size_t at = 0; at < text.size(); ++at) {
    auto byte = static_cast<unsigned char>(text[at]);
    if ((kSets[byte] & bit(set)) == 0) continue;
    out.append(text, plain, at - plain);
    out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    plain = at + 1;
  }
  out.append(text, plain);
}

std::string percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    bool whole = text[at] == '%' && at + 2 < text.size();
    int high = whole ? hex_digit_value(text[at + 1]) : -1;
    int low = whole ? hex_digit_value(text[at + 2]) : -1;
    if (high < 0 || low < 0) {
      out += text[at];
      continue;
    }
    out += static_cast<char>(high * 16 + low);
    at += 2;
  }
  return out;
}

int hex_digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace walrus::net
