// What a client says on /v1/ws.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace walrus::api {

struct EventsCommand {
  enum class Action { kSubscribe, kUnsubscribe, kPing };

  Action action;
  std::vector<std::string> operations;         // each once, in order
  std::map<std::string, std::uint64_t> after;  // where the client left off
};

// The most operations of a command, and of a socket.
inline constexpr std::size_t kMaxSubscriptions = 100;

// Errors: bad_request, validation_error.
Result<EventsCommand> parse_events_command(std::string_view text);

}  // namespace walrus::api
