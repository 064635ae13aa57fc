// Digests of texts.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace walrus {

// SHA-256 of text that comes in pieces.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  void update(std::string_view text);
  std::string hex();  // 64 digits; the end: nothing follows

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// SHA-256 in 64 hex digits.
std::string sha256_hex(std::string_view text);

}  // namespace walrus
