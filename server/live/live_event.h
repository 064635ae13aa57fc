// One event as its readers get it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "live/frame.h"
#include "status/operation.h"

namespace walrus::live {

// An event as a frame of its operation's stream, and in it the event as JSON.
struct EncodedEvent {
  std::string frame;
  std::size_t json_begin = 0;
  std::size_t json_size = 0;

  std::string_view json() const { return std::string_view(frame).substr(json_begin, json_size); }
};

// Encoded once and shared by everybody who reads it.
struct LiveEvent {
  status::Event event;
  bool terminal;
  EncodedEvent encoded;

  std::uint64_t sequence() const { return event.sequence; }
};
using SharedEvent = std::shared_ptr<const LiveEvent>;

inline Frame frame_of(const SharedEvent& event) {
  return Frame(event, &event->encoded.frame);
}

}  // namespace walrus::live
