// POST /v1/chat/: begins a turn, and streams it or waits for its end.
#pragma once

#include "api/chat_turns.h"
#include "api/services.h"
#include "http/message.h"

namespace walrus::api {

class Chat {
 public:
  explicit Chat(Services& services) : services_(services), turns_(services) {}

  Task<Result<http::Response>> ask(http::Request request);

 private:
  Task<Result<http::Response>> whole(store::OperationRecord record, Question question,
                                     std::string request_id);

  Services& services_;
  ChatTurns turns_;
};

}  // namespace walrus::api
