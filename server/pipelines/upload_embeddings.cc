// The step creating_embeddings: vectors are found, taken from others who make them, or made.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/digest.h"
#include "pipelines/upload_work.h"

namespace walrus::pipelines {

namespace {

// Windows that are copied in one read and one commit, so that nobody else waits long.
constexpr int kCopiedAtOnce = 256;

}  // namespace

// Equal hashes are equal texts in equal pieces: whatever cut them, their vectors are the same.
std::string UploadPipeline::hash_of_windows(const Work& work) {
  Sha256 hash;
  for (const text::Window& window : work.plan.windows) {
    std::string_view text = work.slice(window.begin, window.end);
    hash.update(std::to_string(text.size()) + ":");
    hash.update(text);
  }
  return hash.hex();
}

Task<Result<void>> UploadPipeline::create_embeddings(Work& work) {
  if (!parts_.embedder.understands(work.language)) co_return Result<void>();
  auto total = static_cast<int>(work.plan.windows.size());
  auto counter = work.tracker.count_work();
  work.vectors =
      share_.join(work.owner + "\n" + parts_.embedder.identity() + "\n" + work.windows_hash);
  auto done = co_await windows_done(work);
  if (!done) co_return std::unexpected(done.error());
  Result<void> offered = co_await offer_known_vectors(work, *done);
  if (!offered) co_return offered;
  auto kept = co_await windows_of_shared_size(work, *done);
  if (!kept) co_return std::unexpected(kept.error());
  for (int have = *kept; have < total;) {
    counter->set(static_cast<std::uint64_t>(have), static_cast<std::uint64_t>(total));
    auto found = co_await work.vectors->next(have, kCopiedAtOnce, work.job.stop);
    int first = std::exchange(have, have + found.count);
    Result<void> step;
    if (found.turn) {
      step = co_await embed_batch(work, first);
    } else if (found.count > 0) {
      step = co_await keep_windows(work, first, std::move(found));
    }
    if (!step) co_return step;
    if (work.job.stop.stop_requested())
      co_return fail(ErrorCode::kCancelled, "The work was stopped.");
  }
  counter->set(static_cast<std::uint64_t>(total), static_cast<std::uint64_t>(total));
  work.tracker.set_counter("chunks_embedded", static_cast<std::int64_t>(work.plan.chunks.size()));
  co_return Result<void>();
}

// How many windows an earlier run embedded. Vectors of another embedder, or of windows cut in
// another way, are of no use beside ours and go.
Task<Result<int>> UploadPipeline::windows_done(Work& work) {
  auto stored = co_await parts_.store.window_count(work.document_id, work.input.version);
  if (!stored || *stored == 0) co_return stored;
  const json::object& checkpoint = work.job.record->checkpoint;
  const json::string* embedder = find_string(checkpoint, "embedder");
  bool ours = embedder && view(*embedder) == parts_.embedder.identity() &&
              find_integer(checkpoint, "of") == std::ssize(work.plan.windows);
  if (ours) co_return stored;
  Result<void> dropped = co_await drop_windows(work);
  if (!dropped) co_return std::unexpected(dropped.error());
  co_return 0;
}

// What lies in the store: the `done` windows of an earlier run, and those of a document of the
// owner that has the same content: one that was made together with this one may have been finished
// between the runs.
Task<Result<void>> UploadPipeline::offer_known_vectors(Work& work, int done) {
  auto total = static_cast<int>(work.plan.windows.size());
  Result<void> own = co_await offer_vectors(work, work.document_id, work.input.version, done);
  if (!own || work.vectors->count() >= total) co_return own;
  auto equal = co_await parts_.store.version_with_windows(work.owner, work.windows_hash,
                                                          parts_.embedder.identity());
  if (!equal) co_return std::unexpected(equal.error());
  if (!*equal) co_return Result<void>();
  co_return co_await offer_vectors(work, (*equal)->document_id, (*equal)->version, total);
}

// Ends early where the version is deleted under its feet: then the rest is made.
Task<Result<void>> UploadPipeline::offer_vectors(Work& work, std::string document_id, int version,
                                                 int count) {
  for (int first = work.vectors->count(); first < count;) {
    auto stored = co_await parts_.store.windows(document_id, version, first,
                                                std::min(kCopiedAtOnce, count - first));
    if (!stored) co_return std::unexpected(stored.error());
    bool taken = work.vectors->add(first, stored->dimensions, stored->vectors);
    int now = work.vectors->count();
    if (!taken || now == first) break;
    first = now;
  }
  co_return Result<void>();
}

// How many of the `done` windows of an earlier run the shared vectors go on from. Those of another
// size, which the same embedder gave once, go: a version has vectors of one size.
Task<Result<int>> UploadPipeline::windows_of_shared_size(Work& work, int done) {
  int shared = work.vectors->count();
  if (done == 0 || shared == 0) co_return 0;
  auto first = co_await parts_.store.windows(work.document_id, work.input.version, 0, 1);
  if (!first) co_return std::unexpected(first.error());
  if (first->dimensions == work.vectors->dimensions()) co_return std::min(done, shared);
  Result<void> dropped = co_await drop_windows(work);
  if (!dropped) co_return std::unexpected(dropped.error());
  co_return 0;
}

Task<Result<void>> UploadPipeline::drop_windows(Work& work) {
  store::WriteBatch batch;
  batch.mutations.push_back(store::DeleteVersion{work.document_id, work.input.version});
  co_return co_await parts_.store.commit(std::move(batch));
}

// While it is our turn.
Task<Result<void>> UploadPipeline::embed_batch(Work& work, int first) {
  auto total = static_cast<int>(work.plan.windows.size());
  int count = std::min(parts_.embedder.batch_size(), total - first);
  std::vector<std::string> texts;
  for (int i = first; i < first + count; ++i) {
    const text::Window& window = work.plan.windows[static_cast<std::size_t>(i)];
    texts.emplace_back(work.slice(window.begin, window.end));
  }
  auto vectors = co_await parts_.embedder.embed(std::move(texts), work.job.stop);
  if (!vectors) co_return std::unexpected(vectors.error());
  int dimensions = static_cast<int>(vectors->size()) / count;
  if (work.vectors->add(first, dimensions, *vectors)) co_return Result<void>();
  co_return co_await refuse_vectors(work, dimensions);
}

// The windows that are stored go with it, so that a retry does not meet the old size again.
Task<Result<void>> UploadPipeline::refuse_vectors(Work& work, int dimensions) {
  if (dimensions <= 0) {
    co_return fail(ErrorCode::kEmbeddingFailed, "The embedding server gave empty vectors.");
  }
  Result<void> dropped = co_await drop_windows(work);
  if (!dropped) co_return dropped;
  co_return fail(ErrorCode::kEmbeddingFailed,
                 fmt::format("The embedding server now gives vectors of another size: {} numbers, "
                             "where it gave {} before. Retry to embed the document anew.",
                             dimensions, work.vectors->dimensions()));
}

Task<Result<void>> UploadPipeline::keep_windows(Work& work, int first, SharedVectors::Found found) {
  int end = first + found.count;
  store::WriteBatch batch;
  store::WindowsRecord windows{.document_id = work.document_id,
                               .version = work.input.version,
                               .first = first,
                               .dimensions = found.dimensions,
                               .vectors = std::move(found.vectors)};
  batch.mutations.push_back(store::PutWindows{std::move(windows)});
  batch.mutations.push_back(store::SetCheckpoint{work.operation_id,
                                                 {{"step", "creating_embeddings"},
                                                  {"windows", end},
                                                  {"of", work.plan.windows.size()},
                                                  {"embedder", parts_.embedder.identity()}}});
  Result<void> durable = co_await parts_.store.commit(std::move(batch));
  auto embedded = std::ranges::count_if(
      work.plan.chunks, [&](const text::Chunk& chunk) { return chunk.last_window <= end; });
  work.tracker.set_counter("chunks_embedded", embedded);
  co_return durable;
}

}  // namespace walrus::pipelines
