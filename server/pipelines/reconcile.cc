#include "pipelines/reconcile.h"

#include <algorithm>
#include <map>

namespace walrus::pipelines {

namespace {

constexpr std::chrono::hours kFailedOriginalLife{24};

struct VersionKey {
  std::string document_id;
  int version;
  auto operator<=>(const VersionKey&) const = default;
};

Task<Result<std::vector<store::ChunkRecord>>> all_chunks(store::Store& store,
                                                         std::string document_id, int version) {
  std::vector<store::ChunkRecord> chunks;
  store::Page page{.limit = 100, .after = {}};
  do {
    auto listing = co_await store.chunks(document_id, version, page);
    if (!listing) co_return std::unexpected(listing.error());
    std::ranges::move(listing->records, std::back_inserter(chunks));
    page.after = listing->next;
  } while (!page.after.empty());
  co_return chunks;
}

// Builds one version of the index from what the tables hold.
Task<Result<void>> rebuild(UploadParts& parts, store::DocumentVersion wanted) {
  auto document = co_await parts.store.document(wanted.owner, wanted.document_id);
  if (!document) co_return std::unexpected(document.error());
  if (!*document) co_return Result<void>();
  auto chunks = co_await all_chunks(parts.store, wanted.document_id, wanted.active_version);
  if (!chunks) co_return std::unexpected(chunks.error());
  int count = chunks->empty() ? 0 : chunks->back().last_window;
  auto windows = co_await parts.store.windows(wanted.document_id, wanted.active_version, 0, count);
  if (!windows) co_return std::unexpected(windows.error());

  search::IndexedVersion version{.owner = wanted.owner,
                                 .document_id = wanted.document_id,
                                 .version = wanted.active_version,
                                 .language = (*document)->language,
                                 .embedder = wanted.embedder,
                                 .dimensions = windows->dimensions,
                                 .vectors = windows->vectors,
                                 .entries = {}};
  for (const store::ChunkRecord& chunk : *chunks) {
    search::IndexEntry entry;
    entry.title = (*document)->filename + " " + chunk.heading;
    entry.text = chunk.text;
    for (int i = chunk.first_window; i < chunk.last_window; ++i) entry.windows.push_back(i);
    version.entries.push_back(std::move(entry));
  }
  auto build = [&parts, &version]() -> Result<void> {
    auto added = parts.index.add(version);
    if (!added) return added;
    return parts.index.activate(version.owner, version.document_id, version.version);
  };
  co_return co_await offload(parts.workers, build);
}

Task<Result<void>> reconcile_index(UploadParts& parts,
                                   std::vector<store::DocumentVersion> documents,
                                   std::set<std::string> unfinished) {
  std::map<std::string, store::DocumentVersion> wanted;
  for (store::DocumentVersion& document : documents) {
    if (document.active_version > 0) wanted.emplace(document.document_id, document);
  }
  auto list = [&parts] { return parts.index.versions(); };
  auto indexed = co_await offload(parts.workers, list);
  if (!indexed) co_return std::unexpected(indexed.error());
  std::vector<search::SearchIndex::Version> surplus;
  for (search::SearchIndex::Version& version : *indexed) {
    auto found = wanted.find(version.document_id);
    bool right = found != wanted.end() && found->second.active_version == version.version;
    if (right && version.active) {
      wanted.erase(found);
    } else if (version.active || !unfinished.contains(version.document_id)) {
      surplus.push_back(std::move(version));
    }
  }
  auto remove = [&parts, &surplus]() -> Result<void> {
    for (const auto& version : surplus) {
      auto removed = parts.index.remove_version(version.document_id, version.version);
      if (!removed) return removed;
    }
    return {};
  };
  Result<void> removed = co_await offload(parts.workers, remove);
  if (!removed) co_return removed;
  for (auto& [id, version] : wanted) {
    Result<void> rebuilt = co_await rebuild(parts, version);
    if (!rebuilt) co_return rebuilt;
  }
  if (!wanted.empty() || !surplus.empty()) {
    parts.log.info("search index mended", {{"built", wanted.size()}, {"removed", surplus.size()}});
  }
  co_return Result<void>();
}

}  // namespace

Task<Result<void>> reconcile(UploadParts& parts,
                             std::vector<store::OperationRecord> open_operations) {
  auto documents = co_await parts.store.document_versions();
  if (!documents) co_return std::unexpected(documents.error());
  std::set<std::string> unfinished;
  for (const store::OperationRecord& record : open_operations) {
    unfinished.insert(record.state.operation.document_id);
  }
  std::set<std::string> wanted_blobs;
  for (const store::DocumentVersion& document : *documents) {
    for (int version = 1; version <= document.latest_version; ++version) {
      wanted_blobs.insert(original_blob(document.document_id, version));
      wanted_blobs.insert(text_blob(document.document_id, version));
    }
  }
  auto sweep = [&parts, &wanted_blobs] { parts.blobs.sweep(wanted_blobs); };
  co_await offload(parts.workers, sweep);
  co_return co_await reconcile_index(parts, std::move(*documents), std::move(unfinished));
}

std::vector<store::DocumentVersion> made_by_another_embedder(
    const std::vector<store::DocumentVersion>& documents, const std::string& identity) {
  std::vector<store::DocumentVersion> outdated;
  for (const store::DocumentVersion& document : documents) {
    if (document.active_version > 0 && document.embedder != identity) outdated.push_back(document);
  }
  return outdated;
}

namespace {

// Whose newest version failed so long ago that it is not retried any more.
Task<Result<std::vector<store::DocumentVersion>>> abandoned_documents(store::Store& store) {
  auto documents = co_await store.document_versions();
  if (!documents) co_return std::unexpected(documents.error());
  auto open = co_await store.open_operations();
  if (!open) co_return std::unexpected(open.error());
  std::set<std::string> at_work;
  for (const store::OperationRecord& record : *open)
    at_work.insert(record.state.operation.document_id);
  Loop& home = co_await home_loop();
  TimePoint long_ago = home.clock().now() - kFailedOriginalLife;
  std::erase_if(*documents, [&](const store::DocumentVersion& document) {
    bool finished = document.latest_version == document.active_version;
    return finished || document.updated_at > long_ago || at_work.contains(document.document_id);
  });
  co_return documents;
}

Task<Result<void>> remove_abandoned(UploadParts& parts, store::DocumentVersion document) {
  auto remove_files = [&parts, &document] {
    for (int version = document.active_version + 1; version <= document.latest_version; ++version) {
      parts.blobs.remove(original_blob(document.document_id, version));
      parts.blobs.remove(text_blob(document.document_id, version));
    }
  };
  co_await offload(parts.workers, remove_files);
  store::WriteBatch rows;
  for (int version = document.active_version + 1; version <= document.latest_version; ++version) {
    auto windows = co_await parts.store.window_count(document.document_id, version);
    if (!windows) co_return std::unexpected(windows.error());
    if (*windows > 0) rows.mutations.push_back(store::DeleteVersion{document.document_id, version});
  }
  if (rows.mutations.empty()) co_return Result<void>();
  co_return co_await parts.store.commit(std::move(rows));
}

}  // namespace

Task<Result<void>> remove_expired(UploadParts& parts) {
  constexpr int kBatch = 1000;
  for (;;) {
    auto removed = co_await parts.store.remove_expired(kBatch);
    if (!removed) co_return std::unexpected(removed.error());
    if (*removed == 0) break;
  }
  auto abandoned = co_await abandoned_documents(parts.store);
  if (!abandoned) co_return std::unexpected(abandoned.error());
  for (const store::DocumentVersion& document : *abandoned) {
    Result<void> gone = co_await remove_abandoned(parts, document);
    if (!gone) co_return gone;
  }
  co_return Result<void>();
}

}  // namespace walrus::pipelines
