#include "pipelines/upload.h"

#include <algorithm>

#include "pipelines/extracted_text.h"
#include "pipelines/indexing.h"
#include "pipelines/upload_work.h"
#include "text/terms.h"

namespace walrus::pipelines {

using status::Step;

Task<Result<void>> UploadPipeline::run(jobs::Job job) {
  const status::Operation& operation = job.tracker->state().operation;
  Work work{.job = job,
            .tracker = *job.tracker,
            .operation_id = operation.id,
            .owner = operation.owner,
            .document_id = operation.document_id,
            .input = upload_input_from(job.record->input),
            .began = job.tracker->state().started_at};
  work.tracker.describe_input(static_cast<double>(work.input.size), work.input.file_type);
  Result<void> done = co_await run_steps(work);
  if (!done && work.in_index) {
    co_await forget_version(parts_.index, parts_.workers, parts_.log, work.document_id,
                            work.input.version);
  }
  co_return done;
}

Task<Result<void>> UploadPipeline::run_steps(Work& work) {
  auto steps = {std::pair(Step::kValidating, &UploadPipeline::validate),
                std::pair(Step::kExtractingText, &UploadPipeline::extract_text),
                std::pair(Step::kChunkingText, &UploadPipeline::chunk_text),
                std::pair(Step::kCreatingEmbeddings, &UploadPipeline::create_embeddings),
                std::pair(Step::kStoringMetadata, &UploadPipeline::store_metadata)};
  for (auto [step, body] : steps) {
    Result<void> reached = co_await work.tracker.reach(step);
    if (!reached) co_return reached;
    Result<void> done = co_await (this->*body)(work);
    if (!done) co_return done;
    if (work.job.stop.stop_requested()) {
      co_return fail(ErrorCode::kCancelled, "The work was stopped.");
    }
  }
  co_return co_await finish(work);
}

// --- validating

Task<Result<void>> UploadPipeline::validate(Work& work) {
  auto document = co_await parts_.store.document(work.owner, work.document_id);
  if (!document) co_return std::unexpected(document.error());
  if (!*document) co_return fail(ErrorCode::kCancelled, "The document was deleted.");
  auto original = parts_.blobs.path(original_blob(work.document_id, work.input.original_version));
  std::string filename = work.input.filename;
  auto look = [original, filename] { return extract::detect(original, filename); };
  auto format = co_await offload(parts_.workers, look);
  if (!format) {
    bool unreadable = format.error().code == ErrorCode::kUnsupportedMediaType;
    co_return fail(unreadable ? ErrorCode::kUnsupportedFormat : format.error().code,
                   format.error().message, format.error().detail);
  }
  work.format = *format;
  co_return Result<void>();
}

// --- extracting_text

Task<Result<void>> UploadPipeline::extract_text(Work& work) {
  bool pages = extract::counts_pages(work.format);
  work.tracker.show_work_as(pages ? "pages_done" : "bytes_done",
                            pages ? "pages_total" : "bytes_total");
  auto counter = work.tracker.count_work();
  bool is_new = false;
  auto body = [this, &work, counter, &is_new] { return read_or_extract(work, *counter, is_new); };
  auto text = co_await offload(parts_.workers, body);
  if (!text) co_return std::unexpected(text.error());
  work.text = std::move(*text);
  work.tracker.expect_work(Step::kChunkingText, static_cast<double>(work.text.text.size()));
  if (!is_new) work.tracker.expect_work(Step::kExtractingText, 0);
  // Only what is new is a checkpoint: it starts the count of resumptions anew.
  if (!is_new) co_return Result<void>();
  store::WriteBatch checkpoint;
  checkpoint.mutations.push_back(
      store::SetCheckpoint{work.operation_id, {{"step", "extracting_text"}}});
  co_return co_await parts_.store.commit(std::move(checkpoint));
}

// On a worker.
Result<text::StructuredText> UploadPipeline::read_or_extract(const Work& work,
                                                             status::WorkCounter& counter,
                                                             bool& is_new) const {
  std::string blob = text_blob(work.document_id, work.input.original_version);
  if (parts_.blobs.exists(blob)) {
    auto stored = parts_.blobs.read(blob);
    if (!stored) return std::unexpected(stored.error());
    return text_from_blob(*stored);
  }
  auto original = parts_.blobs.path(original_blob(work.document_id, work.input.original_version));
  auto count = [&counter](std::uint64_t done, std::uint64_t total) { counter.set(done, total); };
  auto extracted = parts_.extractor.extract(original, work.format, work.job.stop, count);
  if (!extracted) return extracted;
  auto kept = parts_.blobs.write(blob, to_blob(*extracted));
  if (!kept) return std::unexpected(kept.error());
  is_new = true;
  return extracted;
}

// --- chunking_text

Task<Result<void>> UploadPipeline::chunk_text(Work& work) {
  auto counter = work.tracker.count_work();
  auto body = [this, &work, counter] {
    work.plan = text::plan_chunks(work.text, parts_.chunking);
    work.language = text::detect_language(work.text.text);
    for (const text::Chunk& chunk : work.plan.chunks) {
      if (work.job.stop.stop_requested()) return;
      auto count = parts_.tokens.count(work.slice(chunk.begin, chunk.end));
      work.chunk_tokens.push_back(static_cast<std::int64_t>(count));
      counter->set(work.chunk_tokens.size(), work.plan.chunks.size());
    }
    work.total_tokens = static_cast<std::int64_t>(parts_.tokens.count(work.text.text));
    work.windows_hash = hash_of_windows(work);
  };
  co_await offload(parts_.workers, body);
  if (work.job.stop.stop_requested())
    co_return fail(ErrorCode::kCancelled, "The work was stopped.");
  if (work.plan.chunks.empty()) {
    co_return fail(ErrorCode::kEmptyDocument,
                   "No text was found in the file. If it is a scan, run text recognition on it and "
                   "upload the result.");
  }
  work.tracker.set_counter("chunks_created", static_cast<std::int64_t>(work.plan.chunks.size()));
  work.tracker.set_counter("total_tokens", work.total_tokens);
  bool embeds = parts_.embedder.understands(work.language);
  work.tracker.expect_work(Step::kCreatingEmbeddings,
                           embeds ? static_cast<double>(work.plan.windows.size()) : 0);
  work.tracker.expect_work(Step::kStoringMetadata, static_cast<double>(work.plan.chunks.size()));
  if (work.text.pages > 0) {
    work.tracker.set_counter("pages_total", work.text.pages);
    work.tracker.set_counter("pages_done", work.text.pages);
  }
  co_return Result<void>();
}

// --- storing_metadata

Task<Result<void>> UploadPipeline::store_metadata(Work& work) {
  Result<void> stored = co_await store_chunks(work);
  if (!stored) co_return stored;
  co_return co_await add_to_index(work);
}

// In batches, so that no commit keeps the others waiting. Nobody reads a version that is not
// active.
Task<Result<void>> UploadPipeline::store_chunks(Work& work) {
  auto counter = work.tracker.count_work();
  constexpr std::size_t kBatch = 64;
  const auto& chunks = work.plan.chunks;
  for (std::size_t first = 0; first < chunks.size(); first += kBatch) {
    if (work.job.stop.stop_requested())
      co_return fail(ErrorCode::kCancelled, "The work was stopped.");
    store::PutChunks put;
    for (std::size_t i = first; i < std::min(first + kBatch, chunks.size()); ++i) {
      const text::Chunk& chunk = chunks[i];
      put.chunks.push_back({.document_id = work.document_id,
                            .version = work.input.version,
                            .index = static_cast<int>(i),
                            .text = std::string(work.slice(chunk.begin, chunk.end)),
                            .page = chunk.page,
                            .heading = std::string(chunk.heading),
                            .start = static_cast<std::int64_t>(chunk.start_offset),
                            .end = static_cast<std::int64_t>(chunk.end_offset),
                            .token_count = work.chunk_tokens[i],
                            .url = {},
                            .first_window = chunk.first_window,
                            .last_window = chunk.last_window});
    }
    store::WriteBatch batch;
    batch.mutations.push_back(std::move(put));
    Result<void> durable = co_await parts_.store.commit(std::move(batch));
    if (!durable) co_return durable;
    // The index takes about as long as the tables.
    counter->set(std::min(first + kBatch, chunks.size()), 2 * chunks.size());
  }
  co_return Result<void>();
}

Task<Result<void>> UploadPipeline::add_to_index(Work& work) {
  auto body = [this, &work] {
    search::IndexedVersion version{.owner = work.owner,
                                   .document_id = work.document_id,
                                   .version = work.input.version,
                                   .language = work.language,
                                   .embedder = parts_.embedder.identity(),
                                   .dimensions = work.vectors ? work.vectors->dimensions() : 0,
                                   .vectors = {},
                                   .entries = {},
                                   .stop = work.job.stop};
    if (work.vectors) version.vectors = work.vectors->all();
    for (const text::Chunk& chunk : work.plan.chunks) {
      search::IndexEntry entry;
      entry.title = work.input.filename + " " + std::string(chunk.heading);
      entry.text = work.slice(chunk.begin, chunk.end);
      for (int i = chunk.first_window; i < chunk.last_window; ++i) entry.windows.push_back(i);
      version.entries.push_back(std::move(entry));
    }
    return parts_.index.add(std::move(version));
  };
  work.in_index = true;
  co_return co_await offload(parts_.workers, body);
}

// --- finished

Task<Result<void>> UploadPipeline::finish(Work& work) {
  auto latest = co_await parts_.store.document(work.owner, work.document_id);
  if (!latest) co_return std::unexpected(latest.error());
  if (!*latest) co_return fail(ErrorCode::kCancelled, "The document was deleted.");
  store::DocumentRecord before = **latest;
  store::DocumentRecord document = std::move(**latest);
  Loop& home = co_await home_loop();
  TimePoint now = home.clock().now();
  describe(document, work.input);
  document.content_status = "success";
  document.original_version = work.input.original_version;
  document.active_version = work.input.version;
  document.chunk_count = static_cast<std::int64_t>(work.plan.chunks.size());
  document.total_tokens = work.total_tokens;
  document.title = work.text.title;
  document.language = work.language;
  document.embedder = parts_.embedder.identity();
  document.updated_at = now;
  document.processing_time_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(now - work.began).count();

  auto writes = std::make_shared<store::WriteBatch>();
  writes->mutations.push_back(store::PutDocument{document});
  writes->mutations.push_back(
      store::SetWindowsHash{document.id, work.vectors ? work.windows_hash : ""});
  status::Ending ending;
  ending.with = std::move(writes);
  ending.before_visible = [this, &work] {
    return show_version(parts_.index, parts_.workers, parts_.log, work.owner, work.document_id,
                        work.input.version);
  };
  Result<void> ended = co_await work.tracker.finish(std::move(ending));
  if (ended) co_await remove_replaced(before, work.input.version, work.input.original_version);
  co_return ended;
}

// The version that served until now, and what failed since.
Task<void> UploadPipeline::remove_replaced(store::DocumentRecord before, int version,
                                           int original_version) {
  int first = std::max(before.active_version, 1);
  if (first >= version) co_return;
  store::WriteBatch batch;
  for (int old = first; old < version; ++old) {
    batch.mutations.push_back(store::DeleteVersion{before.id, old});
  }
  (void)co_await parts_.store.commit(std::move(batch));
  for (int old = 1; old < version; ++old) {
    if (old == original_version) continue;
    parts_.blobs.remove(original_blob(before.id, old));
    parts_.blobs.remove(text_blob(before.id, old));
  }
}

// --- failed

// The chunks go: nobody will ever read them. Text and vectors stay for a retry; reconcile.h says
// how long.
Task<Result<std::shared_ptr<const status::Writes>>> UploadPipeline::failure_writes(
    store::OperationRecord record, Error) {
  auto writes = std::make_shared<store::WriteBatch>();
  const status::Operation& operation = record.state.operation;
  auto document = co_await parts_.store.document(operation.owner, operation.document_id);
  if (!document) co_return std::unexpected(document.error());
  int version = upload_input_from(record.input).version;
  if (!*document || (*document)->active_version == version) co_return writes;
  writes->mutations.push_back(store::DeleteChunks{operation.document_id, version});
  if ((*document)->active_version == 0) {
    store::DocumentRecord failed = std::move(**document);
    failed.content_status = "failed";
    writes->mutations.push_back(store::PutDocument{std::move(failed)});
  }
  co_return writes;
}

}  // namespace walrus::pipelines
