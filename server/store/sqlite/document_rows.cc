#include "store/sqlite/document_rows.h"

#include "base/time_format.h"
#include "store/batch.h"
#include "store/sqlite/rows.h"

namespace walrus::store::sqlite {

namespace {

#define DOCUMENT_COLUMNS                                                                    \
  "document_id, owner, document_type, filename, file_type, content_type, url, created_at, " \
  "updated_at, content_status, active_version, latest_version, chunk_count, total_tokens, " \
  "size, sha256, processing_time_ms, title, language, embedder, metadata, operation_id, "   \
  "sequence, original_version, crawl_depth, crawl_pages"
#define CHUNK_COLUMNS                                                                  \
  "document_id, version, chunk_index, text, page, heading, start_offset, end_offset, " \
  "token_count, url, first_window, last_window"

DocumentRecord read_record(Statement& row) {
  DocumentRecord record;
  record.id = row.text();
  record.owner = row.text();
  record.type = row.text();
  record.filename = row.text();
  record.file_type = row.text();
  record.content_type = row.text();
  record.url = row.text();
  record.created_at = row.known(parse_iso(row.text()));
  record.updated_at = row.known(parse_iso(row.text()));
  record.content_status = row.text();
  record.active_version = row.small_integer();
  record.latest_version = row.small_integer();
  record.chunk_count = row.integer();
  record.total_tokens = row.integer();
  record.size = row.integer();
  record.sha256 = row.text();
  record.processing_time_ms = row.integer();
  record.title = row.text();
  record.language = row.text();
  record.embedder = row.text();
  record.metadata = row.object();
  record.operation_id = row.text();
  record.sequence = row.unsigned_integer();
  record.original_version = row.small_integer();
  record.crawl_depth = row.small_integer();
  record.crawl_pages = row.small_integer();
  return record;
}

ChunkRecord read_chunk_record(Statement& row) {
  ChunkRecord record;
  record.document_id = row.text();
  record.version = row.small_integer();
  record.index = row.small_integer();
  record.text = row.text();
  record.page = row.small_integer();
  record.heading = row.text();
  record.start = row.integer();
  record.end = row.integer();
  record.token_count = row.integer();
  record.url = row.text();
  record.first_window = row.small_integer();
  record.last_window = row.small_integer();
  return record;
}

// A document that is put after its operation shows the operation's state, too.
Result<void> mirror_stored_state(Connection& connection, const std::string& document_id) {
  return done(connection.run(
      "UPDATE documents SET processing_status = o.outcome, processing_step = o.step, "
      "status_message = o.message, progress_percentage = o.percent, status_metadata = o.metadata, "
      "sequence = max(documents.sequence, o.sequence) FROM operations o "
      "WHERE documents.document_id = ?1 AND o.id = documents.operation_id",
      document_id));
}

Result<void> put_chunk(Connection& connection, const ChunkRecord& chunk) {
  return done(connection.run("INSERT OR REPLACE INTO chunks (" CHUNK_COLUMNS
                             ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
                             chunk.document_id, chunk.version, chunk.index, chunk.text, chunk.page,
                             chunk.heading, chunk.start, chunk.end, chunk.token_count, chunk.url,
                             chunk.first_window, chunk.last_window));
}

}  // namespace

Result<void> require_document(Connection& connection, const std::string& id) {
  auto found = read_one(connection.query("SELECT 1 FROM documents WHERE document_id = ?1", id),
                        [](Statement& row) { return row.flag(); });
  if (!found) return std::unexpected(std::move(found.error()));
  if (!*found) return document_missing();
  return {};
}

Result<void> apply(Connection& connection, const PutDocument& put, TimePoint) {
  const DocumentRecord& record = put.record;
  auto changes = connection.run(
      "INSERT INTO documents (" DOCUMENT_COLUMNS
      ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, "
      "?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, "
      "?25, ?26) "
      "ON CONFLICT DO UPDATE SET document_type = ?3, filename = ?4, file_type = ?5, "
      "content_type = ?6, url = ?7, created_at = ?8, updated_at = ?9, content_status = ?10, "
      "active_version = ?11, latest_version = ?12, chunk_count = ?13, total_tokens = ?14, "
      "size = ?15, sha256 = ?16, processing_time_ms = ?17, title = ?18, language = ?19, "
      "embedder = ?20, metadata = ?21, operation_id = ?22, sequence = max(sequence, ?23), "
      "original_version = ?24, crawl_depth = ?25, crawl_pages = ?26 "
      "WHERE owner = ?2 AND NOT ?27",
      record.id, record.owner, record.type, record.filename, record.file_type, record.content_type,
      record.url, iso_micros(record.created_at), iso_micros(record.updated_at),
      record.content_status, record.active_version, record.latest_version, record.chunk_count,
      record.total_tokens, record.size, record.sha256, record.processing_time_ms, record.title,
      record.language, record.embedder, record.metadata, record.operation_id, record.sequence,
      record.original_version, record.crawl_depth, record.crawl_pages, put.only_if_absent);
  auto written = require_change(std::move(changes), document_exists());
  if (!written) return written;
  return mirror_stored_state(connection, record.id);
}

Result<void> apply(Connection& connection, const DeleteDocument& remove, TimePoint) {
  auto removed = connection.run("DELETE FROM documents WHERE document_id = ?1 AND owner = ?2",
                                remove.document_id, remove.owner);
  if (!removed) return std::unexpected(std::move(removed.error()));
  if (*removed == 0) return {};
  for (std::string_view sql :
       {"DELETE FROM chunks WHERE document_id = ?1", "DELETE FROM windows WHERE document_id = ?1",
        "DELETE FROM pages WHERE document_id = ?1", "DELETE FROM page_texts WHERE document_id = ?1",
        "DELETE FROM events WHERE operation_id IN (SELECT id FROM operations WHERE "
        "document_id = ?1 AND document_id <> '')",
        "DELETE FROM operations WHERE document_id = ?1 AND document_id <> ''"}) {
    auto gone = done(connection.run(sql, remove.document_id));
    if (!gone) return gone;
  }
  return {};
}

Result<void> apply(Connection& connection, const PutChunks& put, TimePoint) {
  std::string_view checked;
  for (const ChunkRecord& chunk : put.chunks) {
    if (chunk.document_id != checked) {
      auto there = require_document(connection, chunk.document_id);
      if (!there) return there;
      checked = chunk.document_id;
    }
    auto written = put_chunk(connection, chunk);
    if (!written) return written;
  }
  return {};
}

Result<void> apply(Connection& connection, const PutWindows& put, TimePoint) {
  const WindowsRecord& windows = put.windows;
  auto there = require_document(connection, windows.document_id);
  if (!there || windows.dimensions <= 0) return there;
  auto size = static_cast<std::size_t>(windows.dimensions);
  std::span<const float> rest(windows.vectors);
  for (int index = windows.first; rest.size() >= size; ++index, rest = rest.subspan(size)) {
    auto written = done(connection.run(
        "INSERT OR REPLACE INTO windows (document_id, version, window_index, vector) "
        "VALUES (?1, ?2, ?3, ?4)",
        windows.document_id, windows.version, index, rest.first(size)));
    if (!written) return written;
  }
  return {};
}

Result<void> apply(Connection& connection, const DeleteVersion& remove, TimePoint) {
  for (std::string_view sql : {"DELETE FROM chunks WHERE document_id = ?1 AND version = ?2",
                               "DELETE FROM windows WHERE document_id = ?1 AND version = ?2"}) {
    auto gone = done(connection.run(sql, remove.document_id, remove.version));
    if (!gone) return gone;
  }
  return {};
}

Result<void> apply(Connection& connection, const DeleteChunks& remove, TimePoint) {
  return done(connection.run("DELETE FROM chunks WHERE document_id = ?1 AND version = ?2",
                             remove.document_id, remove.version));
}

Result<void> mirror_state(Connection& connection, const status::State& state) {
  if (state.operation.document_id.empty()) return {};
  return done(connection.run(
      "UPDATE documents SET processing_status = ?3, processing_step = ?4, status_message = ?5, "
      "progress_percentage = ?6, status_metadata = ?7, updated_at = ?8, "
      "sequence = max(sequence, ?9) WHERE document_id = ?1 AND operation_id = ?2",
      state.operation.document_id, state.operation.id, status::name_of(state.outcome),
      status::name_of(state.step), state.message, state.percent, state.metadata,
      iso_micros(state.updated_at), state.sequence));
}

Result<std::optional<DocumentRecord>> read_document(Connection& connection,
                                                    const std::string& owner,
                                                    const std::string& id) {
  return read_one(connection.query("SELECT " DOCUMENT_COLUMNS
                                   " FROM documents WHERE document_id = ?1 AND owner = ?2",
                                   id, owner),
                  read_record);
}

Result<Listing<DocumentRecord>> read_documents(Connection& connection, const std::string& owner,
                                               const std::string& type, const Page& page) {
  auto position = decode_position(page.after);
  if (!position) return std::unexpected(std::move(position.error()));
  // "~" sorts after every time.
  std::string before = *position ? iso_micros((*position)->at) : "~";
  std::string before_id = *position ? (*position)->id : "";
  auto rows = read_all(
      connection.query("SELECT " DOCUMENT_COLUMNS
                       " FROM documents WHERE owner = ?1 AND (created_at, document_id) < (?2, ?3) "
                       "AND ?4 IN ('', document_type) "
                       "ORDER BY created_at DESC, document_id DESC LIMIT ?5",
                       owner, before, before_id, type, page.limit + 1),
      read_record);
  return page_of(std::move(rows), page.limit, [](const DocumentRecord& last) {
    return encode_position({last.created_at, last.id});
  });
}

Result<std::vector<DocumentVersion>> read_document_versions(Connection& connection) {
  return read_all(connection.query("SELECT owner, document_id, active_version, latest_version, "
                                   "content_status, updated_at, embedder "
                                   "FROM documents ORDER BY document_id"),
                  [](Statement& row) {
                    DocumentVersion version;
                    version.owner = row.text();
                    version.document_id = row.text();
                    version.active_version = row.small_integer();
                    version.latest_version = row.small_integer();
                    version.content_status = row.text();
                    version.updated_at = row.known(parse_iso(row.text()));
                    version.embedder = row.text();
                    return version;
                  });
}

Result<Listing<ChunkRecord>> read_chunks(Connection& connection, const std::string& document_id,
                                         int version, const Page& page) {
  auto after = decode_index(page.after);
  if (!after) return std::unexpected(std::move(after.error()));
  auto rows = read_all(connection.query("SELECT " CHUNK_COLUMNS
                                        " FROM chunks WHERE document_id = ?1 AND version = ?2 AND "
                                        "chunk_index > ?3 ORDER BY chunk_index LIMIT ?4",
                                        document_id, version, *after, page.limit + 1),
                       read_chunk_record);
  return page_of(std::move(rows), page.limit,
                 [](const ChunkRecord& last) { return encode_index(last.index); });
}

Result<std::optional<ChunkRecord>> read_chunk(Connection& connection,
                                              const std::string& document_id, int version,
                                              int index) {
  return read_one(
      connection.query("SELECT " CHUNK_COLUMNS
                       " FROM chunks WHERE document_id = ?1 AND version = ?2 AND chunk_index = ?3",
                       document_id, version, index),
      read_chunk_record);
}

Result<WindowsRecord> read_windows(Connection& connection, const std::string& document_id,
                                   int version, int first, int count) {
  WindowsRecord windows{document_id, version, first, 0, {}};
  auto statement = connection.query(
      "SELECT window_index, vector FROM windows WHERE document_id = ?1 AND version = ?2 AND "
      "window_index >= ?3 ORDER BY window_index LIMIT ?4",
      document_id, version, first, count);
  if (!statement) return std::unexpected(std::move(statement.error()));
  for (int expected = first;; ++expected) {
    auto row = statement->step();
    if (!row) return std::unexpected(std::move(row.error()));
    if (!*row || statement->small_integer() != expected) return windows;
    auto dimensions = static_cast<int>(statement->append_vector(windows.vectors));
    if (windows.dimensions == 0) {
      windows.dimensions = dimensions;
      windows.vectors.reserve(static_cast<std::size_t>(dimensions) *
                              static_cast<std::size_t>(std::clamp(count, 1, 4096)));
    }
    if (dimensions != windows.dimensions) {
      return std::unexpected(storage_error(SQLITE_CORRUPT, "windows of different dimensions"));
    }
  }
}

Result<int> read_window_count(Connection& connection, const std::string& document_id, int version) {
  // The first index from 0 on that has no row: the number of rows where there is no hole, which the
  // key's index tells without a look at the vectors.
  auto found =
      read_one(connection.query(
                   "SELECT CASE WHEN count(*) = max(window_index) + 1 THEN count(*) ELSE ("
                   "SELECT min(g.place) FROM (SELECT window_index AS at, row_number() OVER ("
                   "ORDER BY window_index) - 1 AS place FROM windows WHERE document_id = ?1 AND "
                   "version = ?2) g WHERE g.at <> g.place) END "
                   "FROM windows WHERE document_id = ?1 AND version = ?2",
                   document_id, version),
               [](Statement& row) { return row.small_integer(); });
  if (!found) return std::unexpected(std::move(found.error()));
  return found->value_or(0);
}

}  // namespace walrus::store::sqlite
