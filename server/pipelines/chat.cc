#include "pipelines/chat.h"

#include "base/utf8.h"
#include "llm/answerer.h"
#include "llm/text_merger.h"
#include "pipelines/chunk_id.h"

namespace walrus::pipelines {

using status::Step;

namespace {

constexpr int kHistoryTurns = 6;  // messages of the conversation that go along

}  // namespace

json::object to_json(const ChatInput& input) {
  return {{"query", input.query},   {"session_id", input.session_id},
          {"k", input.retrieval_k}, {"filter", to_json(input.filter)},
          {"model", input.model},   {"turn", input.turn}};
}

ChatInput chat_input_from(const json::object& stored) {
  ChatInput input;
  auto text = [&](std::string_view name) {
    const json::string* member = find_string(stored, name);
    return member ? std::string(*member) : std::string();
  };
  input.query = text("query");
  input.session_id = text("session_id");
  input.model = text("model");
  input.retrieval_k = static_cast<int>(find_integer(stored, "k").value_or(8));
  input.turn = find_integer(stored, "turn").value_or(1);
  if (const json::object* filter = find_object(stored, "filter")) {
    if (auto read = filter_from_json(*filter)) input.filter = std::move(*read);
  }
  return input;
}

struct ChatPipeline::Turn {
  jobs::Job job;
  status::Tracker& tracker;
  status::Operation operation;
  ChatInput input;
  TimePoint began;

