// What both WebSockets say: errors, events, and how much nonsense they take.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/json.h"
#include "http/web_socket.h"
#include "live/live_event.h"

namespace walrus::api {

// A message's JSON object. Errors: bad_request (broken JSON), validation_error (no object).
Result<json::object> message_object(std::string_view text);

// {"type":"error", ...}, naming the operation it is about, where there is one.
std::string error_text(const Error& error, std::string_view operation_id = {});

// Each event as one message, not copied. False: the socket takes no more.
bool send_events(http::WebSocket& socket, std::span<const live::SharedEvent> events);

// Answers what is refused with an error, and closes the socket (1008) of those who do not learn.
class Refusals {
 public:
  explicit Refusals(std::shared_ptr<http::WebSocket> socket) : socket_(std::move(socket)) {}
  void refuse(const Error& error, std::string_view operation_id = {});
  // A message that came to nothing, and was answered already.
  void count();
  void forgive() { in_a_row_ = 0; }  // a message was in order

 private:
  std::shared_ptr<http::WebSocket> socket_;
  int in_a_row_ = 0;
};

}  // namespace walrus::api
