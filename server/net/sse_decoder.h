// Server-sent events (WHATWG HTML, 9.2) from bytes that come in pieces of any size.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace walrus::net {

// Gives the data of events and remembers their ids; `event` and `retry` are passed over, for nobody
// we talk to needs them. Not thread-safe.
class SseDecoder {
 public:
  // Of a line and of an event's data together, where nothing else is said.
  static constexpr std::size_t kMaxBytes = 1 << 20;
  // Gets an event's data, its lines joined by "\n".
  using OnEvent = std::function<void(std::string_view data)>;

  explicit SseDecoder(OnEvent on_event, std::size_t max_bytes = kMaxBytes)
      : on_event_(std::move(on_event)), max_bytes_(max_bytes) {}

  // Fails (upstream_error), and then for good, when a line or an event is longer than max_bytes.
  Result<> feed(std::string_view bytes);
  // At the end of the bytes: some servers leave out the last empty line, so an event that is
  // complete but for that counts (the standard would drop it).
  Result<> finish();

  // The id to come back with: of the last event that was dispatched. Empty before the first.
  const std::string& last_event_id() const { return last_event_id_; }
  // While on_event runs: whether the event has an id line of its own.
  bool has_own_id() const { return has_own_id_; }

 private:
  void take_field(std::string_view name, std::string_view value);
  void end_line();
  void dispatch();

  OnEvent on_event_;
  const std::size_t max_bytes_;
  std::string line_;
  std::string data_;
  std::string id_;
  std::string last_event_id_;
  bool has_own_id_ = false;
  bool has_data_ = false;
  bool at_start_ = true;       // where a byte order mark may stand
  bool after_return_ = false;  // a "\n" now belongs to the "\r" before it
  bool too_long_ = false;
};

}  // namespace walrus::net
