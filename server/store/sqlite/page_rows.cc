#include "store/sqlite/page_rows.h"

#include "store/sqlite/document_rows.h"
#include "store/sqlite/rows.h"

namespace walrus::store::sqlite {

namespace {

#define PAGE_COLUMNS                                                                          \
  "document_id, version, number, url, depth, state, reason, duplicate_of, requested, title, " \
  "language, text_hash, fingerprint, chunked, first_chunk, chunk_count, first_window, "       \
  "window_count, token_count"

PageRecord read_record(Statement& row) {
  PageRecord page;
  page.document_id = row.text();
  page.version = row.small_integer();
  page.number = row.small_integer();
  page.url = row.text();
  page.depth = row.small_integer();
  page.state = row.known(page_state_from_name(row.text()));
  page.reason = row.text();
  page.duplicate_of = row.text();
  page.requested = row.flag();
  page.title = row.text();
  page.language = row.text();
  page.text_hash = row.text();
  page.fingerprint = row.unsigned_integer();
  page.chunked = row.flag();
  page.first_chunk = row.small_integer();
  page.chunk_count = row.small_integer();
  page.first_window = row.small_integer();
  page.window_count = row.small_integer();
  page.token_count = row.integer();
  return page;
}

Result<void> put_page(Connection& connection, const PageRecord& page) {
  return done(connection.run("INSERT OR REPLACE INTO pages (" PAGE_COLUMNS
                             ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, "
                             "?14, ?15, ?16, ?17, ?18, ?19)",
                             page.document_id, page.version, page.number, page.url, page.depth,
                             name_of(page.state), page.reason, page.duplicate_of, page.requested,
                             page.title, page.language, page.text_hash, page.fingerprint,
                             page.chunked, page.first_chunk, page.chunk_count, page.first_window,
                             page.window_count, page.token_count));
}

}  // namespace

Result<void> apply(Connection& connection, const PutPages& put, TimePoint) {
  if (put.pages.empty()) return {};
  auto there = require_document(connection, put.pages.front().document_id);
  if (!there) return there;
  for (const PageRecord& page : put.pages) {
    auto written = put_page(connection, page);
    if (!written) return written;
  }
  return {};
}

Result<void> apply(Connection& connection, const PutPageText& put, TimePoint) {
  auto there = require_document(connection, put.document_id);
  if (!there) return there;
  return done(
      connection.run("INSERT OR REPLACE INTO page_texts (document_id, version, number, text) "
                     "VALUES (?1, ?2, ?3, ?4)",
                     put.document_id, put.version, put.number, put.text));
}

Result<void> apply(Connection& connection, const DeletePages& remove, TimePoint) {
  auto removed = done(connection.run("DELETE FROM pages WHERE document_id = ?1 AND version = ?2",
                                     remove.document_id, remove.version));
  if (!removed) return removed;
  return done(connection.run("DELETE FROM page_texts WHERE document_id = ?1 AND version = ?2",
                             remove.document_id, remove.version));
}

Result<Listing<PageRecord>> read_pages(Connection& connection, const std::string& document_id,
                                       int version, const Page& page) {
  auto after = decode_index(page.after);
  if (!after) return std::unexpected(std::move(after.error()));
  auto rows = read_all(connection.query("SELECT " PAGE_COLUMNS
                                        " FROM pages WHERE document_id = ?1 AND version = ?2 AND "
                                        "number > ?3 ORDER BY number LIMIT ?4",
                                        document_id, version, *after, page.limit + 1),
                       read_record);
  return page_of(std::move(rows), page.limit,
                 [](const PageRecord& last) { return encode_index(last.number); });
}

Result<std::optional<std::string>> read_page_text(Connection& connection,
                                                  const std::string& document_id, int version,
                                                  int number) {
  return read_one(connection.query("SELECT text FROM page_texts WHERE document_id = ?1 AND "
                                   "version = ?2 AND number = ?3",
                                   document_id, version, number),
                  [](Statement& row) { return row.text(); });
}

}  // namespace walrus::store::sqlite
