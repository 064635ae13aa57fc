// The search index, made from the tables.
#pragma once

#include <stop_token>

#include "base/worker_pool.h"
#include "search/index.h"
#include "store/store.h"

namespace walrus::pipelines {

// Adds a version of the document, as its chunks and windows lie in the store, without showing it.
// `document` says its owner, file name, language and embedder. Its parts outlive the task. Errors:
// storage_unavailable, cancelled.
Task<Result<void>> index_version(store::Store& store, search::SearchIndex& index,
                                 WorkerPool& workers, store::DocumentRecord document, int version,
                                 std::stop_token stop);

}  // namespace walrus::pipelines
