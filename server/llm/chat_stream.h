// The reply to a chat completion request, as OpenAI-compatible servers send it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "net/sse_decoder.h"

namespace walrus::llm {

// Understands a stream of events and, from servers that ignore `stream`, one JSON object. Reasoning
// is left out: it is not the answer. Not thread-safe.
class ChatStream {
 public:
  using OnPiece = std::function<void(std::string_view text)>;  // never empty

  explicit ChatStream(OnPiece on_piece);

  // Fails with model_failed for a reply that is broken or reports an error; nothing is to be fed
  // after that. `detail` names the server's error by its code alone: its text may quote the prompt.
  Result<> feed(std::string_view bytes);
  // At the end of the reply. Fails where it broke off or held no text.
  Result<> finish();

  bool done() const { return done_; }  // "[DONE]" was seen
  std::uint64_t signs_of_life() const {
    return signs_of_life_;
  }  // grows with every token, reasoning included
  bool began() const { return began_; }  // the first piece was passed on

 private:
  enum class Form { kUnknown, kEvents, kObject };

  void take_event(std::string_view data);
  Result<> take_object(const json::object& object);
  Result<> take_choice(const json::object& choice);
  void pass_on(const json::object& message);

  OnPiece on_piece_;
  net::SseDecoder decoder_;
  Form form_ = Form::kUnknown;
  std::string whole_;  // of a reply that is one object
  Result<> state_;
  bool done_ = false;
  bool finished_ = false;  // a finish_reason was seen
  bool began_ = false;
  std::uint64_t signs_of_life_ = 0;
};

// An error object's code or type where it is a plain word, for the log; else "".
std::string error_word(const json::object& error);

}  // namespace walrus::llm
