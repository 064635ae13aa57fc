#include "api/chat_turns.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/fields.h"
#include "base/utf8.h"
#include "store/event_log.h"

namespace walrus::api {

namespace {

constexpr std::size_t kMaxQuery = 4000;
constexpr std::size_t kTitleLength = 80;

std::string title_of(const std::string& query) {
  std::size_t at = 0;
  for (std::size_t count = 0; at < query.size() && count < kTitleLength; ++count)
    next_code_point(query, at);
  std::string title = query.substr(0, at);
  std::ranges::replace(title, '\n', ' ');
  return title;
}

}  // namespace

Result<Question> ChatTurns::read(const json::object& body, std::string owner) const {
  auto query = text_field(body, "query", 1, kMaxQuery);
  if (!query) return std::unexpected(query.error());
  auto session = label_field(body, "session_id", true);
  if (!session) return std::unexpected(session.error());
  auto user = label_field(body, "user_id", false);
  if (!user) return std::unexpected(user.error());
  auto conversation = label_field(body, "conversation_id", false);
  if (!conversation) return std::unexpected(conversation.error());
  auto k = integer_field(body, "retrieval_k", 1, 20, 8);
  if (!k) return std::unexpected(k.error());
  auto model = text_field(body, "model", 0, 200);
  if (!model) return std::unexpected(model.error());
  auto filter = filter_field(body);
  if (!filter) return std::unexpected(filter.error());
  if (!model->empty()) {
    auto known = services_.catalogue.choose(llm::Approach::kSearchFocused, 0, *model);
    if (!known) return std::unexpected(known.error());
  }
  Question question;
  question.owner = std::move(owner);
  question.user_id = *user;
  question.conversation_id = without_prefix(conversation->empty() ? *session : *conversation);
  if (question.conversation_id.empty()) return fail_field("/conversation_id", "is required");
  question.input.query = *query;
  question.input.session_id = *session;
  question.input.retrieval_k = static_cast<int>(*k);
  question.input.filter = std::move(*filter);
  question.input.model = *model;
  return question;
}

Task<std::expected<store::OperationRecord, TurnRefusal>> ChatTurns::begin(Question question,
                                                                          Loop* loop) {
  std::string owner = question.owner;
  std::string conversation_id = question.conversation_id;
  auto record = co_await begin_once(std::move(question), loop);
  if (record) co_return std::move(*record);
  bool busy = record.error().code == ErrorCode::kConflict && record.error().fields.empty();
  if (!busy) co_return std::unexpected(TurnRefusal{std::move(record.error()), {}});
  TurnRefusal refusal = co_await busy_with(std::move(owner), std::move(conversation_id));
  co_return std::unexpected(std::move(refusal));
}

// The conversation's row as this turn leaves it; new where there is none.
Task<Result<store::ConversationRecord>> ChatTurns::conversation_for(const Question& question) {
  auto found = co_await services_.store.conversation(question.owner, question.conversation_id);
  if (!found) co_return std::unexpected(found.error());
  if (*found) {
    bool other_user = !(*found)->user_id.empty() && !question.user_id.empty() &&
                      (*found)->user_id != question.user_id;
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
  co_return store::ConversationRecord{.owner = question.owner,
                                      .conversation_id = question.conversation_id,
                                      .user_id = question.user_id,
                                      .title = title_of(question.input.query),
                                      .created_at = now,
                                      .updated_at = now};
}

// The operation of the turn, or of the one that this question repeats.
Task<Result<store::OperationRecord>> ChatTurns::begin_once(Question question, Loop* loop) {
  std::optional<store::OperationRecord> accepted;
  Accept begin_turn = [this, &question, &accepted, loop] {
    return accept(question, loop, accepted);
  };
  auto answer = co_await answer_once(services_.store, question.repeatable, std::move(begin_turn));
  if (!answer) co_return std::unexpected(answer.error());
  if (accepted && accepted->state.operation.id == answer->operation_id) {
    co_return std::move(*accepted);
  }
  auto earlier = co_await services_.store.operation(question.owner, answer->operation_id);
  if (!earlier) co_return std::unexpected(earlier.error());
  if (!*earlier) {
    co_return fail(ErrorCode::kGone,
                   "The conversation was deleted after this request had been answered. Use a new "
                   "Idempotency-Key to ask again.");
  }
  co_return std::move(**earlier);
}

// The operation, its first event, the question and the conversation's row: one commit.
Task<Result<FirstAnswer>> ChatTurns::accept(
    Question question, Loop* loop, std::optional<store::OperationRecord>& accepted_record) {
  auto conversation = co_await conversation_for(question);
  if (!conversation) co_return std::unexpected(conversation.error());
  TimePoint now = services_.clock.now();
  std::string id = services_.hub.new_operation_id(*loop);
  question.input.turn = conversation->message_count + 1;

  store::OperationRecord record;
  record.input = pipelines::to_json(question.input);
  record.state.operation = {.id = id,
                            .kind = status::Kind::kChat,
                            .owner = question.owner,
                            .conversation_id = question.conversation_id,
                            .user_id = question.user_id,
                            .created_at = now};
  record.state.started_at = now;
  const status::PlannedStep& first = status::plan_of(status::Kind::kChat).front();
  status::Event begun{.sequence = 1,
                      .attempt = 1,
                      .at = now,
                      .type = status::EventType::kStatus,
                      .outcome = status::Outcome::kProcessing,
                      .step = first.step,
                      .reaches_step = true,
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
      store::PutMessage{{.owner = question.owner,
                         .conversation_id = question.conversation_id,
                         .number = static_cast<std::uint64_t>(question.input.turn),
                         .role = "user",
                         .text = question.input.query,
                         .created_at = now,
                         .operation_id = id}});
  with.mutations.push_back(store::chat_status_of(record.state.operation, begun));
  FirstAnswer answer{.http_status = 200, .body = {}, .location = {}, .operation_id = id};
  question.repeatable.remember(with, answer, now);
  std::vector<status::Event> events;
  events.push_back(std::move(begun));
  Result<void> accepted =
      co_await services_.jobs.accept(record, std::move(events), std::move(with));
  if (!accepted) co_return std::unexpected(accepted.error());
  accepted_record = std::move(record);
  co_return answer;
}

Task<TurnRefusal> ChatTurns::busy_with(std::string owner, std::string conversation_id) {
  auto conversation = co_await services_.store.conversation(owner, conversation_id);
  std::string running = conversation && *conversation ? (*conversation)->operation_id : "";
  co_return TurnRefusal{turn_is_running(running), running};
}

Error turn_is_running(std::string_view operation_id) {
  std::string message = "A turn of this conversation is running already. Wait for its end.";
  if (!operation_id.empty()) {
    message = fmt::format(
        "A turn of this conversation is running already: operation '{0}'. Wait for its end, or "
        "follow /v1/operations/{0}/events.",
        operation_id);
  }
  return {ErrorCode::kConflict, std::move(message), {}};
}

}  // namespace walrus::api
