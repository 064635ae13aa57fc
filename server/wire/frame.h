// Bytes of a response that is sent as it comes to be, in HTTP/1.1 chunked coding: server-sent
// events (HTML Standard, 9.2), and other texts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "live/live_event.h"

namespace walrus::wire {

// One event with its id, as one chunk. `data` is JSON without line breaks.
live::EncodedEvent event_frame(std::uint64_t id, std::string_view data);

// One event of a stream of many operations: its id is an opaque cursor without line breaks.
live::Frame multiplexed_frame(std::string_view cursor, std::string_view data);

// What every stream begins with: how soon to come back after a loss.
live::Frame greeting_frame();

// A part of any other body; not empty.
live::Frame body_frame(std::string_view text);

}  // namespace walrus::wire
