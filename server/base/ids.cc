#include "base/ids.h"

#include <sys/random.h>

#include <array>
#include <cstdlib>
#include <utility>

namespace walrus {

namespace {

// The kernel is asked once for many ids: a call each would be the costliest part of making one.
void random_bytes(std::uint8_t* out, std::size_t count) {
  thread_local std::array<std::uint8_t, 1024> pool;
  thread_local std::size_t used = pool.size();
  if (used + count > pool.size()) {
    if (getrandom(pool.data(), pool.size(), 0) != static_cast<ssize_t>(pool.size())) std::abort();
    used = 0;
  }
  for (std::size_t i = 0; i < count; ++i) out[i] = std::exchange(pool[used + i], 0);
  used += count;
}

}  // namespace

std::string new_uuid(TimePoint now) {
  std::array<std::uint8_t, 16> bytes;
  auto micros = static_cast<std::uint64_t>(now.time_since_epoch().count());
  std::uint64_t millis = micros / 1000;
  for (int i = 0; i < 6; ++i) bytes[i] = static_cast<std::uint8_t>(millis >> (40 - 8 * i));
  random_bytes(bytes.data() + 6, 10);
  // Sub-millisecond order in the first 12 random bits (RFC 9562, 6.2, method 3).
  auto fraction = static_cast<std::uint32_t>(micros % 1000 * 4096 / 1000);
  bytes[6] = static_cast<std::uint8_t>(0x70 | fraction >> 8);
  bytes[7] = static_cast<std::uint8_t>(fraction);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);

  static constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  text.reserve(36);
  for (int i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text.push_back('-');
    text.push_back(kHex[bytes[i] >> 4]);
    text.push_back(kHex[bytes[i] & 15]);
  }
  return text;
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    char c = text[i];
    bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    if (dash ? c != '-' : !hex) return false;
  }
  return true;
}

std::uint32_t id_hash(std::string_view id) {
  std::uint32_t hash = 2166136261u;
  for (unsigned char c : id) hash = (hash ^ c) * 16777619u;
  return hash;
}

}  // namespace walrus
