// What the kernel did not take of a WebSocket's messages. Most sockets never have one.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/executor.h"
#include "http/web_socket_frame.h"

namespace walrus::http {

// A frame, or bytes that are none, whose payload is kept alive by its owner.
struct Outgoing {
  FrameHead head;
  std::shared_ptr<const void> owner;
  std::string_view payload;

  std::size_t size() const { return head.bytes().size() + payload.size(); }
};

class WebSocketQueue {
 public:
  using Pieces = std::array<std::string_view, 64>;

  void push(Outgoing message, std::size_t sent = 0) {
    if (messages_.empty()) sent_ = sent;
    bytes_ += message.size() - sent;
    messages_.push_back(std::move(message));
  }

  // The first bytes to send, in as many pieces as one send takes.
  std::span<const std::string_view> pieces(Pieces& space) const {
    std::size_t count = 0;
    std::size_t skip = sent_;
    for (const Outgoing& message : messages_) {
      if (count + 2 > space.size()) break;
      for (std::string_view piece : {message.head.bytes(), message.payload}) {
        std::size_t skipped = std::min(skip, piece.size());
        skip -= skipped;
        if (skipped < piece.size()) space[count++] = piece.substr(skipped);
      }
    }
    return std::span(space).first(count);
  }

  void drop_sent(std::size_t count) {
    bytes_ -= count;
    sent_ += count;
    while (!messages_.empty() && sent_ >= messages_.front().size()) {
      sent_ -= messages_.front().size();
      messages_.pop_front();
    }
  }

  // All but a message that is on its way: half of it would break the frames after it.
  void drop_unsent() {
    messages_.resize(sent_ > 0 ? 1 : 0);
    bytes_ = messages_.empty() ? 0 : messages_.front().size() - sent_;
  }

  bool empty() const { return messages_.empty(); }
  std::size_t bytes() const { return bytes_; }

  Duration last_progress{0};  // when the kernel last took some
  std::vector<Work> on_drained;

 private:
  std::deque<Outgoing> messages_;
  std::size_t sent_ = 0;  // of the first message
  std::size_t bytes_ = 0;
};

}  // namespace walrus::http
