#include "store/batch.h"
#include "store/cursor.h"
#include "store/memory/memory_store.h"

namespace walrus::store {

namespace memory {

namespace {

auto is_of(const std::string& document_id, int version) {
  return [&document_id, version](const auto& row) {
    return std::get<0>(row.first) == document_id && std::get<1>(row.first) == version;
  };
}

}  // namespace

Result<void> Writing::operator()(const PutPages& put) {
  for (const PageRecord& page : put.pages) {
    if (!tables_.documents.contains(page.document_id)) return document_missing();
    changes_.put(tables_.pages, {page.document_id, page.version, page.number}, page);
  }
  return {};
}

Result<void> Writing::operator()(const PutPageText& put) {
  if (!tables_.documents.contains(put.document_id)) return document_missing();
  changes_.put(tables_.page_texts, {put.document_id, put.version, put.number}, put.text);
  return {};
}

Result<void> Writing::operator()(const DeletePages& remove) {
  changes_.erase_while(tables_.pages, {remove.document_id, remove.version, 0},
                       is_of(remove.document_id, remove.version));
  changes_.erase_while(tables_.page_texts, {remove.document_id, remove.version, 0},
                       is_of(remove.document_id, remove.version));
  return {};
}

}  // namespace memory

Task<Result<Listing<PageRecord>>> MemoryStore::pages(std::string document_id, int version,
                                                     Page page) {
  auto after = decode_index(page.after);
  if (!after) co_return std::unexpected(std::move(after.error()));
  std::lock_guard lock(mutex_);
  Listing<PageRecord> listing;
  auto at = tables_.pages.upper_bound({document_id, version, *after});
  for (; at != tables_.pages.end(); ++at) {
    const PageRecord& record = at->second;
    if (record.document_id != document_id || record.version != version) break;
    if (listing.records.size() == static_cast<std::size_t>(page.limit)) {
      listing.next = encode_index(listing.records.back().number);
      break;
    }
    listing.records.push_back(record);
  }
  co_return listing;
}

Task<Result<std::optional<std::string>>> MemoryStore::page_text(std::string document_id,
                                                                int version, int number) {
  std::lock_guard lock(mutex_);
  auto found = tables_.page_texts.find({document_id, version, number});
  if (found == tables_.page_texts.end()) co_return std::nullopt;
  co_return found->second;
}

}  // namespace walrus::store
