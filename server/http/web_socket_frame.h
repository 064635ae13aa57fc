// What stands before a frame's payload (RFC 6455, 5.2), as a server sends it: whole and unmasked.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace walrus::http {

enum class Opcode : std::uint8_t {
  kContinuation = 0x0,
  kText = 0x1,
  kBinary = 0x2,
  kClose = 0x8,
  kPing = 0x9,
  kPong = 0xA,
};

class FrameHead {
 public:
  FrameHead() = default;  // of bytes that are no frame: empty
  FrameHead(Opcode opcode, std::uint64_t payload_size) {
    constexpr std::uint8_t kFinal = 0x80;
    add(kFinal | static_cast<std::uint8_t>(opcode));
    if (payload_size < 126) {
      add(payload_size);
    } else if (payload_size <= 0xFFFF) {
      add(126);
      add_number(payload_size, 2);
    } else {
      add(127);
      add_number(payload_size, 8);
    }
  }
  std::string_view bytes() const { return {bytes_.data(), size_}; }

 private:
  void add(std::uint64_t byte) { bytes_[size_++] = static_cast<char>(byte); }
  void add_number(std::uint64_t number, int count) {
    while (count-- > 0) add(number >> (8 * count) & 0xFF);
  }

  std::array<char, 10> bytes_;
  std::uint8_t size_ = 0;
};

}  // namespace walrus::http
