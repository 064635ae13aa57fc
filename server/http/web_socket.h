// A WebSocket (RFC 6455), the server's side.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/executor.h"
#include "http/outlet.h"

namespace walrus::http {

// Why a WebSocket is closed (RFC 6455, 7.4.1).
enum class CloseCode : std::uint16_t {
  kNormal = 1000,
  kGoingAway = 1001,
  kProtocolError = 1002,
  kUnsupportedData = 1003,
  kNoCode = 1005,  // never sent: the peer's close frame had none
  kInvalidText = 1007,
  kPolicyViolation = 1008,
  kMessageTooBig = 1009,
  kInternalError = 1011,
  kTryAgainLater = 1013,
};

// Text that many sockets send, kept alive by its owner and never copied.
struct SharedText {
  std::shared_ptr<const void> owner;
  std::string_view text;  // UTF-8
};

// Belongs to its loop's thread. Text goes out with one non-blocking send(); only what the kernel
// does not take is queued. Pings, pongs and the close handshake are the socket's own.
class WebSocket : public Outlet {
 public:
  // One text message of each, in order. False: closed; or the peer reads too slowly, and the socket
  // is closing with 1013. Any of them may have been sent then.
  virtual bool send(std::span<const SharedText> messages) = 0;
  virtual bool send_text(std::string text) = 0;
  // Begins the close handshake behind what is queued; `reason` has 123 bytes at most. Nothing is
  // received any more, and the connection ends within the limit.
  virtual void close(CloseCode code, std::string_view reason) = 0;
  // Called with each text message, whole and valid UTF-8, until the socket closes.
  virtual void on_message(std::move_only_function<void(std::string)> take) = 0;
  // Called once, when the peer is gone or either side has begun to close. What `on_message` and
  // this hold is freed then.
  virtual void on_closed(Work work) = 0;
};

}  // namespace walrus::http