  std::vector<Passage> passages = {};
  llm::Approach approach = llm::Approach::kSearchFocused;
  std::vector<llm::Model*> models = {};
  llm::Prompt prompt = {};
  llm::Answer answer = {};
  std::string response = {};
};

Task<Result<void>> ChatPipeline::run(jobs::Job job) {
  Turn turn{.job = job,
            .tracker = *job.tracker,
            .operation = job.tracker->state().operation,
            .input = chat_input_from(job.record->input),
            .began = job.tracker->state().started_at};
  auto steps = {std::pair(Step::kRetrievingContext, &ChatPipeline::retrieve_context),
                std::pair(Step::kSelectingModel, &ChatPipeline::select_model),
                std::pair(Step::kGeneratingResponse, &ChatPipeline::generate_response),
                std::pair(Step::kStoringResponse, &ChatPipeline::finish)};
  Result<void> begun = co_await turn.tracker.reach(Step::kInitializing);
  if (!begun) co_return begun;
  for (auto [step, body] : steps) {
    Result<void> reached = co_await turn.tracker.reach(step);
    if (!reached) co_return reached;
    Result<void> done = co_await (this->*body)(turn);
    if (!done) co_return done;
    if (step != Step::kStoringResponse && job.stop.stop_requested()) {
      co_return fail(ErrorCode::kCancelled, "The work was stopped.");
    }
  }
  co_return Result<void>();
}

// --- retrieving_context

Task<Result<void>> ChatPipeline::retrieve_context(Turn& turn) {
  RetrievalFilter filter = turn.input.filter;
  auto passages =
      co_await parts_.retriever.retrieve(turn.operation.owner, turn.input.query,
                                         turn.input.retrieval_k, std::move(filter), turn.job.stop);
  if (!passages) co_return std::unexpected(passages.error());
  turn.passages = std::move(*passages);
  co_return Result<void>();
}

// --- selecting_model

Task<Result<std::vector<llm::Turn>>> ChatPipeline::history_before(const Turn& turn) {
  auto messages = co_await parts_.store.messages(turn.operation.owner,
                                                 turn.operation.conversation_id, kHistoryTurns + 1);
  if (!messages) co_return std::unexpected(messages.error());
  std::vector<llm::Turn> history;
  for (const store::MessageRecord& message : *messages) {
    if (message.operation_id == turn.operation.id) continue;
    history.push_back({message.role, message.text});
  }
  co_return history;
}

Task<Result<void>> ChatPipeline::select_model(Turn& turn) {
  auto history = co_await history_before(turn);
  if (!history) co_return std::unexpected(history.error());
  turn.approach = llm::classify(turn.input.query);
  turn.prompt.query = turn.input.query;
  turn.prompt.approach = turn.approach;
  turn.prompt.history = std::move(*history);
  std::int64_t context_tokens = 0;
  for (const Passage& passage : turn.passages) {
    std::string label = passage.url.empty() ? passage.filename : passage.url;
    context_tokens += passage.chunk.token_count;
    turn.prompt.sources.push_back({.chunk_id = chunk_id(passage.chunk),
                                   .label = std::move(label),
                                   .heading = passage.chunk.heading,
                                   .page = passage.chunk.page,
                                   .text = passage.chunk.text});
  }
  std::optional<std::string_view> requested;
  if (!turn.input.model.empty()) requested = turn.input.model;
  auto models = parts_.catalogue.choose(turn.approach, context_tokens, requested);
  if (!models) co_return fail(ErrorCode::kModelUnavailable, models.error().message);
  turn.models = std::move(*models);
  co_return Result<void>();
}

// --- generating_response

Task<Result<void>> ChatPipeline::generate_response(Turn& turn) {
  Loop& home = co_await home_loop();
  auto show = [&turn](std::string text) {
    turn.response += text;
    turn.tracker.chunk(std::move(text));
  };
  llm::TextMerger merger(home, show);
  llm::OnText on_text = [&merger](std::string_view text) { merger.add(text); };
  llm::Prompt prompt = turn.prompt;
  auto answer = co_await llm::answer_with_fallback(turn.models, std::move(prompt),
                                                   std::move(on_text), turn.job.stop);
  merger.flush();
  if (!answer) co_return std::unexpected(answer.error());
  turn.answer = std::move(*answer);
  co_return Result<void>();
}

// --- storing_response

namespace {

json::array sources_json(const std::vector<Passage>& passages) {
  json::array sources;
  for (const Passage& passage : passages) {
    json::object source;
    source["document_id"] = passage.chunk.document_id;
    source["chunk_id"] = chunk_id(passage.chunk);
    if (passage.url.empty()) {
      source["filename"] = passage.filename;
    } else {
      source["url"] = passage.url;
    }
    source["score"] = passage.score;
    source["snippet"] = snippet(passage.chunk.text);
    if (passage.chunk.page > 0) source["page"] = passage.chunk.page;
    if (!passage.chunk.heading.empty()) source["heading"] = passage.chunk.heading;
    sources.push_back(std::move(source));
  }
  return sources;
}

json::array fallbacks_json(const std::vector<llm::Fallback>& fallbacks) {
  json::array shown;
  for (const llm::Fallback& fallback : fallbacks) {
    shown.push_back(
        json::object{{"model", fallback.model_id}, {"error_type", info(fallback.error_type).word}});
  }
  return shown;
}

}  // namespace

// The answer, the conversation's row and the end of the turn are one commit.
Task<Result<void>> ChatPipeline::finish(Turn& turn) {
  Loop& home = co_await home_loop();
  TimePoint now = home.clock().now();
  auto latency = std::chrono::duration_cast<std::chrono::milliseconds>(now - turn.began).count();
  auto conversation =
      co_await parts_.store.conversation(turn.operation.owner, turn.operation.conversation_id);
  if (!conversation) co_return std::unexpected(conversation.error());
  if (!*conversation) co_return fail(ErrorCode::kCancelled, "The conversation was deleted.");

  auto writes = std::make_shared<store::WriteBatch>();
  writes->mutations.push_back(
      store::PutMessage{{.owner = turn.operation.owner,
                         .conversation_id = turn.operation.conversation_id,
                         .number = static_cast<std::uint64_t>(turn.input.turn + 1),
                         .role = "assistant",
                         .text = turn.response,
                         .created_at = now,
                         .model_id = turn.answer.model_id,
                         .latency_ms = latency,
                         .operation_id = turn.operation.id}});
  store::ConversationRecord row = std::move(**conversation);
  row.updated_at = now;
  row.message_count = turn.input.turn + 1;
  row.status = status::name_of(status::Outcome::kCompleted);
  writes->mutations.push_back(store::PutConversation{std::move(row), {}});

  status::Ending ending;
  ending.metadata["latency_ms"] = latency;
  ending.metadata["response_length"] = count_code_points(turn.response);
  ending.complete = ending.metadata;
  ending.complete["session_id"] = turn.input.session_id;
  ending.complete["conversation_id"] = "conv#" + turn.operation.conversation_id;
  ending.complete["selected_model"] = turn.answer.model_id;
  ending.complete["processing_approach"] = llm::name_of(turn.approach);
  ending.complete["chunks_retrieved"] = turn.passages.size();
  ending.complete["sources"] = sources_json(turn.passages);
  if (!turn.answer.fallbacks.empty()) {
    ending.complete["fallback_from"] = fallbacks_json(turn.answer.fallbacks);
  }
  ending.with = std::move(writes);
  co_return co_await turn.tracker.finish(std::move(ending));
}

// --- failed

Task<Result<std::shared_ptr<const status::Writes>>> ChatPipeline::failure_writes(
    store::OperationRecord record, Error) {
  auto writes = std::make_shared<store::WriteBatch>();
  const status::Operation& operation = record.state.operation;
  auto conversation =
      co_await parts_.store.conversation(operation.owner, operation.conversation_id);
  if (!conversation) co_return std::unexpected(conversation.error());
  if (*conversation) {
    store::ConversationRecord row = std::move(**conversation);
    row.status = status::name_of(status::Outcome::kFailed);
    writes->mutations.push_back(store::PutConversation{std::move(row), {}});
  }
  co_return writes;
}

}  // namespace walrus::pipelines
