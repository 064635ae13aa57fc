// Conversations: list, history, statuses, delete.
#pragma once

#include "api/services.h"
#include "http/message.h"

namespace walrus::api {

class Conversations {
 public:
  explicit Conversations(Services& services) : services_(services) {}

  Task<Result<http::Response>> list(http::Request request);
  Task<Result<http::Response>> history(http::Request request);
  Task<Result<http::Response>> statuses(http::Request request);
  Task<Result<http::Response>> remove(http::Request request);

 private:
  // The conversation named by the path, if the caller may see it under that user id.
  Task<Result<store::ConversationRecord>> find(std::string owner, std::string user_id,
                                               std::string id);

  Services& services_;
};

}  // namespace walrus::api
