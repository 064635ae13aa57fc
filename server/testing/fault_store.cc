#include "testing/fault_store.h"

namespace walrus::testing {

using namespace store;

namespace {

std::unexpected<Error> away() {
  return fail(ErrorCode::kStorageUnavailable, "The storage does not answer at the moment.",
              "fault of a test");
}

}  // namespace

Task<Result<void>> FaultStore::commit(WriteBatch batch) {
  ++commits_;
  auto found = faults_.find(commits_);
  if (away_ || (found != faults_.end() && found->second == Fault::kBeforeCommit)) {
    // A store is never done at once.
    co_await sleep_for(Duration(0));
    co_return away();
  }
  bool lose_answer = found != faults_.end();
  if (commit_delay_ > Duration(0)) co_await sleep_for(commit_delay_);
  auto committed = co_await inner_.commit(std::move(batch));
  if (answer_delay_ > Duration(0)) co_await sleep_for(answer_delay_);
  if (lose_answer) co_return away();
  co_return committed;
}

Result<void> FaultStore::health() const {
  if (away_) return away();
  return inner_.health();
}

Task<Result<int>> FaultStore::remove_expired(int limit) {
  return unless_away(inner_.remove_expired(limit));
}

template <class T>
Task<Result<T>> FaultStore::unless_away(Task<Result<T>> read) {
  if (read_delay_ > Duration(0)) co_await sleep_for(read_delay_);
  if (away_) co_return away();
  co_return co_await read;
}

Task<Result<std::optional<OperationRecord>>> FaultStore::operation(std::string owner,
                                                                   std::string id) {
  return unless_away(inner_.operation(std::move(owner), std::move(id)));
}

Task<Result<Listing<OperationRecord>>> FaultStore::operations(
    std::string owner, std::string kind, std::optional<status::Outcome> outcome, Page page) {
  return unless_away(
      inner_.operations(std::move(owner), std::move(kind), outcome, std::move(page)));
}

Task<Result<Listing<OperationRecord>>> FaultStore::operations_begun(std::string owner,
                                                                    TimePoint since, Page page) {
  return unless_away(inner_.operations_begun(std::move(owner), since, std::move(page)));
}

Task<Result<std::vector<OperationRecord>>> FaultStore::open_operations() {
  return unless_away(inner_.open_operations());
}

Task<Result<std::vector<status::Event>>> FaultStore::events(std::string owner,
                                                            std::string operation_id,
                                                            std::uint64_t after, int limit) {
  return unless_away(inner_.events(std::move(owner), std::move(operation_id), after, limit));
}

Task<Result<std::optional<std::uint64_t>>> FaultStore::report(std::string owner,
                                                              std::string operation_id,
                                                              std::string report_id) {
  return unless_away(
      inner_.report(std::move(owner), std::move(operation_id), std::move(report_id)));
}

Task<Result<std::optional<DocumentRecord>>> FaultStore::document(std::string owner,
                                                                 std::string id) {
  return unless_away(inner_.document(std::move(owner), std::move(id)));
}

Task<Result<Listing<DocumentRecord>>> FaultStore::documents(std::string owner, std::string type,
                                                            Page page) {
  return unless_away(inner_.documents(std::move(owner), std::move(type), std::move(page)));
}

Task<Result<std::vector<DocumentVersion>>> FaultStore::document_versions() {
  return unless_away(inner_.document_versions());
}

Task<Result<std::optional<VersionKey>>> FaultStore::version_with_windows(std::string owner,
                                                                         std::string windows_hash,
                                                                         std::string embedder) {
  return unless_away(
      inner_.version_with_windows(std::move(owner), std::move(windows_hash), std::move(embedder)));
}

Task<Result<Listing<ChunkRecord>>> FaultStore::chunks(std::string document_id, int version,
                                                      Page page) {
  return unless_away(inner_.chunks(std::move(document_id), version, std::move(page)));
}

Task<Result<std::optional<ChunkRecord>>> FaultStore::chunk(std::string document_id, int version,
                                                           int index) {
  return unless_away(inner_.chunk(std::move(document_id), version, index));
}

Task<Result<WindowsRecord>> FaultStore::windows(std::string document_id, int version, int first,
                                                int count) {
  return unless_away(inner_.windows(std::move(document_id), version, first, count));
}

Task<Result<int>> FaultStore::window_count(std::string document_id, int version) {
  return unless_away(inner_.window_count(std::move(document_id), version));
}

Task<Result<Listing<PageRecord>>> FaultStore::pages(std::string document_id, int version,
                                                    Page page) {
  return unless_away(inner_.pages(std::move(document_id), version, std::move(page)));
}

Task<Result<std::optional<std::string>>> FaultStore::page_text(std::string document_id, int version,
                                                               int number) {
  return unless_away(inner_.page_text(std::move(document_id), version, number));
}

Task<Result<std::optional<ConversationRecord>>> FaultStore::conversation(std::string owner,
                                                                         std::string id) {
  return unless_away(inner_.conversation(std::move(owner), std::move(id)));
}

Task<Result<Listing<ConversationRecord>>> FaultStore::conversations(std::string owner,
                                                                    std::string user_id,
                                                                    Page page) {
  return unless_away(inner_.conversations(std::move(owner), std::move(user_id), std::move(page)));
}

Task<Result<std::int64_t>> FaultStore::conversation_total(std::string owner, std::string user_id) {
  return unless_away(inner_.conversation_total(std::move(owner), std::move(user_id)));
}

Task<Result<std::vector<MessageRecord>>> FaultStore::messages(std::string owner, std::string id,
                                                              int limit) {
  return unless_away(inner_.messages(std::move(owner), std::move(id), limit));
}

Task<Result<std::vector<ChatStatusRecord>>> FaultStore::chat_statuses(std::string owner,
                                                                      std::string id, int limit) {
  return unless_away(inner_.chat_statuses(std::move(owner), std::move(id), limit));
}

Task<Result<std::optional<WebhookRecord>>> FaultStore::webhook(std::string owner,
                                                               std::string name) {
  return unless_away(inner_.webhook(std::move(owner), std::move(name)));
}

Task<Result<std::vector<WebhookRecord>>> FaultStore::webhooks(std::string owner) {
  return unless_away(inner_.webhooks(std::move(owner)));
}

Task<Result<std::vector<WebhookRecord>>> FaultStore::all_webhooks() {
  return unless_away(inner_.all_webhooks());
}

Task<Result<Listing<DeliveryRecord>>> FaultStore::deliveries(std::string owner, std::string webhook,
                                                             Page page) {
  return unless_away(inner_.deliveries(std::move(owner), std::move(webhook), std::move(page)));
}

Task<Result<std::optional<DeliveryRecord>>> FaultStore::next_delivery(std::string owner,
                                                                      std::string webhook) {
  return unless_away(inner_.next_delivery(std::move(owner), std::move(webhook)));
}

Task<Result<std::int64_t>> FaultStore::pending_deliveries() {
  return unless_away(inner_.pending_deliveries());
}

Task<Result<std::optional<IdempotencyRecord>>> FaultStore::idempotency_key(std::string owner,
                                                                           std::string route,
                                                                           std::string key) {
  return unless_away(inner_.idempotency_key(std::move(owner), std::move(route), std::move(key)));
}

Task<Result<std::vector<StepCostRecord>>> FaultStore::step_costs() {
  return unless_away(inner_.step_costs());
}

}  // namespace walrus::testing
