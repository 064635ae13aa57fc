#include "pipelines/next_attempt.h"

#include "store/event_log.h"

namespace walrus::pipelines {

namespace {

NextAttempt begun_again(store::OperationRecord failed, TimePoint now) {
  status::Event first = status::next_attempt(failed.state, now);
  NextAttempt next{.record = std::move(failed), .first = {}, .with = {}};
  next.record.state.apply(first);
  next.first.push_back(std::move(first));
  return next;
}

Task<Result<void>> prepare_document(store::Store& store, NextAttempt& next) {
  const status::Operation& operation = next.record.state.operation;
  auto document = co_await store.document(operation.owner, operation.document_id);
  if (!document) co_return std::unexpected(document.error());
  if (!*document || (*document)->operation_id != operation.id) {
    co_return fail(ErrorCode::kConflict,
                   "A later operation of the document has taken the place of this one.");
  }
  if ((*document)->active_version == 0) (*document)->content_status = "processing";
  (*document)->updated_at = next.record.state.updated_at;
  next.with.mutations.push_back(store::PutDocument{std::move(**document)});
  co_return Result<void>();
}

Task<Result<void>> prepare_upload(store::Store& store, const store::Blobs& blobs,
                                  WorkerPool& workers, NextAttempt& next) {
  const std::string& document_id = next.record.state.operation.document_id;
  std::string original =
      original_blob(document_id, upload_input_from(next.record.input).original_version);
  auto look = [&blobs, original] { return blobs.exists(original); };
  bool kept = co_await offload(workers, look);
  if (!kept) {
    co_return fail(ErrorCode::kConflict,
                   "The file of this upload is no longer kept. Upload it again.");
  }
  co_return co_await prepare_document(store, next);
}

Task<Result<void>> prepare_chat(store::Store& store, NextAttempt& next) {
  const status::State& state = next.record.state;
  const status::Operation& operation = state.operation;
  auto conversation = co_await store.conversation(operation.owner, operation.conversation_id);
  if (!conversation) co_return std::unexpected(conversation.error());
  if (!*conversation || (*conversation)->operation_id != operation.id) {
    co_return fail(ErrorCode::kConflict, "The conversation has gone on since. Ask again.");
  }
  store::ConversationRecord row = std::move(**conversation);
  row.status = status::name_of(status::Outcome::kProcessing);
  row.updated_at = state.updated_at;
  next.with.mutations.push_back(store::PutConversation{std::move(row), operation.id});
  next.with.mutations.push_back(store::chat_status_of(operation, next.first.front()));
  co_return Result<void>();
}

}  // namespace

Task<Result<NextAttempt>> next_attempt(store::Store& store, const store::Blobs& blobs,
                                       WorkerPool& workers, store::OperationRecord failed) {
  if (failed.state.outcome != status::Outcome::kFailed) {
    co_return fail(ErrorCode::kConflict,
                   "Only an operation that has failed or was cancelled can be retried.");
  }
  Loop& home = co_await home_loop();
  NextAttempt next = begun_again(std::move(failed), home.clock().now());
  Result<void> prepared;
  if (next.record.state.operation.kind == status::Kind::kChat) {
    prepared = co_await prepare_chat(store, next);
  } else if (next.record.state.operation.kind == status::Kind::kWebCrawl) {
    prepared = co_await prepare_document(store, next);
  } else {
    prepared = co_await prepare_upload(store, blobs, workers, next);
  }
  if (!prepared) co_return std::unexpected(prepared.error());
  co_return next;
}

}  // namespace walrus::pipelines
