// The tables `documents`, `chunks` and `windows`.
#pragma once

#include "store/sqlite/connection.h"
#include "store/store.h"

namespace walrus::store::sqlite {

// Conflict where it is missing.
Result<void> require_document(Connection& connection, const std::string& id);

Result<void> apply(Connection& connection, const PutDocument& put, TimePoint now);
Result<void> apply(Connection& connection, const DeleteDocument& remove, TimePoint now);
Result<void> apply(Connection& connection, const PutChunks& put, TimePoint now);
Result<void> apply(Connection& connection, const PutWindows& put, TimePoint now);
Result<void> apply(Connection& connection, const DeleteVersion& remove, TimePoint now);
Result<void> apply(Connection& connection, const DeleteChunks& remove, TimePoint now);

// Shows the state in the row of its document, if that is there and waits for this operation.
Result<void> mirror_state(Connection& connection, const status::State& state);

Result<std::optional<DocumentRecord>> read_document(Connection& connection,
                                                    const std::string& owner,
                                                    const std::string& id);
Result<Listing<DocumentRecord>> read_documents(Connection& connection, const std::string& owner,
                                               const std::string& type, const Page& page);
Result<std::vector<DocumentVersion>> read_document_versions(Connection& connection);
Result<Listing<ChunkRecord>> read_chunks(Connection& connection, const std::string& document_id,
                                         int version, const Page& page);
Result<std::optional<ChunkRecord>> read_chunk(Connection& connection,
                                              const std::string& document_id, int version,
                                              int index);
Result<WindowsRecord> read_windows(Connection& connection, const std::string& document_id,
                                   int version, int first, int count);
Result<int> read_window_count(Connection& connection, const std::string& document_id, int version);

}  // namespace walrus::store::sqlite
