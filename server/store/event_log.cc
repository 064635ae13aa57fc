#include "store/event_log.h"

#include <algorithm>
#include <iterator>

namespace walrus::store {

PutChatStatus chat_status_of(const status::Operation& operation, const status::Event& event) {
  ChatStatusRecord record;
  record.owner = operation.owner;
  record.conversation_id = operation.conversation_id;
  record.operation_id = operation.id;
  record.status = event.outcome;
  record.step = event.error ? event.error->step : event.step;
  record.message = event.error ? event.error->message : event.message;
  record.created_at = event.at;
  record.metadata = event.metadata;
  record.expires_at = event.at + kChatStatusLife;
  return PutChatStatus{std::move(record), event.sequence};
}

namespace {

bool is_chat_status(const status::Event& event) {
  return event.type == status::EventType::kStatus || event.type == status::EventType::kError;
}

WriteBatch batch_of(status::Append append) {
  WriteBatch batch;
  if (append.with) batch = static_cast<const WriteBatch&>(*append.with);
  const status::Operation& operation = append.state.operation;
  if (operation.kind == status::Kind::kChat) {
    for (const status::Event& event : append.events) {
      if (is_chat_status(event)) batch.mutations.push_back(chat_status_of(operation, event));
    }
  }
  if (!append.events.empty()) {
    batch.mutations.push_back(AppendEvents{operation.id, std::move(append.events)});
  }
  batch.mutations.push_back(
      UpdateState{std::move(append.state), append.reserved_through, append.unless_cancelled});
  return batch;
}

}  // namespace

Task<Result<void>> StoreEventLog::append(status::Append append) {
  WriteBatch told;
  bool tells = outbox_ && outbox_->add(append.state, append.events, told);
  std::string owner = append.state.operation.owner;
  WriteBatch batch = batch_of(std::move(append));
  std::ranges::move(told.mutations, std::back_inserter(batch.mutations));
  Result<void> committed = co_await store_.commit(std::move(batch));
  if (committed && tells) outbox_->committed(owner);
  co_return committed;
}

}  // namespace walrus::store
