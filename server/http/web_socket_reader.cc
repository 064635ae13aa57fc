#include "http/web_socket_reader.h"

#include <wslay/wslay.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include "base/utf8.h"

namespace walrus::http {

namespace {

bool is_control(Opcode opcode) {
  return wslay_is_ctrl_frame(static_cast<std::uint8_t>(opcode)) != 0;
}

bool is_known(Opcode opcode) {
  return opcode <= Opcode::kBinary || (opcode >= Opcode::kClose && opcode <= Opcode::kPong);
}

// Codes that may stand in a close frame (RFC 6455, 7.4, and IANA's registry).
bool is_valid_code(unsigned code) {
  bool defined = code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
  return defined || (code >= 3000 && code <= 4999);
}

std::unexpected<Violation> violation(CloseCode code, std::string_view reason) {
  return std::unexpected(Violation{code, reason});
}

}  // namespace

void WebSocketReader::FreeContext::operator()(wslay_frame_context* context) const {
  wslay_frame_context_free(context);
}

WebSocketReader::WebSocketReader(std::size_t largest_message) : largest_message_(largest_message) {
  wslay_frame_callbacks callbacks{nullptr, &WebSocketReader::give, nullptr};
  wslay_frame_context_ptr context = nullptr;
  if (wslay_frame_context_init(&context, &callbacks, this) != 0) throw std::bad_alloc();
  context_.reset(context);
}

WebSocketReader::~WebSocketReader() = default;

// wslay asks for bytes; none is an "error" that it reports as WSLAY_ERR_WANT_READ.
ssize_t WebSocketReader::give(std::uint8_t* space, std::size_t size, int, void* reader) {
  std::string_view& input = static_cast<WebSocketReader*>(reader)->input_;
  std::size_t count = std::min(size, input.size());
  if (count == 0) return -1;
  std::memcpy(space, input.data(), count);
  input.remove_prefix(count);
  return static_cast<ssize_t>(count);
}

WebSocketReader::Outcome WebSocketReader::next() {
  for (;;) {
    wslay_frame_iocb frame{};
    ssize_t count = wslay_frame_recv(context_.get(), &frame);
    if (count == WSLAY_ERR_WANT_READ) {
      // Until all has been handed over, wanting more only means that a frame's head was cut by the
      // end of wslay's buffer.
      if (!input_.empty()) continue;
      return std::nullopt;
    }
    if (count < 0) return violation(CloseCode::kProtocolError, "A frame is malformed.");
    if (!std::exchange(in_frame_, true)) {
      if (auto refused = begin_frame(frame)) return std::unexpected(*refused);
    }
    auto opcode = static_cast<Opcode>(frame.opcode);
    std::string& payload = is_control(opcode) ? control_ : message_;
    payload.append(reinterpret_cast<const char*>(frame.data), frame.data_length);
    frame_received_ += frame.data_length;
    if (frame_received_ < frame.payload_length) continue;
    in_frame_ = false;
    frame_received_ = 0;
    Outcome ended = end_frame(opcode, frame.fin != 0);
    if (!ended || *ended) return ended;
  }
}

std::optional<Violation> WebSocketReader::begin_frame(const wslay_frame_iocb& frame) {
  ++frames_;
  auto opcode = static_cast<Opcode>(frame.opcode);
  auto refuse = [](std::string_view reason) {
    return Violation{CloseCode::kProtocolError, reason};
  };
  if (frame.rsv != 0) return refuse("A reserved bit is set, and no extension was agreed on.");
  if (frame.mask == 0) return refuse("A client's frames must be masked.");
  if (!is_known(opcode)) return refuse("A frame's opcode is unknown.");
  if (is_control(opcode)) return std::nullopt;  // wslay has seen that it is short and whole
  if (opcode == Opcode::kContinuation && !in_message_) {
    return refuse("A continuation frame came without a message to continue.");
  }
  if (opcode != Opcode::kContinuation && in_message_) {
    return refuse("A message began inside another one.");
  }
  if (opcode == Opcode::kBinary) {
    return Violation{CloseCode::kUnsupportedData, "Messages are text; this one is binary."};
  }
  if (message_.size() + frame.payload_length > largest_message_) {
    return Violation{CloseCode::kMessageTooBig, "The message is larger than the limit."};
  }
  in_message_ = true;
  return std::nullopt;
}

WebSocketReader::Outcome WebSocketReader::end_frame(Opcode opcode, bool final) {
  if (opcode == Opcode::kClose) return end_close();
  if (is_control(opcode)) return Incoming{opcode, std::exchange(control_, {})};
  if (!final) return std::nullopt;
  return end_message();
}

WebSocketReader::Outcome WebSocketReader::end_message() {
  in_message_ = false;
  if (!is_valid_utf8(message_)) return violation(CloseCode::kInvalidText, "The text is not UTF-8.");
  Incoming message{Opcode::kText, std::move(message_)};
  message_ = {};
  return message;
}

WebSocketReader::Outcome WebSocketReader::end_close() {
  std::string payload = std::exchange(control_, {});
  if (payload.empty()) return Incoming{Opcode::kClose, {}};
  if (payload.size() == 1) {
    return violation(CloseCode::kProtocolError, "A close frame holds half a code.");
  }
  unsigned code =
      static_cast<unsigned char>(payload[0]) << 8 | static_cast<unsigned char>(payload[1]);
  if (!is_valid_code(code)) {
    return violation(CloseCode::kProtocolError, "A close frame's code is not one to send.");
  }
  payload.erase(0, 2);
  if (!is_valid_utf8(payload)) {
    return violation(CloseCode::kInvalidText, "A close frame's reason is not UTF-8.");
  }
  return Incoming{Opcode::kClose, std::move(payload), static_cast<CloseCode>(code)};
}

}  // namespace walrus::http
