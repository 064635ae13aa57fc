// The rows of the tables, as values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "status/operation.h"
#include "status/step_cost.h"

namespace walrus::store {

// An operation with what is needed to run it again.
struct OperationRecord {
  status::State state;
  json::object input;       // what the job works on; shape is the kind's own
  json::object checkpoint;  // how far it came, see jobs/
  std::uint64_t reserved_through = 0;
  int resumptions = 0;  // since the last new checkpoint
  bool cancel_requested = false;
};

// A document: its row in the list, and which version search reads.
struct DocumentRecord {
  std::string id;  // UUIDv7
  std::string owner;
  std::string type;       // "file_upload" | "web_crawl"
  std::string filename;   // as the client named it, cleaned
  std::string file_type;  // ".pdf"
  std::string content_type;
  std::string url;      // of a crawl: where it began
  int crawl_depth = 0;  // of a crawl: how deep it may go
  int crawl_pages = 0;  // of a crawl: pages of the active version
  TimePoint created_at;
  TimePoint updated_at;
  std::string content_status =
      "processing";               // "processing" | "success" | "failed": api.md, Decisions
  int active_version = 0;         // 0: none yet
  int original_version = 0;       // whose file the active version was made of; 0: none yet
  int latest_version = 1;         // the newest begun
  std::int64_t chunk_count = 0;   // of the active version
  std::int64_t total_tokens = 0;  // of the active version
  std::int64_t size = 0;          // bytes of the original
  std::string sha256;             // of the original, hex
  std::int64_t processing_time_ms = 0;
  std::string title;
  std::string language;        // ISO 639-1, or empty
  std::string embedder;        // identity of the embedder of the active version
  json::object metadata;       // the uploader's own
  std::string operation_id;    // the latest operation
  std::uint64_t sequence = 0;  // goes on through operations
};

struct ChunkRecord {
  std::string document_id;
  int version = 1;
  int index = 0;  // from 0
  std::string text;
  int page = 0;  // from 1; 0: no pages
  std::string heading;
  std::int64_t start = 0;  // code points in the document's text
  std::int64_t end = 0;
  std::int64_t token_count = 0;
  std::string url;       // of a crawled page
  int first_window = 0;  // windows [first_window, last_window) make up the chunk
  int last_window = 0;
};

// Embeddings of consecutive windows of a document version.
struct WindowsRecord {
  std::string document_id;
  int version = 1;
  int first = 0;  // index of the first window
  int dimensions = 0;
  std::vector<float> vectors;  // row-major, count x dimensions, L2-normalised
};

// --- Crawls

enum class PageState { kQueued, kCrawled, kFailed, kSkipped };
std::string_view name_of(PageState state);
std::optional<PageState> page_state_from_name(std::string_view name);

// A URL that a crawl knows of: of its frontier while it is queued, of its result afterwards.
struct PageRecord {
  std::string document_id;
  int version = 1;
  int number = 0;   // in the order of discovery; the root's is 0
  std::string url;  // in its normal form
  int depth = 1;    // the root's is 1
  PageState state = PageState::kQueued;
  std::string reason;             // of what failed or was skipped, for people
  std::string duplicate_of;       // the URL of a page with the same or nearly the same text
  bool requested = false;         // its content was asked for: it counts towards max_pages
  std::string title;              // these, and what follows, of what was crawled
  std::string language;           // ISO 639-1, or empty
  std::string text_hash;          // sha256, hex
  std::uint64_t fingerprint = 0;  // near texts have near ones (crawl/fingerprint.h)
  bool chunked = false;           // the rest is set
  int first_chunk = 0;
  int chunk_count = 0;
  int first_window = 0;
  int window_count = 0;
  std::int64_t token_count = 0;
};

// A conversation's own row.
struct ConversationRecord {
  std::string owner;
  std::string conversation_id;  // without prefix
  std::string user_id;          // label, may be empty
  std::string title;
  TimePoint created_at;
  TimePoint updated_at;
  std::int64_t message_count = 0;
  std::string status;        // outcome of the latest turn, as the wire spells it
  std::string operation_id;  // of the latest turn
};

struct MessageRecord {
  std::string owner;
  std::string conversation_id;
  std::uint64_t number = 0;  // in the conversation, from 1
  std::string role;          // "user" | "assistant"
  std::string text;
  TimePoint created_at;
  std::string model_id;  // of an answer
  std::optional<std::int64_t> latency_ms;
  std::string operation_id;
};

// A status item of the `chat` table (api.md, Tables). `turn_id` is made by the store.
struct ChatStatusRecord {
  std::string owner;
  std::string conversation_id;
  std::string operation_id;  // the turn's operation
  std::string turn_id;
  status::Outcome status;
  status::Step step;
  std::string message;
  TimePoint created_at;
  json::object metadata;
  TimePoint expires_at;  // kept in whole seconds, rounded down
};

// --- Webhooks: who is to be told, and what is to be told them.

struct WebhookRecord {
  std::string owner;
  std::string name;  // unique among the owner's
  std::string url;
  std::vector<std::string> events;  // "operation.completed", ..., "operation.*"
  std::string secret;               // "whsec_...": signs what is sent, shown to nobody
  bool enabled = true;              // false: the receiver said that it is gone
  TimePoint created_at;
  TimePoint updated_at;  // also tells one definition from the next
};

enum class DeliveryState { kPending, kDelivered, kFailed };
std::string_view name_of(DeliveryState state);
std::optional<DeliveryState> delivery_state_from_name(std::string_view name);

// One message for one webhook: a row of the outbox while it is pending, of the log afterwards.
struct DeliveryRecord {
  std::string id;  // the message's, the same in every attempt
  std::string owner;
  std::string webhook;       // its name
  std::string operation_id;  // empty for a test
  std::string type;          // "operation.completed", ...
  std::string body;          // as it is sent
  DeliveryState state = DeliveryState::kPending;
  int attempts = 0;
  int last_status = 0;     // of HTTP; 0: no answer came
  std::string last_error;  // why the last attempt failed, for the owner
  TimePoint created_at;
  TimePoint updated_at;
  TimePoint next_attempt_at;  // while it is pending
};

// What the first request with an Idempotency-Key asked for, and how it was answered.
struct IdempotencyRecord {
  std::string owner;
  std::string route;  // method and path
  std::string key;
  std::string request_hash;  // sha256, hex
  int http_status = 0;
  std::string body;          // JSON; empty where the answer is made from the operation
  std::string location;      // the header, where there is one
  std::string operation_id;  // what it began or changed, where there is one
  TimePoint expires_at;
};

// What a step of a kind of operation costs on this machine, whoever asked for it.
struct StepCostRecord {
  std::string kind;
  std::string variety;  // of the input; empty: all of them together
  std::string step;
  status::StepCost cost;
};

}  // namespace walrus::store
