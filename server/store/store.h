// The tables. One interface for every engine; store/conformance_test.cc holds them all to it.
//
// Keys are built inside the engines and nowhere else. Every read names the owner: what belongs to
// another is not there. Expired rows are never returned, removed yet or not.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/task.h"
#include "status/ports.h"
#include "store/records.h"

namespace walrus::store {

// --- Writes. A batch is committed whole or not at all, in order. All of them are safe to repeat
// with the same values, except the conditional ones (PutOperation, only_if_absent, if_operation,
// PutIdempotencyKey, BeginAttempt), which then say `conflict`, and CountResumption.

// --- Writes of operations

struct PutOperation {
  OperationRecord record;
};  // insert; conflict if it exists
// Conflict if missing. What the operation is (kind, owner, ...) stays as it was put. A higher
// attempt than the stored one takes back the wish to cancel and the count of resumptions. The
// document's row carries the state of its latest operation and the highest sequence, from the same
// commit on.
struct UpdateState {
  status::State state;
  std::uint64_t reserved_through = 0;  // kept if lower than what is stored
  bool unless_cancelled = false;       // else `cancelled` if cancel_requested
};
// The next attempt of an operation: as UpdateState, but conflict unless the operation has failed
// and `state.attempt` is the one after.
struct BeginAttempt {
  status::State state;
};
struct AppendEvents {  // idempotent by (operation, sequence); conflict
                       // if the operation is missing
  std::string operation_id;
  std::vector<status::Event> events;
};
// These three: conflict if the operation is missing; a cancel also if it has ended.
struct SetCheckpoint {
  std::string operation_id;
  json::object checkpoint;
};  // resets resumptions
struct CountResumption {
  std::string operation_id;
};
struct RequestCancel {
  std::string operation_id;
};
// Conflict if the operation is missing. Kept as long as its events; a repeat changes nothing.
struct PutReport {
  std::string operation_id;
  std::string report_id;   // the worker's own
  std::uint64_t sequence;  // of the operation after the report
};

// --- Writes of documents

// Conflict if it exists under another owner. The stored sequence never falls.
struct PutDocument {
  DocumentRecord record;
  bool only_if_absent = false;
};
// What the windows of the document's active version were cut from: a hash of their texts, or empty
// where it has none. Goes into the commit that switches the version. Conflict if the document is
// missing.
struct SetWindowsHash {
  std::string document_id;
  std::string windows_hash;
};
struct DeleteDocument {
  std::string owner;
  std::string document_id;
};  // chunks, windows, operations, events too
// These two replace equal keys; conflict if the document is missing, so that work which goes on
// past a deletion leaves nothing behind.
struct PutChunks {
  std::vector<ChunkRecord> chunks;
};
struct PutWindows {
  WindowsRecord windows;
};
struct DeleteVersion {
  std::string document_id;
  int version;
};  // chunks and windows
struct DeleteChunks {
  std::string document_id;
  int version;
};  // not the windows, which a retry needs

// --- Writes of conversations

// Conflict if it exists with another user_id, or `if_operation` is given and is
// not the stored operation_id (one turn at a time; empty: must not exist). One that was begun
// without a user_id stays without: it can be read under any.
struct PutConversation {
  ConversationRecord record;
  std::optional<std::string> if_operation;
};
struct PutMessage {
  MessageRecord record;
};
struct PutChatStatus {
  ChatStatusRecord record;
  std::uint64_t sequence;
};  // turn_id from time and sequence
struct DeleteConversation {
  std::string owner;
  std::string conversation_id;
};  // operations, events too

// --- Writes of webhooks and their outbox

// Insert or replace. Conflict where the owner would have more than `most`.
struct PutWebhook {
  WebhookRecord record;
  int most;
};
struct DeleteWebhook {
  std::string owner;
  std::string name;
};  // deliveries too
// Nothing where the webhook has been replaced since `updated_at`. Fails what is pending with `why`.
struct DisableWebhook {
  std::string owner;
  std::string name;
  TimePoint updated_at;
  std::string why;
};
// Insert; nothing where it exists, or its webhook is gone or disabled.
struct PutDelivery {
  DeliveryRecord record;
};
// Takes state, attempts, last_status, last_error, updated_at and next_attempt_at. Nothing where the
// delivery is gone or no longer pending.
struct UpdateDelivery {
  DeliveryRecord record;
};

// --- Writes of requests that are repeated

// Conflict while there is one of the same owner, route and key that has not expired: another
// request with the key was accepted first.
struct PutIdempotencyKey {
  IdempotencyRecord record;
};

// --- Writes of the remaining time

// Replaces equal keys (kind, variety, step).
struct PutStepCosts {
  std::vector<StepCostRecord> costs;
};

// --- Crawls. These two replace equal keys; conflict if the document is missing.

struct PutPages {
  std::vector<PageRecord> pages;
};
// The text of a crawled page, by which it is cut and embedded, also by another embedder later.
struct PutPageText {
  std::string document_id;
  int version;
  int number;
  std::string text;
};
struct DeletePages {
  std::string document_id;
  int version;
};  // texts too

using Mutation =
    std::variant<PutOperation, UpdateState, BeginAttempt, AppendEvents, SetCheckpoint,
                 CountResumption, RequestCancel, PutReport, PutDocument, SetWindowsHash,
                 DeleteDocument, PutChunks, PutWindows, DeleteVersion, DeleteChunks,
                 PutConversation, PutMessage, PutChatStatus, DeleteConversation, PutWebhook,
                 DeleteWebhook, DisableWebhook, PutDelivery, UpdateDelivery, PutIdempotencyKey,
                 PutStepCosts, PutPages, PutPageText, DeletePages>;

struct WriteBatch final : status::Writes {
  std::vector<Mutation> mutations;
};

// --- Reads.

struct Page {
  int limit = 50;
  std::string after;  // the previous page's `next`; empty: from the start. Malformed: bad_request
};

template <class Record>
struct Listing {
  std::vector<Record> records;
  std::string next;  // opaque cursor of the next page; empty: there is none
};

struct VersionKey {
  std::string document_id;
  int version = 0;
};

// What start-up and housekeeping must know of a document.
struct DocumentVersion {
  std::string owner;
  std::string document_id;
  int active_version;
  int latest_version;
  std::string content_status;
  TimePoint updated_at;
  std::string embedder;  // of the active version
};

// Thread-safe. Tasks of the embedded engines finish without leaving the calling thread for reads;
// commits wait for the disk on a thread of their own. Errors of every call: storage_unavailable.
class Store {
 public:
  virtual ~Store() = default;

