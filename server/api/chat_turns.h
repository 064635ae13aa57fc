// What every way to ask has in common: reading a question, and beginning its turn.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "api/idempotency.h"
#include "api/services.h"
#include "base/json.h"
#include "base/task.h"
#include "pipelines/chat.h"

namespace walrus::api {

// What is asked, by whom, and in which conversation.
struct Question {
  pipelines::ChatInput input;
  std::string owner;
  std::string user_id;
  std::string conversation_id;
  RepeatableRequest repeatable = {};  // where it came with a key
};

struct TurnRefusal {
  Error error;
  std::string operation_id;  // of the turn that is running already, if that is the reason
};

// The refusal of a question while a turn runs; its operation may have no id yet.
Error turn_is_running(std::string_view operation_id);

class ChatTurns {
 public:
  explicit ChatTurns(Services& services) : services_(services) {}

  // Errors: validation_error, naming the field.
  Result<Question> read(const json::object& body, std::string owner) const;
  // The operation, its first event, the question and the conversation's row: one commit. The turn
  // runs on whoever listens. `loop` is the awaiting one, and becomes the operation's home. A
  // repeated question gives the first one's operation. Errors: conflict, not_ready,
  // storage_unavailable, gone (the conversation was deleted after the first one).
  Task<std::expected<store::OperationRecord, TurnRefusal>> begin(Question question, Loop* loop);

 private:
  Task<Result<store::OperationRecord>> begin_once(Question question, Loop* loop);
  Task<Result<FirstAnswer>> accept(Question question, Loop* loop,
                                   std::optional<store::OperationRecord>& accepted_record);
  Task<Result<store::ConversationRecord>> conversation_for(const Question& question);
  Task<TurnRefusal> busy_with(std::string owner, std::string conversation_id);

  Services& services_;
};

}  // namespace walrus::api
