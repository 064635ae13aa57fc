// Server-sent events (WHATWG HTML, 9.2) from bytes that come in pieces of any size.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace walrus::llm {

// Only the data of events: models name no other field that matters. Not thread-safe.
class SseDecoder {
 public:
  // Of a line and of an event's data together.
  static constexpr std::size_t kMaxBytes = 1 << 20;
  // Gets an event's data, its lines joined by "\n".
  using OnEvent = std::function<void(std::string_view data)>;

  explicit SseDecoder(OnEvent on_event) : on_event_(std::move(on_event)) {}

  // Fails, and then for good, when a line or an event is longer than kMaxBytes.
  Result<> feed(std::string_view bytes);
  // At the end of the bytes: some servers leave out the last empty line, so an event that is
  // complete but for that counts (the standard would drop it).
  Result<> finish();

 private:
  void end_line();
  void dispatch();

  OnEvent on_event_;
  std::string line_;
  std::string data_;
  bool has_data_ = false;
  bool at_start_ = true;       // where a byte order mark may stand
  bool after_return_ = false;  // a "\n" now belongs to the "\r" before it
  bool too_long_ = false;
};

}  // namespace walrus::llm