  // Durable (fsync) once it returns without an error. conflict, cancelled: nothing was written.
  virtual Task<Result<void>> commit(WriteBatch batch) = 0;

  // Whether writes are possible; why not, for /ready.
  virtual Result<void> health() const = 0;

  // Removes rows that expired before now, at most `limit` of each table; how many went.
  virtual Task<Result<int>> remove_expired(int limit) = 0;

  // --- Operations

  virtual Task<Result<std::optional<OperationRecord>>> operation(std::string owner,
                                                                 std::string id) = 0;
  // Newest first. `kind`, a name, narrows it where it is not empty, and so does `outcome`.
  virtual Task<Result<Listing<OperationRecord>>> operations(std::string owner, std::string kind,
                                                            std::optional<status::Outcome> outcome,
                                                            Page page) = 0;
  // Those whose current attempt began at `since` or later; the last begun first.
  virtual Task<Result<Listing<OperationRecord>>> operations_begun(std::string owner,
                                                                  TimePoint since, Page page) = 0;
  // Every operation of every owner that has not ended, oldest first: for recovery.
  virtual Task<Result<std::vector<OperationRecord>>> open_operations() = 0;
  // Events past `after`, oldest first, at most `limit`.
  virtual Task<Result<std::vector<status::Event>>> events(std::string owner,
                                                          std::string operation_id,
                                                          std::uint64_t after, int limit) = 0;
  // The sequence of the operation after the report of that id, if it was taken.
  virtual Task<Result<std::optional<std::uint64_t>>> report(std::string owner,
                                                            std::string operation_id,
                                                            std::string report_id) = 0;

