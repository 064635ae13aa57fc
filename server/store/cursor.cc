#include "store/cursor.h"

#include <fmt/format.h>

#include <charconv>

namespace walrus::store {

namespace {

constexpr std::size_t kTimeDigits = 16;
constexpr std::size_t kIndexDigits = 8;

std::unexpected<Error> malformed() {
  return fail(ErrorCode::kBadRequest,
              "The cursor is malformed. Use the one that came with the previous page, unchanged.");
}

std::optional<std::uint64_t> parse_hex(std::string_view text) {
  bool lower = text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  std::uint64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
  if (!lower || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<std::string> parse_hex_bytes(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    auto byte = parse_hex(text.substr(i, 2));
    if (!byte) return std::nullopt;
    bytes.push_back(static_cast<char>(*byte));
  }
  return bytes;
}

}  // namespace

std::string encode_position(const Position& position) {
  auto micros = static_cast<std::uint64_t>(position.at.time_since_epoch().count());
  std::string cursor = fmt::format("{:016x}", micros);
  for (unsigned char byte : position.id) fmt::format_to(std::back_inserter(cursor), "{:02x}", byte);
  return cursor;
}

Result<std::optional<Position>> decode_position(std::string_view cursor) {
  if (cursor.empty()) return std::nullopt;
  if (cursor.size() <= kTimeDigits || cursor.size() % 2 != 0) return malformed();
  auto micros = parse_hex(cursor.substr(0, kTimeDigits));
  auto id = parse_hex_bytes(cursor.substr(kTimeDigits));
  if (!micros || !id) return malformed();
  return Position{TimePoint(Duration(static_cast<std::int64_t>(*micros))), std::move(*id)};
}

std::string encode_index(int index) {
  return fmt::format("{:08x}", index);
}

Result<int> decode_index(std::string_view cursor) {
  if (cursor.empty()) return -1;
  if (cursor.size() != kIndexDigits) return malformed();
  auto index = parse_hex(cursor);
  if (!index || *index > 0x7fffffff) return malformed();
  return static_cast<int>(*index);
}

}  // namespace walrus::store
