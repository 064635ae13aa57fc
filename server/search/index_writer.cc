#include "search/index_writer.h"

#include <algorithm>
#include <cstring>
#include <iterator>

#include "search/keyword_index.h"
#include "search/vector_index.h"
#include "text/terms.h"

namespace walrus::search {
namespace {

struct StoredVersion {
  std::int64_t id;
  std::int64_t partition;
  int version;
  bool active;
  std::string language;
  std::int64_t first_chunk;
  std::int64_t chunk_count;
  std::int64_t first_window;
  std::int64_t window_count;

  ChunkRange chunks() const { return {first_chunk, first_chunk + chunk_count - 1}; }
};

std::vector<StoredVersion> versions_of(Connection& connection, std::string_view document_id) {
  std::vector<StoredVersion> versions;
  Statement rows = connection.query(
      "SELECT id, partition, version, active, language, first_chunk, chunk_count, first_window, "
      "window_count FROM versions WHERE document_id = ?",
      document_id);
  while (rows.step()) {
    versions.push_back({.id = rows.integer(0),
                        .partition = rows.integer(1),
                        .version = static_cast<int>(rows.integer(2)),
                        .active = rows.integer(3) != 0,
                        .language = std::string(rows.text(4)),
                        .first_chunk = rows.integer(5),
                        .chunk_count = rows.integer(6),
                        .first_window = rows.integer(7),
                        .window_count = rows.integer(8)});
  }
  return versions;
}

// 0 where the owner has none.
std::int64_t find_partition(Connection& connection, std::string_view owner) {
  Statement row = connection.query("SELECT partition FROM owners WHERE owner = ?", owner);
  return row.step() ? row.integer(0) : 0;
}

std::int64_t partition_of(Connection& connection, std::string_view owner) {
  if (std::int64_t found = find_partition(connection, owner); found != 0) return found;
  connection.run("INSERT INTO owners (owner) VALUES (?)", owner);
  std::int64_t made = find_partition(connection, owner);
  create_keyword_table(connection, made);
  return made;
}

std::int64_t active_chunks(Connection& connection, std::int64_t partition) {
  Statement row = connection.query("SELECT chunks FROM owners WHERE partition = ?", partition);
  return row.step() ? row.integer(0) : 0;
}

void count_chunks(Connection& connection, const StoredVersion& version, std::int64_t change) {
  connection.run("UPDATE owners SET chunks = chunks + ? WHERE partition = ?", change,
                 version.partition);
  connection.run(
      "INSERT INTO languages VALUES (?, ?, ?) "
      "ON CONFLICT DO UPDATE SET chunks = chunks + excluded.chunks",
      version.partition, version.language, change);
  connection.run("DELETE FROM languages WHERE partition = ? AND chunks <= 0", version.partition);
}

void show(Connection& connection, const StoredVersion& version) {
  add_keywords(connection, version.partition, version.chunks());
  connection.run("UPDATE versions SET active = 1 WHERE id = ?", version.id);
  count_chunks(connection, version, version.chunk_count);
}

void hide(Connection& connection, const StoredVersion& version) {
  if (active_chunks(connection, version.partition) == version.chunk_count) {
    clear_keywords(connection, version.partition);
  } else {
    remove_keywords(connection, version.partition, version.chunks());
  }
  connection.run("UPDATE versions SET active = 0 WHERE id = ?", version.id);
  count_chunks(connection, version, -version.chunk_count);
}

void erase(Connection& connection, const StoredVersion& version) {
  if (version.active) hide(connection, version);
  ChunkRange chunks = version.chunks();
  connection.run("DELETE FROM chunks WHERE id BETWEEN ? AND ?", chunks.first, chunks.last);
  connection.run("DELETE FROM terms WHERE id BETWEEN ? AND ?", chunks.first, chunks.last);
  remove_vectors(connection, version.first_window, version.window_count);
  connection.run("DELETE FROM versions WHERE id = ?", version.id);
}

std::string join(const std::vector<std::string>& terms) {
  std::string joined;
  for (const std::string& term : terms) {
    if (!joined.empty()) joined += ' ';
    joined += term;
  }
  return joined;
}

std::string pack_windows(const std::vector<int>& windows) {
  std::vector<std::uint32_t> offsets(windows.begin(), windows.end());
  std::ranges::sort(offsets);
  offsets.erase(std::unique(offsets.begin(), offsets.end()), offsets.end());
  std::string packed(offsets.size() * sizeof(std::uint32_t), '\0');
  if (!offsets.empty()) std::memcpy(packed.data(), offsets.data(), packed.size());
  return packed;
}

bool fit(const std::vector<int>& windows, std::int64_t count) {
  return std::ranges::all_of(windows, [&](int window) { return window >= 0 && window < count; });
}

Blob bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

}  // namespace

Result<PreparedVersion> prepare_version(const IndexedVersion& version) {
  PreparedVersion prepared;
  auto dimensions = static_cast<std::size_t>(std::max(0, version.dimensions));
  if (dimensions > 0) {
    prepared.window_count = static_cast<std::int64_t>(version.vectors.size() / dimensions);
    if (version.vectors.size() % dimensions != 0) {
      return fail(ErrorCode::kInternal, "Something went wrong on our side.",
                  "search index: the vectors are not rows of their dimensions");
    }
  }
  for (const IndexEntry& entry : version.entries) {
    if (version.stop.stop_requested()) return fail(ErrorCode::kCancelled, "The work was stopped.");
    static const std::vector<int> kNone;
    const std::vector<int>& windows = dimensions > 0 ? entry.windows : kNone;
    if (!fit(windows, prepared.window_count)) {
      return fail(ErrorCode::kInternal, "Something went wrong on our side.",
                  "search index: an entry has a window without a vector");
    }
    ChunkTerms terms{join(text::index_terms(entry.title, version.language)),
                     join(text::index_terms(entry.text, version.language))};
    prepared.terms.push_back(compress_terms(terms));
    prepared.windows.push_back(pack_windows(windows));
  }
  return prepared;
}

void write_version(Connection& connection, const IndexedVersion& version,
                   const PreparedVersion& prepared) {
  remove_version_of(connection, version.document_id, version.version);
  std::int64_t partition = partition_of(connection, version.owner);
  auto chunk_count = static_cast<std::int64_t>(prepared.terms.size());
  std::int64_t first_chunk = 0;
  std::int64_t first_window = 0;
  if (Statement row = connection.query("SELECT chunk, window FROM next_ids"); row.step()) {
    first_chunk = row.integer(0);
    first_window = row.integer(1);
  }
  connection.run("UPDATE next_ids SET chunk = chunk + ?, window = window + ?", chunk_count,
                 prepared.window_count);
  connection.run(
      "INSERT INTO versions (partition, document_id, version, language, embedder, dimensions, "
      "first_chunk, chunk_count, first_window, window_count) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      partition, version.document_id, version.version, version.language, version.embedder,
      version.dimensions, first_chunk, chunk_count, first_window, prepared.window_count);
  std::int64_t id = 0;
  if (Statement row = connection.query("SELECT last_insert_rowid()"); row.step()) {
    id = row.integer(0);
  }
  for (std::int64_t i = 0; i < chunk_count; ++i) {
    auto place = static_cast<std::size_t>(i);
    connection.run("INSERT INTO chunks VALUES (?, ?, ?)", first_chunk + i, id,
                   bytes_of(prepared.windows[place]));
    connection.run("INSERT INTO terms VALUES (?, ?)", first_chunk + i,
                   bytes_of(prepared.terms[place]));
  }
  if (prepared.window_count > 0) {
    add_vectors(connection, first_window, version.vectors, version.dimensions);
  }
}

bool activate_version(Connection& connection, std::string_view owner, std::string_view document_id,
                      int version) {
  std::int64_t partition = find_partition(connection, owner);
  std::vector<StoredVersion> known = versions_of(connection, document_id);
  auto wanted = std::ranges::find_if(known, [&](const StoredVersion& one) {
    return one.version == version && one.partition == partition;
  });
  if (wanted == known.end()) return false;
  if (!wanted->active) show(connection, *wanted);
  for (const StoredVersion& other : known) {
    if (other.id == wanted->id) continue;
    if (other.version < version) {
      erase(connection, other);
    } else if (other.active) {
      hide(connection, other);
    }
  }
  return true;
}

void remove_document(Connection& connection, std::string_view document_id) {
  for (const StoredVersion& version : versions_of(connection, document_id)) {
    erase(connection, version);
  }
}

void remove_version_of(Connection& connection, std::string_view document_id, int version) {
  for (const StoredVersion& known : versions_of(connection, document_id)) {
    if (known.version == version) erase(connection, known);
  }
}

}  // namespace walrus::search
