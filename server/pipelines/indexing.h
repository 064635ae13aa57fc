// The search index, made from the tables.
#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include "base/log.h"
#include "base/worker_pool.h"
#include "search/index.h"
#include "store/store.h"

namespace walrus::pipelines {

// Adds a version of the document, as its chunks and windows lie in the store, without showing it,
// a hundred chunks at a time. `document` says its owner, file name, language, embedder and how many
// chunks the version has; `on_indexed` hears how many are in. Its parts outlive the task. Errors:
// storage_unavailable, cancelled.
Task<Result<void>> index_version(store::Store& store, search::SearchIndex& index,
                                 WorkerPool& workers, store::DocumentRecord document, int version,
                                 std::stop_token stop,
                                 std::function<void(std::int64_t)> on_indexed = {});

// Shows the version in place of the one before. Runs between the commit that switches the document
// and its publication, so that whoever sees `completed` finds the text; if it fails, the next start
// finds the difference and mends it.
Task<void> show_version(search::SearchIndex& index, WorkerPool& workers, const Log& log,
                        std::string owner, std::string document_id, int version);

// Forgets one whose work has failed; if that fails, the next start does it.
Task<void> forget_version(search::SearchIndex& index, WorkerPool& workers, const Log& log,
                          std::string document_id, int version);

}  // namespace walrus::pipelines
