#include "llm/chat_stream.h"

#include <algorithm>

namespace walrus::llm {

namespace {

constexpr std::size_t kLongestWord = 64;

std::unexpected<Error> broken(std::string detail) {
  return fail(ErrorCode::kModelFailed, "The model's reply was broken. Try again.",
              std::move(detail));
}

bool is_plain_word(std::string_view text) {
  return !text.empty() && text.size() <= kLongestWord &&
         std::ranges::all_of(text, [](unsigned char c) {
           return c == '_' || c == '-' || c == '.' || (c < 0x80 && std::isalnum(c));
         });
}

const json::object* first_choice(const json::object& object) {
  const json::value* choices = object.if_contains("choices");
  const json::array* array = choices ? choices->if_array() : nullptr;
  return array && !array->empty() ? array->front().if_object() : nullptr;
}

}  // namespace

std::string error_word(const json::object& error) {
  for (std::string_view name : {"code", "type"}) {
    const json::string* word = find_string(error, name);
    if (word && is_plain_word(view(*word))) return std::string(view(*word));
  }
  return {};
}

ChatStream::ChatStream(OnPiece on_piece)
    : on_piece_(std::move(on_piece)),
      decoder_([this](std::string_view data) { take_event(data); }) {}

Result<> ChatStream::feed(std::string_view bytes) {
  if (form_ == Form::kUnknown) {
    std::size_t first = bytes.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return state_;
    form_ = bytes[first] == '{' ? Form::kObject : Form::kEvents;
  }
  if (form_ == Form::kObject) {
    if (whole_.size() + bytes.size() > net::SseDecoder::kMaxBytes) return broken("object too long");
    whole_ += bytes;
    return state_;
  }
  return decoder_.feed(bytes) ? state_ : broken("event too long");
}

Result<> ChatStream::finish() {
  if (form_ == Form::kObject) {
    take_event(whole_);
    finished_ = state_.has_value();
  } else if (!decoder_.finish()) {
    return broken("event too long");
  }
  if (!state_) return state_;
  if (!done_ && !finished_) return broken("the stream broke off");
  if (!began_)
    return fail(ErrorCode::kModelFailed, "The model answered with nothing.", "empty answer");
  return {};
}

void ChatStream::take_event(std::string_view data) {
  if (!state_ || done_) return;
  if (data == "[DONE]") {
    done_ = true;
    return;
  }
  Result<json::value> value = parse_json(data);
  const json::object* object = value ? value->if_object() : nullptr;
  state_ = object ? take_object(*object) : broken("an event is no JSON object");
}

Result<> ChatStream::take_object(const json::object& object) {
  if (const json::value* error = object.if_contains("error"); error && !error->is_null()) {
    const json::object* details = error->if_object();
    return fail(ErrorCode::kModelFailed, "The model reported an error. Try again.",
                "error in the stream: " + (details ? error_word(*details) : std::string()));
  }
  const json::object* choice = first_choice(object);
  return choice ? take_choice(*choice) : Result<>();
}

Result<> ChatStream::take_choice(const json::object& choice) {
  ++signs_of_life_;
  if (const json::object* delta = find_object(choice, "delta")) pass_on(*delta);
  if (const json::object* message = find_object(choice, "message")) pass_on(*message);
  const json::string* reason = find_string(choice, "finish_reason");
  if (!reason) return {};
  finished_ = true;
  if (*reason == "content_filter" && !began_) {
    return fail(ErrorCode::kModelFailed, "The model's filter held the answer back.",
                "content_filter");
  }
  return {};
}

void ChatStream::pass_on(const json::object& message) {
  const json::string* content = find_string(message, "content");
  if (!content || content->empty()) return;
  began_ = true;
  on_piece_(view(*content));
}

}  // namespace walrus::llm
