#include "api/chat.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/fields.h"
#include "api/operation_stream.h"
#include "api/responses.h"
#include "api/turn_waiter.h"
#include "auth/caller.h"
#include "base/utf8.h"
#include "store/event_log.h"

namespace walrus::api {

namespace {

constexpr std::size_t kMaxQuery = 4000;
constexpr std::size_t kTitleLength = 80;

// Stream or not (api.md, Chat).
bool wants_stream(const http::Request& request, std::optional<bool> stream) {
  if (stream == false) return false;
  std::string_view accept = request.headers.get("accept").value_or("");
  if (accept.find("text/event-stream") != std::string_view::npos) return true;
  bool json_alone = accept.find("application/json") != std::string_view::npos &&
                    accept.find(',') == std::string_view::npos;
  return stream == true && !json_alone;
}

std::string title_of(const std::string& query) {
  std::size_t at = 0;
  for (std::size_t count = 0; at < query.size() && count < kTitleLength; ++count)
    next_code_point(query, at);
  std::string title = query.substr(0, at);
  std::ranges::replace(title, '\n', ' ');
  return title;
}

}  // namespace

// What a request asks for.
struct Chat::Asked {
  pipelines::ChatInput input;
  std::string owner;
  std::string user_id;
  std::string conversation_id;
  bool stream = false;
  RepeatableRequest repeatable = {};
};

Result<Chat::Asked> Chat::read(const http::Request& request) const {
  auto body = json_body(request);
  if (!body) return std::unexpected(body.error());
  auto query = text_field(*body, "query", 1, kMaxQuery);
  if (!query) return std::unexpected(query.error());
  auto session = label_field(*body, "session_id", true);
  if (!session) return std::unexpected(session.error());
  auto user = label_field(*body, "user_id", false);
  if (!user) return std::unexpected(user.error());
  auto conversation = label_field(*body, "conversation_id", false);
  if (!conversation) return std::unexpected(conversation.error());
  auto k = integer_field(*body, "retrieval_k", 1, 20, 8);
  if (!k) return std::unexpected(k.error());
  auto stream = boolean_field(*body, "stream");
  if (!stream) return std::unexpected(stream.error());
  auto model = text_field(*body, "model", 0, 200);
  if (!model) return std::unexpected(model.error());
  auto filter = filter_field(*body);
  if (!filter) return std::unexpected(filter.error());
  if (!model->empty()) {
    auto known = services_.catalogue.choose(llm::Approach::kSearchFocused, 0, *model);
    if (!known) return std::unexpected(known.error());
  }
  Asked asked;
  asked.owner = auth::owner_of(request);
  asked.user_id = *user;
  asked.conversation_id = without_prefix(conversation->empty() ? *session : *conversation);
  if (asked.conversation_id.empty()) return fail_field("/conversation_id", "is required");
  asked.stream = wants_stream(request, *stream);
  asked.input.query = *query;
  asked.input.session_id = *session;
  asked.input.retrieval_k = static_cast<int>(*k);
  asked.input.filter = std::move(*filter);
  asked.input.model = *model;
  auto repeatable = RepeatableRequest::from(request, std::move(*body));
  if (!repeatable) return std::unexpected(repeatable.error());
  asked.repeatable = std::move(*repeatable);
  return asked;
}

Task<Result<http::Response>> Chat::ask(http::Request request) {
  auto asked = read(request);
  if (!asked) co_return std::unexpected(asked.error());
  auto record = co_await begin_once(*asked, request.loop);
  if (!record && record.error().code == ErrorCode::kConflict && record.error().fields.empty()) {
    co_return co_await busy(asked->owner, asked->conversation_id, request.request_id);
  }
  if (!record) co_return std::unexpected(record.error());
  if (asked->stream) {
    co_return stream_operation(services_.hub, services_.store, *request.loop, services_.log,
                               std::move(*record), Position{});
  }
  co_return co_await whole(std::move(*record), std::move(*asked), request.request_id);
}

// The conversation's row as this turn leaves it; new where there is none.
Task<Result<store::ConversationRecord>> Chat::conversation_for(const Asked& asked) {
  auto found = co_await services_.store.conversation(asked.owner, asked.conversation_id);
  if (!found) co_return std::unexpected(found.error());
  if (*found) {
    bool other_user =
        !(*found)->user_id.empty() && !asked.user_id.empty() && (*found)->user_id != asked.user_id;
    if (other_user) {
      Error error{ErrorCode::kConflict, "The conversation belongs to another user_id.", {}};
      error.fields.push_back({"/user_id", "is not the conversation's"});
      co_return std::unexpected(std::move(error));
    }
    if ((*found)->status == status::name_of(status::Outcome::kProcessing)) {
      co_return fail(ErrorCode::kConflict, "A turn is running.");
    }
    co_return std::move(**found);
  }
  TimePoint now = services_.clock.now();
  co_return store::ConversationRecord{.owner = asked.owner,
                                      .conversation_id = asked.conversation_id,
                                      .user_id = asked.user_id,
                                      .title = title_of(asked.input.query),
                                      .created_at = now,
                                      .updated_at = now};
}

// The operation of the turn, or of the one that this request repeats.
Task<Result<store::OperationRecord>> Chat::begin_once(Asked asked, Loop* loop) {
  std::optional<store::OperationRecord> begun;
  Accept begin_turn = [this, &asked, &begun, loop] { return begin(asked, loop, begun); };
  auto answer = co_await answer_once(services_.store, asked.repeatable, std::move(begin_turn));
  if (!answer) co_return std::unexpected(answer.error());
  if (begun && begun->state.operation.id == answer->operation_id) co_return std::move(*begun);
  auto earlier = co_await services_.store.operation(asked.owner, answer->operation_id);
  if (!earlier) co_return std::unexpected(earlier.error());
  if (!*earlier) {
    co_return fail(ErrorCode::kGone,
                   "The conversation was deleted after this request had been answered. Use a new "
                   "Idempotency-Key to ask again.");
  }
  co_return std::move(**earlier);
}

// The operation, its first event, the question and the conversation's row: one commit.
Task<Result<FirstAnswer>> Chat::begin(Asked asked, Loop* loop,
                                      std::optional<store::OperationRecord>& begun_record) {
  auto conversation = co_await conversation_for(asked);
  if (!conversation) co_return std::unexpected(conversation.error());
  TimePoint now = services_.clock.now();
  std::string id = services_.hub.new_operation_id(*loop);
  asked.input.turn = conversation->message_count + 1;

  store::OperationRecord record;
  record.input = pipelines::to_json(asked.input);
  record.state.operation = {.id = id,
                            .kind = status::Kind::kChat,
                            .owner = asked.owner,
                            .conversation_id = asked.conversation_id,
                            .user_id = asked.user_id,
                            .created_at = now};
  record.state.started_at = now;
  const status::PlannedStep& first = status::plan_of(status::Kind::kChat).front();
  status::Event begun{.sequence = 1,
                      .attempt = 1,
                      .at = now,
                      .type = status::EventType::kStatus,
                      .outcome = status::Outcome::kProcessing,
                      .step = first.step,
                      .message = status::message_of(status::Kind::kChat, first.step)};
  record.state.apply(begun);

  std::string previous = conversation->operation_id;
  conversation->operation_id = id;
  conversation->status = status::name_of(status::Outcome::kProcessing);
  conversation->updated_at = now;
  conversation->message_count += 1;
  store::WriteBatch with;
  with.mutations.push_back(store::PutConversation{std::move(*conversation), std::move(previous)});
  with.mutations.push_back(
      store::PutMessage{{.owner = asked.owner,
                         .conversation_id = asked.conversation_id,
                         .number = static_cast<std::uint64_t>(asked.input.turn),
                         .role = "user",
                         .text = asked.input.query,
                         .created_at = now,
                         .operation_id = id}});
  with.mutations.push_back(store::chat_status_of(record.state.operation, begun));
  FirstAnswer answer{.http_status = 200, .body = {}, .location = {}, .operation_id = id};
  asked.repeatable.remember(with, answer, now);
  std::vector<status::Event> events;
  events.push_back(std::move(begun));
  Result<void> accepted =
      co_await services_.jobs.accept(record, std::move(events), std::move(with));
  if (!accepted) co_return std::unexpected(accepted.error());
  begun_record = std::move(record);
  co_return answer;
}

Task<http::Response> Chat::busy(std::string owner, std::string conversation_id,
                                std::string request_id) {
  auto conversation = co_await services_.store.conversation(owner, conversation_id);
  std::string running = conversation && *conversation ? (*conversation)->operation_id : "";
  Error error{
      ErrorCode::kConflict,
      fmt::format("A turn of this conversation is running already: operation '{}'. Wait for its "
                  "end, or follow /v1/operations/{}/events.",
                  running, running),
      {}};
  co_return problem(error, request_id, 0, running);
}

Task<Result<http::Response>> Chat::whole(store::OperationRecord record, Asked asked,
                                         std::string request_id) {
  std::string operation_id = record.state.operation.id;
  auto result = co_await wait_for_turn(services_.hub, services_.store, asked.owner, operation_id);
  if (!result) co_return problem(result.error(), request_id, 0, operation_id);
  if (result->error) {
    Error error{result->error->type, result->error->message, {}};
    co_return problem(error, request_id, 0, operation_id);
  }
  json::object body;
  body["response"] = result->response;
  body["session_id"] = asked.input.session_id;
  body["conversation_id"] = "conv#" + asked.conversation_id;
  body["operation_id"] = operation_id;
  body["metadata"] = std::move(result->metadata);
  http::Response response = http::Response::json(200, json::serialize(body));
  response.headers.set("X-Operation-Id", operation_id);
  forbid_caching(response);
  co_return response;
}

}  // namespace walrus::api
