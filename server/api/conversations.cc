#include "api/conversations.h"

#include <fmt/format.h>

#include "api/fields.h"
#include "api/responses.h"
#include "auth/caller.h"
#include "base/time_format.h"

namespace walrus::api {

namespace {

std::string shown_id(const std::string& conversation_id) {
  return "conv#" + conversation_id;
}

json::object row(const store::ConversationRecord& conversation) {
  json::object shown;
  shown["conversation_id"] = shown_id(conversation.conversation_id);
  shown["title"] = conversation.title;
  shown["created_at"] = iso_millis(conversation.created_at);
  shown["updated_at"] = iso_millis(conversation.updated_at);
  shown["message_count"] = conversation.message_count;
  shown["status"] = conversation.status;
  shown["operation_id"] = conversation.operation_id;
  return shown;
}

json::object message_json(const store::MessageRecord& message) {
  json::object shown;
  shown["role"] = message.role;
  shown["text"] = message.text;
  shown["created_at"] = iso_millis(message.created_at);
  shown["operation_id"] = message.operation_id;
  if (!message.model_id.empty()) shown["model_id"] = message.model_id;
  if (message.latency_ms) shown["latency_ms"] = *message.latency_ms;
  return shown;
}

json::object status_row(const store::ChatStatusRecord& record) {
  json::object shown;
  shown["conversation_id"] = shown_id(record.conversation_id);
  shown["turn_id"] = record.turn_id;
  shown["status"] = status::name_of(record.status);
  shown["step"] = status::name_of(record.step);
  shown["message"] = record.message;
  shown["created_at"] = iso_seconds(record.created_at);
  if (!record.metadata.empty()) shown["metadata"] = record.metadata;
  return shown;
}

}  // namespace

Task<Result<store::ConversationRecord>> Conversations::find(std::string owner, std::string user_id,
                                                            std::string id) {
  auto found = co_await services_.store.conversation(owner, without_prefix(id));
  if (!found) co_return std::unexpected(found.error());
  bool visible = *found && ((*found)->user_id.empty() || (*found)->user_id == user_id);
  if (!visible) {
    co_return fail(
        ErrorCode::kNotFound,
        fmt::format("Conversation '{}' of user '{}' was not found. An id may be wrong, the "
                    "conversation may not exist yet, or be gone.",
                    id, user_id));
  }
  co_return std::move(**found);
}

Task<Result<http::Response>> Conversations::list(http::Request request) {
  auto page = page_of(request, 50, 100);
  if (!page) co_return std::unexpected(page.error());
  std::string owner = auth::owner_of(request);
  const std::string& user_id = request.parameter("user_id");
  auto listing = co_await services_.store.conversations(owner, user_id, *page);
  if (!listing) co_return std::unexpected(listing.error());
  auto total = co_await services_.store.conversation_total(owner, user_id);
  if (!total) co_return std::unexpected(total.error());
  json::array rows;
  for (const store::ConversationRecord& conversation : listing->records)
    rows.push_back(row(conversation));
  json::object body;
  body["user_id"] = user_id;
  body["conversations"] = std::move(rows);
  body["total"] = *total;
  http::Response response = http::Response::json(200, json::serialize(body));
  if (!listing->next.empty()) response.headers.set("X-Next-Cursor", listing->next);
  forbid_caching(response);
  co_return response;
}

Task<Result<http::Response>> Conversations::history(http::Request request) {
  auto page = page_of(request, 20, 100);
  if (!page) co_return std::unexpected(page.error());
  auto conversation = co_await find(auth::owner_of(request), request.parameter("user_id"),
                                    request.parameter("conversation_id"));
  if (!conversation) co_return std::unexpected(conversation.error());
  auto messages = co_await services_.store.messages(conversation->owner,
                                                    conversation->conversation_id, page->limit);
  if (!messages) co_return std::unexpected(messages.error());
  json::array shown;
  for (const store::MessageRecord& message : *messages) shown.push_back(message_json(message));
  json::object body;
  body["conversation_id"] = shown_id(conversation->conversation_id);
  body["user_id"] = request.parameter("user_id");
  body["messages"] = std::move(shown);
  body["total"] = conversation->message_count;
  http::Response response = http::Response::json(200, json::serialize(body));
  forbid_caching(response);
  co_return response;
}

Task<Result<http::Response>> Conversations::statuses(http::Request request) {
  auto page = page_of(request, 120, 1000);
  if (!page) co_return std::unexpected(page.error());
  auto conversation = co_await find(auth::owner_of(request), request.parameter("user_id"),
                                    request.parameter("conversation_id"));
  if (!conversation) co_return std::unexpected(conversation.error());
  auto records = co_await services_.store.chat_statuses(conversation->owner,
                                                        conversation->conversation_id, page->limit);
  if (!records) co_return std::unexpected(records.error());
  json::array shown;
  for (const store::ChatStatusRecord& record : *records) shown.push_back(status_row(record));
  http::Response response = http::Response::json(200, json::serialize(shown));
  forbid_caching(response);
  co_return response;
}

Task<Result<http::Response>> Conversations::remove(http::Request request) {
  auto conversation = co_await find(auth::owner_of(request), request.parameter("user_id"),
                                    request.parameter("conversation_id"));
  if (!conversation) co_return std::unexpected(conversation.error());
  Result<void> cancelled = co_await services_.jobs.cancel(conversation->operation_id);
  if (!cancelled && cancelled.error().code == ErrorCode::kStorageUnavailable) {
    co_return std::unexpected(cancelled.error());
  }
  store::WriteBatch batch;
  batch.mutations.push_back(
      store::DeleteConversation{conversation->owner, conversation->conversation_id});
  Result<void> deleted = co_await services_.store.commit(std::move(batch));
  if (!deleted) co_return std::unexpected(deleted.error());
  services_.hub.latest().erase(conversation->operation_id);
  json::object body;
  body["conversation_id"] = shown_id(conversation->conversation_id);
  body["user_id"] = request.parameter("user_id");
  body["status"] = "deleted";
  body["messages_deleted"] = conversation->message_count;
  co_return http::Response::json(200, json::serialize(body));
}

}  // namespace walrus::api
