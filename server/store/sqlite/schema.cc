#include "store/sqlite/schema.h"

#include <fmt/format.h>

#include <tuple>

namespace walrus::store::sqlite {

namespace {

constexpr int kApplicationId = 0x574c5253;  // "WLRS", in the file's header

// Times: `chat` and `documents` have the wire's ISO text, with microseconds; the other tables
// microseconds since 1970. JSON columns are null where the object is empty. Small rows lie in their
// key's tree; the long ones of `chunks` and `windows` stay outside of it.
constexpr const char* kVersion1 = R"sql(
CREATE TABLE operations (
  id TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  kind TEXT NOT NULL,
  document_id TEXT NOT NULL,
  conversation_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  step TEXT NOT NULL,
  percent INTEGER NOT NULL,
  message TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  metadata TEXT,
  eta_seconds REAL,
  error TEXT,
  reserved_through INTEGER NOT NULL,
  resumptions INTEGER NOT NULL,
  cancel_requested INTEGER NOT NULL,
  events_expire_at INTEGER,
  input TEXT,
  checkpoint TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX operations_by_owner ON operations (owner, created_at, id);
CREATE INDEX operations_open ON operations (created_at, id) WHERE outcome = 'processing';
CREATE INDEX operations_by_document ON operations (document_id) WHERE document_id <> '';
CREATE INDEX operations_by_conversation ON operations (conversation_id, owner)
  WHERE conversation_id <> '';
CREATE INDEX operations_expiring ON operations (events_expire_at)
  WHERE events_expire_at IS NOT NULL;

CREATE TABLE events (
  operation_id TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  at INTEGER NOT NULL,
  type TEXT NOT NULL,
  outcome TEXT NOT NULL,
  step TEXT NOT NULL,
  percent INTEGER NOT NULL,
  message TEXT NOT NULL,
  metadata TEXT,
  eta_seconds REAL,
  error TEXT,
  content TEXT NOT NULL,
  PRIMARY KEY (operation_id, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE documents (
  document_id TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  document_type TEXT NOT NULL,
  filename TEXT NOT NULL,
  file_type TEXT NOT NULL,
  content_type TEXT NOT NULL,
  url TEXT NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  content_status TEXT NOT NULL,
  active_version INTEGER NOT NULL,
  original_version INTEGER NOT NULL,
  latest_version INTEGER NOT NULL,
  chunk_count INTEGER NOT NULL,
  total_tokens INTEGER NOT NULL,
  size INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  processing_time_ms INTEGER NOT NULL,
  title TEXT NOT NULL,
  language TEXT NOT NULL,
  embedder TEXT NOT NULL,
  metadata TEXT,
  operation_id TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  processing_status TEXT,
  processing_step TEXT,
  status_message TEXT,
  progress_percentage INTEGER,
  status_metadata TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX documents_by_owner ON documents (owner, created_at, document_id);

CREATE TABLE chunks (
  document_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  chunk_index INTEGER NOT NULL,
  text TEXT NOT NULL,
  page INTEGER NOT NULL,
  heading TEXT NOT NULL,
  start_offset INTEGER NOT NULL,
  end_offset INTEGER NOT NULL,
  token_count INTEGER NOT NULL,
  url TEXT NOT NULL,
  first_window INTEGER NOT NULL,
  last_window INTEGER NOT NULL,
  PRIMARY KEY (document_id, version, chunk_index)
) STRICT;

CREATE TABLE windows (
  document_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  window_index INTEGER NOT NULL,
  vector BLOB NOT NULL,
  PRIMARY KEY (document_id, version, window_index)
) STRICT;

CREATE TABLE chat (
  conversation_id TEXT NOT NULL,
  turn_id TEXT NOT NULL,
  item_type TEXT NOT NULL,
  owner TEXT NOT NULL,
  operation_id TEXT NOT NULL,
  status TEXT,
  step TEXT,
  message TEXT,
  metadata TEXT,
  role TEXT,
  model_id TEXT,
  latency_ms INTEGER,
  user_id TEXT,
  title TEXT,
  message_count INTEGER,
  created_at TEXT NOT NULL,
  updated_at TEXT,
  timestamp INTEGER NOT NULL,
  ttl INTEGER,
  PRIMARY KEY (conversation_id, turn_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX chat_by_user ON chat (owner, user_id, updated_at, conversation_id)
  WHERE item_type = 'conversation';
CREATE INDEX chat_expiring ON chat (ttl) WHERE ttl IS NOT NULL;

CREATE TABLE probes (id INTEGER PRIMARY KEY, count INTEGER NOT NULL) STRICT;
INSERT INTO probes VALUES (1, 0);
)sql";

// An operation of somebody else's pipeline carries its plan, and the ids its worker gave to
// reports.
constexpr const char* kReports = R"sql(
ALTER TABLE operations ADD COLUMN plan TEXT;

CREATE TABLE reports (
  operation_id TEXT NOT NULL,
  report_id TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  PRIMARY KEY (operation_id, report_id)
) STRICT, WITHOUT ROWID;
)sql";

// Times in microseconds since 1970. `expires_at` is set once a delivery has ended.
constexpr const char* kWebhooks = R"sql(
CREATE TABLE webhooks (
  owner TEXT NOT NULL,
  name TEXT NOT NULL,
  url TEXT NOT NULL,
  events TEXT NOT NULL,
  secret TEXT NOT NULL,
  enabled INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (owner, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE deliveries (
  owner TEXT NOT NULL,
  webhook TEXT NOT NULL,
  id TEXT NOT NULL,
  operation_id TEXT NOT NULL,
  type TEXT NOT NULL,
  body TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  last_status INTEGER NOT NULL,
  last_error TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  next_attempt_at INTEGER NOT NULL,
  expires_at INTEGER,
  PRIMARY KEY (owner, webhook, id)
) STRICT;
CREATE INDEX deliveries_log ON deliveries (owner, webhook, created_at, id);
CREATE INDEX deliveries_pending ON deliveries (owner, webhook, next_attempt_at)
  WHERE state = 'pending';
CREATE INDEX deliveries_expiring ON deliveries (expires_at) WHERE expires_at IS NOT NULL;
)sql";

constexpr const char* kIdempotencyKeys = R"sql(
CREATE TABLE idempotency_keys (
  owner TEXT NOT NULL,
  route TEXT NOT NULL,
  key TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  http_status INTEGER NOT NULL,
  body TEXT NOT NULL,
  location TEXT NOT NULL,
  operation_id TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (owner, route, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_keys_expiring ON idempotency_keys (expires_at);
)sql";

constexpr const char* kWindowsHash = R"sql(
ALTER TABLE documents ADD COLUMN windows_hash TEXT NOT NULL DEFAULT '';
CREATE INDEX documents_by_windows ON documents (owner, windows_hash) WHERE windows_hash <> '';
)sql";

// What the steps of past operations cost: status/step_cost.h says what the sums mean.
constexpr const char* kStepCosts = R"sql(
CREATE TABLE step_costs (
  kind TEXT NOT NULL,
  variety TEXT NOT NULL,
  step TEXT NOT NULL,
  samples INTEGER NOT NULL,
  weight REAL NOT NULL,
  units_per_size REAL NOT NULL,
  ones REAL NOT NULL,
  units REAL NOT NULL,
  units_squared REAL NOT NULL,
  seconds REAL NOT NULL,
  units_by_seconds REAL NOT NULL,
  PRIMARY KEY (kind, variety, step)
) STRICT, WITHOUT ROWID;
)sql";

// What began lately, retries included, and what is open, each of one owner. When the attempts
// before began is by attempt, in microseconds since 1970.
constexpr const char* kBegun = R"sql(
ALTER TABLE operations ADD COLUMN content_bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE operations ADD COLUMN earlier_starts TEXT;
CREATE INDEX operations_begun ON operations (owner, started_at, id);
DROP INDEX operations_open;
CREATE INDEX operations_open ON operations (owner, created_at, id) WHERE outcome = 'processing';
)sql";

// What a crawl knows of a site, and the text of its pages while they are worked at.
constexpr const char* kPages = R"sql(
ALTER TABLE documents ADD COLUMN crawl_depth INTEGER NOT NULL DEFAULT 0;
ALTER TABLE documents ADD COLUMN crawl_pages INTEGER NOT NULL DEFAULT 0;

CREATE TABLE pages (
  document_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  number INTEGER NOT NULL,
  url TEXT NOT NULL,
  depth INTEGER NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  duplicate_of TEXT NOT NULL,
  requested INTEGER NOT NULL,
  title TEXT NOT NULL,
  language TEXT NOT NULL,
  text_hash TEXT NOT NULL,
  fingerprint INTEGER NOT NULL,
  chunked INTEGER NOT NULL,
  first_chunk INTEGER NOT NULL,
  chunk_count INTEGER NOT NULL,
  first_window INTEGER NOT NULL,
  window_count INTEGER NOT NULL,
  token_count INTEGER NOT NULL,
  PRIMARY KEY (document_id, version, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE page_texts (
  document_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  number INTEGER NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (document_id, version, number)
) STRICT;
)sql";

constexpr Migration kMigrations[] = {{1, kVersion1},        {2, kReports},     {3, kWebhooks},
                                     {4, kIdempotencyKeys}, {5, kWindowsHash}, {6, kStepCosts},
                                     {7, kBegun},           {8, kPages}};

std::unexpected<Error> refuse(std::string message) {
  return fail(ErrorCode::kStorageUnavailable, std::move(message));
}

Result<void> require_own_database(Connection& connection) {
  auto application = connection.number("PRAGMA application_id");
  if (!application) return std::unexpected(std::move(application.error()));
  if (*application == kApplicationId) return {};
  auto tables = connection.number("SELECT count(*) FROM sqlite_schema");
  if (!tables) return std::unexpected(std::move(tables.error()));
  if (*tables == 0) return {};
  return refuse(
      "The database in the data folder is not one of Walrus. Choose another data folder.");
}

Result<void> take(Connection& connection, const Migration& step) {
  auto done = connection.execute(fmt::format(
      "BEGIN IMMEDIATE; {}; PRAGMA application_id = {}; PRAGMA user_version = {}; COMMIT;",
      step.sql, kApplicationId, step.version));
  // Where BEGIN itself failed there is nothing to roll back.
  if (!done) std::ignore = connection.execute("ROLLBACK");
  return done;
}

}  // namespace

std::span<const Migration> migrations() {
  return kMigrations;
}

Result<void> migrate(Connection& connection, std::span<const Migration> steps) {
  auto own = require_own_database(connection);
  if (!own) return own;
  auto version = connection.number("PRAGMA user_version");
  if (!version) return std::unexpected(std::move(version.error()));
  if (*version > steps.back().version) {
    return refuse(
        fmt::format("The data folder was written by a newer Walrus (schema {}, this one knows {}). "
                    "Run that one, or restore an older backup.",
                    *version, steps.back().version));
  }
  for (const Migration& step : steps) {
    if (step.version <= *version) continue;
    auto done = take(connection, step);
    if (!done) return done;
  }
  return {};
}

}  // namespace walrus::store::sqlite
