// What happens to an uploaded file, step by step.
#pragma once

#include <memory>

#include "base/worker_pool.h"
#include "extract/extractor.h"
#include "jobs/job.h"
#include "pipelines/embedding_share.h"
#include "pipelines/upload_input.h"
#include "search/embedder.h"
#include "search/index.h"
#include "store/blobs.h"
#include "store/store.h"
#include "text/chunker.h"
#include "text/tokens.h"

namespace walrus::pipelines {

// What the pipeline works with; all of it outlives the pipeline.
struct UploadParts {
  store::Store& store;
  store::Blobs& blobs;
  const extract::Extractor& extractor;
  const text::TokenCounter& tokens;
  search::Embedder& embedder;
  search::SearchIndex& index;
  WorkerPool& workers;
  const Log& log;
  text::ChunkOptions chunking;
};

// Bound to Kind::kDocumentUpload. Every checkpoint is durable: the text once it is extracted, each
// batch of vectors. A run that finds them does not make them again. Thread-safe.
class UploadPipeline {
 public:
  explicit UploadPipeline(UploadParts parts) : parts_(parts) {}

  Task<Result<void>> run(jobs::Job job);
  Task<Result<std::shared_ptr<const status::Writes>>> failure_writes(store::OperationRecord record,
                                                                     Error error);

 private:
  struct Work;  // what one run has made so far
  Task<Result<void>> run_steps(Work& work);
  Task<Result<void>> validate(Work& work);
  Task<Result<void>> extract_text(Work& work);
  Result<text::StructuredText> read_or_extract(const Work& work, status::WorkCounter& counter,
                                               bool& is_new) const;
  Task<Result<void>> chunk_text(Work& work);
  static std::string hash_of_windows(const Work& work);
  Task<Result<void>> create_embeddings(Work& work);
  Task<Result<int>> windows_done(Work& work);
  Task<Result<void>> offer_known_vectors(Work& work, int done);
  Task<Result<void>> offer_vectors(Work& work, std::string document_id, int version, int count);
  Task<Result<int>> windows_of_shared_size(Work& work, int done);
  Task<Result<void>> drop_windows(Work& work);
  Task<Result<void>> embed_batch(Work& work, int first);
  Task<Result<void>> refuse_vectors(Work& work, int dimensions);
  Task<Result<void>> keep_windows(Work& work, int first, SharedVectors::Found found);
  Task<Result<void>> store_metadata(Work& work);
  Task<Result<void>> store_chunks(Work& work);
  Task<Result<void>> add_to_index(Work& work);
  Task<Result<void>> finish(Work& work);
  Task<void> remove_replaced(store::DocumentRecord before, int version, int original_version);

  UploadParts parts_;
  EmbeddingShare share_;
};

}  // namespace walrus::pipelines
