// What happens to an uploaded file, step by step.
#pragma once

#include <memory>

#include "base/worker_pool.h"
#include "extract/extractor.h"
#include "jobs/job.h"
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

// An upload operation's input, as it lies in the store.
struct UploadInput {
  int version = 1;           // what the chunks are stored under
  int original_version = 1;  // whose file is read: an older one where only vectors are made anew
  // What the file is; becomes the document's own when the version does.
  std::string filename = {};
  std::string file_type = {};
  std::string content_type = {};
  std::int64_t size = 0;
  std::string sha256 = {};
  json::object metadata = {};
};
// The document as it is once the input's version is active.
void describe(store::DocumentRecord& document, const UploadInput& input);
json::object to_json(const UploadInput& input);
UploadInput upload_input_from(const json::object& input);

// A new operation of the document, waiting to start.
store::OperationRecord queued_upload(const store::DocumentRecord& document,
                                     const UploadInput& input, TimePoint now);

// Names of a document's blobs.
std::string original_blob(const std::string& document_id, int original_version);
std::string text_blob(const std::string& document_id, int original_version);

// Bound to Kind::kDocumentUpload. Every checkpoint is durable: the text once it is extracted, each
// batch of vectors. A run that finds them does not make them again. Thread-safe.
class UploadPipeline {
 public:
  explicit UploadPipeline(UploadParts parts) : parts_(std::move(parts)) {}

  Task<Result<void>> run(jobs::Job job);
  Task<std::shared_ptr<const status::Writes>> failure_writes(store::OperationRecord record,
                                                             Error error);

 private:
  struct Work;  // what one run has made so far
  Task<Result<void>> validate(Work& work);
  Task<Result<void>> extract_text(Work& work);
  Task<Result<void>> chunk_text(Work& work);
  Task<Result<void>> create_embeddings(Work& work);
  Task<Result<void>> embed_batch(Work& work, int first, int count);
  Task<Result<void>> load_vectors(Work& work);
  Task<Result<void>> store_metadata(Work& work);
  Task<Result<void>> store_chunks(Work& work);
  Task<Result<void>> add_to_index(Work& work);
  Task<Result<void>> finish(Work& work);
  Task<void> activate_version(Work& work);
  Task<void> remove_replaced(store::DocumentRecord before, int version, int original_version);

  UploadParts parts_;
};

}  // namespace walrus::pipelines
