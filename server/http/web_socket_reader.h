// A client's bytes to messages. The frames' grammar is wslay's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/web_socket.h"
#include "http/web_socket_frame.h"

struct wslay_frame_context;
struct wslay_frame_iocb;

namespace walrus::http {

// A whole message or control frame.
struct Incoming {
  Opcode kind;          // kText, kClose, kPing or kPong
  std::string payload;  // of a close, the reason
  CloseCode code = CloseCode::kNoCode;
};

// What a peer may not send.
struct Violation {
  CloseCode code;
  std::string_view reason;
};

class WebSocketReader {
 public:
  explicit WebSocketReader(std::size_t largest_message);
  ~WebSocketReader();

  // `bytes` must live until `next` has said that there is nothing more.
  void feed(std::string_view bytes) { input_ = bytes; }
  // Nothing: more bytes are needed. After a violation no more may be asked.
  std::expected<std::optional<Incoming>, Violation> next();
  // Frames begun so far, for those who bound their rate.
  std::uint64_t frames() const { return frames_; }

 private:
  using Outcome = std::expected<std::optional<Incoming>, Violation>;
  struct FreeContext {
    void operator()(wslay_frame_context* context) const;
  };

  static ssize_t give(std::uint8_t* space, std::size_t size, int flags, void* reader);
  std::optional<Violation> begin_frame(const wslay_frame_iocb& frame);
  Outcome end_frame(Opcode opcode, bool final);
  Outcome end_message();
  Outcome end_close();

  const std::size_t largest_message_;
  std::unique_ptr<wslay_frame_context, FreeContext> context_;
  std::string_view input_;
  std::string message_;
  std::string control_;  // a control frame may come between a message's fragments
  std::uint64_t frame_received_ = 0;
  std::uint64_t frames_ = 0;
  bool in_frame_ = false;
  bool in_message_ = false;
};

}  // namespace walrus::http
