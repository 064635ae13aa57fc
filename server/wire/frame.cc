#include "wire/frame.h"

#include <fmt/format.h>

#include <iterator>

namespace walrus::wire {

namespace {

live::Frame chunked(std::string_view head, std::string_view data, std::string_view end) {
  auto frame = std::make_shared<std::string>();
  std::size_t size = head.size() + data.size() + end.size();
  frame->reserve(size + 16);
  fmt::format_to(std::back_inserter(*frame), "{:x}\r\n", size);
  frame->append(head).append(data).append(end).append("\r\n");
  return frame;
}

}  // namespace

live::Frame event_frame(std::uint64_t id, std::string_view data) {
  fmt::memory_buffer head;
  fmt::format_to(std::back_inserter(head), "id: {}\ndata: ", id);
  return chunked({head.data(), head.size()}, data, "\n\n");
}

live::Frame event_frame(std::string_view data) {
  return chunked("data: ", data, "\n\n");
}

live::Frame greeting_frame() {
  static const live::Frame greeting = chunked("", "retry: 1000\n\n", "");
  return greeting;
}

}  // namespace walrus::wire