  // --- Documents

  virtual Task<Result<std::optional<DocumentRecord>>> document(std::string owner,
                                                               std::string id) = 0;
  // Newest first. `type` narrows it where it is not empty.
  virtual Task<Result<Listing<DocumentRecord>>> documents(std::string owner, std::string type,
                                                          Page page) = 0;
  // Every document of every owner: for reconciling the search index and the blobs.
  virtual Task<Result<std::vector<DocumentVersion>>> document_versions() = 0;
  // An active version of the owner's whose windows have this hash and were embedded by `embedder`;
  // of several, one of them.
  virtual Task<Result<std::optional<VersionKey>>> version_with_windows(std::string owner,
                                                                       std::string windows_hash,
                                                                       std::string embedder) = 0;
  // In index order.
  virtual Task<Result<Listing<ChunkRecord>>> chunks(std::string document_id, int version,
                                                    Page page) = 0;
  virtual Task<Result<std::optional<ChunkRecord>>> chunk(std::string document_id, int version,
                                                         int index) = 0;
  // Windows in index order from `first` on, at most `count`; fewer where fewer are stored.
  virtual Task<Result<WindowsRecord>> windows(std::string document_id, int version, int first,
                                              int count) = 0;
  // How many windows, counted from 0 without a hole, are stored: a checkpoint of embedding.
  virtual Task<Result<int>> window_count(std::string document_id, int version) = 0;

  // --- Crawls

  // By number.
  virtual Task<Result<Listing<PageRecord>>> pages(std::string document_id, int version,
                                                  Page page) = 0;
  virtual Task<Result<std::optional<std::string>>> page_text(std::string document_id, int version,
                                                             int number) = 0;

  // --- Conversations

  virtual Task<Result<std::optional<ConversationRecord>>> conversation(std::string owner,
                                                                       std::string id) = 0;
  // Newest first by updated_at; those of `user_id` and those without one. The total beside them.
  virtual Task<Result<Listing<ConversationRecord>>> conversations(std::string owner,
                                                                  std::string user_id,
                                                                  Page page) = 0;
  virtual Task<Result<std::int64_t>> conversation_total(std::string owner, std::string user_id) = 0;
  // The newest `limit`, oldest first.
  virtual Task<Result<std::vector<MessageRecord>>> messages(std::string owner, std::string id,
                                                            int limit) = 0;
  virtual Task<Result<std::vector<ChatStatusRecord>>> chat_statuses(std::string owner,
                                                                    std::string id, int limit) = 0;

  // --- Webhooks and their outbox

  virtual Task<Result<std::optional<WebhookRecord>>> webhook(std::string owner,
                                                             std::string name) = 0;
  // By name.
  virtual Task<Result<std::vector<WebhookRecord>>> webhooks(std::string owner) = 0;
  // Every owner's: what is told at a start.
  virtual Task<Result<std::vector<WebhookRecord>>> all_webhooks() = 0;
  // The log, newest first.
  virtual Task<Result<Listing<DeliveryRecord>>> deliveries(std::string owner, std::string webhook,
                                                           Page page) = 0;
  // The pending one whose next attempt comes first.
  virtual Task<Result<std::optional<DeliveryRecord>>> next_delivery(std::string owner,
                                                                    std::string webhook) = 0;
  // Pending ones of every owner.
  virtual Task<Result<std::int64_t>> pending_deliveries() = 0;

  // --- Requests that are repeated

  virtual Task<Result<std::optional<IdempotencyRecord>>> idempotency_key(std::string owner,
                                                                         std::string route,
                                                                         std::string key) = 0;

  // --- Remaining time

  // All of them, by kind, variety and step.
  virtual Task<Result<std::vector<StepCostRecord>>> step_costs() = 0;
};

// How long things stay.
inline constexpr std::chrono::hours kChatStatusLife{24};
inline constexpr std::chrono::hours kEventLife{24};         // past the operation's end
inline constexpr std::chrono::hours kDeliveryLife{7 * 24};  // past its end
inline constexpr std::chrono::hours kIdempotencyLife{24};

}  // namespace walrus::store
