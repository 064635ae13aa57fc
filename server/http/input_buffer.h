// What was read from a connection and not yet understood.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace walrus::http {

class InputBuffer {
 public:
  std::string_view readable() const { return {bytes_.get() + begin_, end_ - begin_}; }
  bool empty() const { return begin_ == end_; }

  void consume(std::size_t count) {
    begin_ += count;
    if (begin_ == end_) begin_ = end_ = 0;
  }

  // Space to read into: the buffer is made `capacity` bytes at least, and larger where it is full.
  std::span<char> prepare(std::size_t capacity) {
    std::size_t held = end_ - begin_;
    if (capacity_ < capacity || held * 2 > capacity_) {
      move_to(std::max(capacity, held * 4));
    } else if (begin_ > 0) {
      std::memmove(bytes_.get(), bytes_.get() + begin_, held);
      begin_ = 0;
      end_ = held;
    }
    return {bytes_.get() + end_, capacity_ - end_};
  }

  void commit(std::size_t count) { end_ += count; }

  void append(std::string_view bytes, std::size_t capacity) {
    std::memcpy(prepare(std::max(capacity, bytes.size())).data(), bytes.data(), bytes.size());
    commit(bytes.size());
  }

  // Gives a large buffer back when nothing is in it, so that idle connections are small.
  void shrink(std::size_t to) {
    if (!empty() || capacity_ <= to) return;
    bytes_.reset();
    capacity_ = 0;
  }

 private:
  void move_to(std::size_t capacity) {
    auto bytes = std::make_unique_for_overwrite<char[]>(capacity);
    std::size_t held = end_ - begin_;
    if (held > 0) std::memcpy(bytes.get(), bytes_.get() + begin_, held);
    bytes_ = std::move(bytes);
    capacity_ = capacity;
    begin_ = 0;
    end_ = held;
  }

  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace walrus::http
