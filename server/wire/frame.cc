#include "wire/frame.h"

#include <array>
#include <charconv>

namespace walrus::wire {

namespace {

// A number as text, without an allocation.
class Digits {
 public:
  Digits(std::uint64_t number, int base)
      : end_(std::to_chars(text_.begin(), text_.end(), number, base).ptr) {}
  std::string_view text() const { return {text_.begin(), end_}; }

 private:
  std::array<char, 20> text_;
  const char* end_;
};

std::string chunked(std::initializer_list<std::string_view> pieces) {
  std::size_t size = 0;
  for (std::string_view piece : pieces) size += piece.size();
  std::string frame;
  frame.reserve(size + 20);
  frame.append(Digits(size, 16).text()).append("\r\n");
  for (std::string_view piece : pieces) frame.append(piece);
  frame.append("\r\n");
  return frame;
}

}  // namespace

live::EncodedEvent event_frame(std::uint64_t id, std::string_view data) {
  constexpr std::string_view kEnd = "\n\n";
  constexpr std::size_t kLineBreak = 2;
  std::string frame = chunked({"id: ", Digits(id, 10).text(), "\ndata: ", data, kEnd});
  std::size_t begin = frame.size() - kLineBreak - kEnd.size() - data.size();
  return {std::move(frame), begin, data.size()};
}

live::Frame multiplexed_frame(std::string_view cursor, std::string_view data) {
  return std::make_shared<const std::string>(chunked({"id: ", cursor, "\ndata: ", data, "\n\n"}));
}

live::Frame body_frame(std::string_view text) {
  return std::make_shared<const std::string>(chunked({text}));
}

live::Frame greeting_frame() {
  static const auto greeting = std::make_shared<const std::string>(chunked({"retry: 1000\n\n"}));
  return greeting;
}

}  // namespace walrus::wire
