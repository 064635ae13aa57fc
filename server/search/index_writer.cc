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

std::unexpected<Error> misfit(std::string what) {
  return fail(ErrorCode::kInternal, "Something went wrong on our side.",
              "search index: " + std::move(what));
}

// Takes the numbers of all its chunks and windows, which lie side by side whatever else is added
// meanwhile.
void begin_version(Connection& connection, const IndexedVersion& version, const IndexPiece& whole) {
  remove_version_of(connection, version.document_id, version.version);
  std::int64_t partition = partition_of(connection, version.owner);
  std::int64_t first_chunk = 0;
  std::int64_t first_window = 0;
  if (Statement row = connection.query("SELECT chunk, window FROM next_ids"); row.step()) {
    first_chunk = row.integer(0);
    first_window = row.integer(1);
  }
  connection.run("UPDATE next_ids SET chunk = chunk + ?, window = window + ?", whole.entries,
                 whole.windows);
  connection.run(
      "INSERT INTO versions (partition, document_id, version, language, embedder, dimensions, "
      "first_chunk, chunk_count, first_window, window_count) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      partition, version.document_id, version.version, version.language, version.embedder,
      version.dimensions, first_chunk, whole.entries, first_window, whole.windows);
}

}  // namespace

Result<PreparedVersion> prepare_version(const IndexedVersion& version) {
  PreparedVersion prepared;
  auto dimensions = static_cast<std::size_t>(std::max(0, version.dimensions));
  std::size_t rows = dimensions > 0 ? version.vectors.size() / dimensions : 0;
  if (rows * dimensions != (dimensions > 0 ? version.vectors.size() : 0)) {
    return misfit("the vectors are not rows of their dimensions");
  }
  IndexPiece all{.entries = std::ssize(version.entries),
                 .windows = static_cast<std::int64_t>(rows)};
  prepared.piece = version.piece.value_or(all);
  const IndexPiece& piece = prepared.piece;
  bool fits = piece.first_entry + std::ssize(version.entries) <= piece.entries &&
              piece.first_window + static_cast<std::int64_t>(rows) <= piece.windows;
  if (!fits) return misfit("a piece is larger than its whole");
  for (const IndexEntry& entry : version.entries) {
    if (version.stop.stop_requested()) return fail(ErrorCode::kCancelled, "The work was stopped.");
    static const std::vector<int> kNone;
    const std::vector<int>& windows = dimensions > 0 ? entry.windows : kNone;
    if (!fit(windows, piece.windows)) return misfit("an entry has a window without a vector");
    ChunkTerms terms{join(text::index_terms(entry.title, version.language)),
                     join(text::index_terms(entry.text, version.language))};
    prepared.terms.push_back(compress_terms(terms));
    prepared.windows.push_back(pack_windows(windows));
  }
  return prepared;
}

bool write_version(Connection& connection, const IndexedVersion& version,
                   const PreparedVersion& prepared) {
  const IndexPiece& piece = prepared.piece;
  if (piece.first_entry == 0) begin_version(connection, version, piece);
  std::vector<StoredVersion> known = versions_of(connection, version.document_id);
  auto place = std::ranges::find(known, version.version, &StoredVersion::version);
  if (place == known.end()) return false;
  std::int64_t chunk = place->first_chunk + piece.first_entry;
  for (std::size_t i = 0; i < prepared.terms.size(); ++i, ++chunk) {
    connection.run("INSERT INTO chunks VALUES (?, ?, ?)", chunk, place->id,
                   bytes_of(prepared.windows[i]));
    connection.run("INSERT INTO terms VALUES (?, ?)", chunk, bytes_of(prepared.terms[i]));
  }
  if (version.dimensions > 0 && !version.vectors.empty()) {
    add_vectors(connection, place->first_window + piece.first_window, version.vectors,
                version.dimensions);
  }
  return true;
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
