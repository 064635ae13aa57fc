// Brings search index and blobs in line with the tables, which are the truth.
#pragma once

#include <vector>

#include "base/claims.h"
#include "pipelines/upload.h"

namespace walrus::pipelines {

// At the start, before anything is served. What the index has too much goes, what it lacks is built
// from the stored chunks and vectors; blobs without a row are removed. Errors: storage_unavailable.
Task<Result<void>> reconcile(UploadParts& parts,
                             std::vector<store::OperationRecord> open_operations);

// Documents whose vectors another embedder made: each is to be embedded anew.
std::vector<store::DocumentVersion> made_by_another_embedder(
    const std::vector<store::DocumentVersion>& documents, const std::string& identity);

// Removes what expired, and what versions that failed a day ago kept for a retry. Every few
// minutes. A document that somebody has a claim on is left for the next time.
Task<Result<void>> remove_expired(UploadParts& parts, Claims& claims);

}  // namespace walrus::pipelines
