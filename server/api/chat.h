// POST /v1/chat/: begins a turn, and streams it or waits for its end.
#pragma once

#include "api/idempotency.h"
#include "api/services.h"
#include "http/message.h"
#include "pipelines/chat.h"

namespace walrus::api {

class Chat {
 public:
  explicit Chat(Services& services) : services_(services) {}

  Task<Result<http::Response>> ask(http::Request request);

 private:
  struct Asked;
  Result<Asked> read(const http::Request& request) const;
  Task<Result<store::OperationRecord>> begin_once(Asked asked, Loop* loop);
  Task<Result<FirstAnswer>> begin(Asked asked, Loop* loop,
                                  std::optional<store::OperationRecord>& begun_record);
  Task<Result<store::ConversationRecord>> conversation_for(const Asked& asked);
  Task<http::Response> busy(std::string owner, std::string conversation_id, std::string request_id);
  Task<Result<http::Response>> whole(store::OperationRecord record, Asked asked,
                                     std::string request_id);

  Services& services_;
};

}  // namespace walrus::api
