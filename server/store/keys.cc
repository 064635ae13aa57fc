#include "store/keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/time_format.h"

namespace walrus::store {

namespace {

constexpr std::string_view kConversationPrefix = "conv#";
constexpr std::size_t kSecondsLength = 20;  // 2024-01-15T10:30:00Z

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

std::string conversation_key(std::string_view owner, std::string_view id) {
  if (owner == kLocalOwner) return fmt::format("{}{}", kConversationPrefix, id);
  return fmt::format("{}{}/{}", kConversationPrefix, owner, id);
}

std::string conversation_id_of(std::string_view key, std::string_view owner) {
  return std::string(key.substr(conversation_key(owner, "").size()));
}

std::string message_key(std::uint64_t number) {
  return fmt::format("{}{:020}", kMessagePrefix, number);
}

std::optional<std::uint64_t> message_number(std::string_view key) {
  if (!key.starts_with(kMessagePrefix)) return std::nullopt;
  return parse_number(key.substr(kMessagePrefix.size()));
}

std::string status_key(const StatusPlace& place) {
  auto second = std::chrono::floor<std::chrono::seconds>(place.at);
  return fmt::format("{}{}#{:06}-{:06}", kStatusPrefix, iso_seconds(place.at),
                     (place.at - second).count(), place.sequence);
}

std::optional<StatusPlace> parse_status_key(std::string_view key) {
  if (!key.starts_with(kStatusPrefix)) return std::nullopt;
  key.remove_prefix(kStatusPrefix.size());
  constexpr std::size_t kFixed = kSecondsLength + 8;  // "#", 6 digits, "-"
  if (key.size() <= kFixed || key[kSecondsLength] != '#' || key[kFixed - 1] != '-') {
    return std::nullopt;
  }
  auto second = parse_iso(key.substr(0, kSecondsLength));
  auto micros = parse_number(key.substr(kSecondsLength + 1, 6));
  auto sequence = parse_number(key.substr(kFixed));
  if (!second || !micros || !sequence) return std::nullopt;
  return StatusPlace{*second + Duration(static_cast<std::int64_t>(*micros)), *sequence};
}

TimePoint next_status_time(TimePoint at, const std::optional<StatusPlace>& newest) {
  if (!newest) return at;
  return std::max(at, newest->at + Duration(1));
}

std::int64_t unix_seconds(TimePoint time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

}  // namespace walrus::store
