#include "pipelines/reconcile.h"

#include <algorithm>
#include <map>

#include "pipelines/indexing.h"

namespace walrus::pipelines {

namespace {

constexpr std::chrono::hours kFailedOriginalLife{24};

// Builds one version of the index from what the tables hold.
Task<Result<void>> rebuild(UploadParts& parts, store::DocumentVersion wanted) {
  auto document = co_await parts.store.document(wanted.owner, wanted.document_id);
  if (!document) co_return std::unexpected(document.error());
  if (!*document) co_return Result<void>();
  (*document)->embedder = wanted.embedder;
  auto added = co_await index_version(parts.store, parts.index, parts.workers,
                                      std::move(**document), wanted.active_version, {});
  if (!added) co_return added;
  auto show = [&parts, &wanted] {
    return parts.index.activate(wanted.owner, wanted.document_id, wanted.active_version);
  };
  co_return co_await offload(parts.workers, show);
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

// Whether the newest version failed so long ago that it is not retried any more, or is at work.
bool may_be_abandoned(const auto& document, TimePoint now) {
  bool finished = document.latest_version == document.active_version;
  return !finished && document.updated_at <= now - kFailedOriginalLife;
}

Task<Result<void>> remove_failed_versions(UploadParts& parts, store::DocumentRecord document) {
  auto remove_files = [&parts, &document] {
    for (int version = document.active_version + 1; version <= document.latest_version; ++version) {
      parts.blobs.remove(original_blob(document.id, version));
      parts.blobs.remove(text_blob(document.id, version));
    }
  };
  co_await offload(parts.workers, remove_files);
  store::WriteBatch rows;
  for (int version = document.active_version + 1; version <= document.latest_version; ++version) {
    auto windows = co_await parts.store.window_count(document.id, version);
    if (!windows) co_return std::unexpected(windows.error());
    auto pages = co_await parts.store.pages(document.id, version, {.limit = 1, .after = {}});
    if (!pages) co_return std::unexpected(pages.error());
    bool has_pages = !pages->records.empty();
    if (*windows > 0 || has_pages) {
      rows.mutations.push_back(store::DeleteVersion{document.id, version});
    }
    if (has_pages) rows.mutations.push_back(store::DeletePages{document.id, version});
  }
  if (rows.mutations.empty()) co_return Result<void>();
  co_return co_await parts.store.commit(std::move(rows));
}

// Looked at once nobody else can change it: a retry may have begun since, or begin meanwhile.
Task<Result<void>> remove_if_abandoned(UploadParts& parts, Claims& claims,
                                       store::DocumentVersion listed) {
  Claims::Claim claim = claims.take({listed.owner, listed.document_id});
  if (!claim) co_return Result<void>();
  auto document = co_await parts.store.document(listed.owner, listed.document_id);
  if (!document) co_return std::unexpected(document.error());
  Loop& home = co_await home_loop();
  if (!*document || !may_be_abandoned(**document, home.clock().now())) co_return Result<void>();
  auto latest = co_await parts.store.operation(listed.owner, (*document)->operation_id);
  if (!latest) co_return std::unexpected(latest.error());
  bool at_work = *latest && (*latest)->state.outcome == status::Outcome::kProcessing;
  if (at_work) co_return Result<void>();
  co_return co_await remove_failed_versions(parts, std::move(**document));
}

}  // namespace

Task<Result<void>> remove_expired(UploadParts& parts, Claims& claims) {
  constexpr int kBatch = 1000;
  for (;;) {
    auto removed = co_await parts.store.remove_expired(kBatch);
    if (!removed) co_return std::unexpected(removed.error());
    if (*removed == 0) break;
  }
  auto documents = co_await parts.store.document_versions();
  if (!documents) co_return std::unexpected(documents.error());
  Loop& home = co_await home_loop();
  for (const store::DocumentVersion& document : *documents) {
    if (!may_be_abandoned(document, home.clock().now())) continue;
    Result<void> gone = co_await remove_if_abandoned(parts, claims, document);
    if (!gone) co_return gone;
  }
  co_return Result<void>();
}

}  // namespace walrus::pipelines
