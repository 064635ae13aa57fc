// The step creating_embeddings: vectors are found, taken from others who make them, or made.
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
  for (int have = *done; have < total;) {
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
  store::WriteBatch batch;
  batch.mutations.push_back(store::DeleteVersion{work.document_id, work.input.version});
  Result<void> removed = co_await parts_.store.commit(std::move(batch));
  if (!removed) co_return std::unexpected(removed.error());
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
    work.vectors->add(first, stored->dimensions, stored->vectors);
    int now = work.vectors->count();
    if (now == first) break;
    first = now;
  }
  co_return Result<void>();
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
  work.vectors->add(first, static_cast<int>(vectors->size()) / count, *vectors);
  co_return Result<void>();
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
