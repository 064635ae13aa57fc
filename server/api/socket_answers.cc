#include "api/socket_answers.h"

#include <array>

#include "wire/object_writer.h"

namespace walrus::api {

namespace {

constexpr int kRefusalsInARow = 20;

}  // namespace

Result<json::object> message_object(std::string_view text) {
  auto parsed = parse_json(text);
  if (!parsed) return std::unexpected(parsed.error());
  if (!parsed->is_object()) {
    return fail(ErrorCode::kValidationError, "A message must be a JSON object.");
  }
  return std::move(parsed->as_object());
}

std::string error_text(const Error& error, std::string_view operation_id) {
  std::string text;
  wire::ObjectWriter object(text);
  object.text("type", "error");
  object.text("error", error.message);
  object.text("error_type", info(error.code).word);
  if (!operation_id.empty()) object.text("operation_id", operation_id);
  object.close();
  return text;
}

bool send_events(http::WebSocket& socket, std::span<const live::SharedEvent> events) {
  std::array<http::SharedText, 16> messages;
  while (!events.empty()) {
    std::size_t count = std::min(events.size(), messages.size());
    for (std::size_t i = 0; i < count; ++i) messages[i] = {events[i], events[i]->encoded.json()};
    if (!socket.send(std::span(messages).first(count))) return false;
    events = events.subspan(count);
  }
  return true;
}

void Refusals::refuse(const Error& error, std::string_view operation_id) {
  socket_->send_text(error_text(error, operation_id));
  count();
}

void Refusals::count() {
  if (++in_a_row_ < kRefusalsInARow) return;
  socket_->close(http::CloseCode::kPolicyViolation, "Too many messages in a row were refused.");
}

}  // namespace walrus::api
