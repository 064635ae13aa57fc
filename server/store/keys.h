// How the rows of the `chat` table are named (api.md, Tables). For the engines alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/executor.h"

namespace walrus::store {

// The owner of everything while the server has no keys; it does not show in a conversation's key.
inline constexpr std::string_view kLocalOwner = "local";

inline constexpr std::string_view kConversationRow = "meta";
inline constexpr std::string_view kMessagePrefix = "message#";
inline constexpr std::string_view kMessageEnd = "message$";  // '$' follows '#'
inline constexpr std::string_view kStatusPrefix = "status#";
inline constexpr std::string_view kStatusEnd = "status$";

// conv#<id>, with keys conv#<owner>/<id>.
std::string conversation_key(std::string_view owner, std::string_view id);
// The id in a key that conversation_key made for `owner`.
std::string conversation_id_of(std::string_view key, std::string_view owner);

std::string message_key(std::uint64_t number);
std::optional<std::uint64_t> message_number(std::string_view key);

// A status's place: status#2024-01-15T10:30:00Z#<microseconds, 6 digits>-<sequence, 6 digits>.
struct StatusPlace {
  TimePoint at;
  std::uint64_t sequence;
};
std::string status_key(const StatusPlace& place);
std::optional<StatusPlace> parse_status_key(std::string_view key);

// When a status of `at` is filed behind the newest one of its conversation: time never steps back.
TimePoint next_status_time(TimePoint at, const std::optional<StatusPlace>& newest);

// Unix seconds, as the `ttl` column has it; a row has expired once `now` reaches it.
std::int64_t unix_seconds(TimePoint time);
inline bool has_expired(std::int64_t ttl, TimePoint now) {
  return ttl <= unix_seconds(now);
}

}  // namespace walrus::store
