#include "app/embed_anew.h"

#include "pipelines/crawl_input.h"
#include "pipelines/upload.h"

namespace walrus::app {

namespace {

pipelines::QueuedWork queued_again(const store::DocumentRecord& document,
                                   const store::OperationRecord& latest, TimePoint now) {
  if (document.type == "web_crawl") {
    pipelines::CrawlInput input = pipelines::crawl_input_from(latest.input);
    input.version = document.latest_version;
    input.pages_of = document.active_version;
    return pipelines::queued_crawl(document, input, now);
  }
  pipelines::UploadInput input{.version = document.latest_version,
                               .original_version = document.original_version,
                               .filename = document.filename,
                               .file_type = document.file_type,
                               .content_type = document.content_type,
                               .size = document.size,
                               .sha256 = document.sha256,
                               .metadata = document.metadata};
  return pipelines::queued_upload(document, input, now);
}

}  // namespace

Task<Result<void>> begin_embedding_anew(store::Store& store, live::Hub& hub, jobs::Jobs& jobs,
                                        store::DocumentVersion outdated) {
  auto found = co_await store.document(outdated.owner, outdated.document_id);
  if (!found) co_return std::unexpected(found.error());
  if (!*found) co_return Result<void>();
  store::DocumentRecord document = std::move(**found);
  auto latest = co_await store.operation(document.owner, document.operation_id);
  if (!latest) co_return std::unexpected(latest.error());
  // A replacement under way brings its own vectors.
  bool under_way = *latest && (*latest)->state.outcome == status::Outcome::kProcessing;
  if (!*latest || under_way) co_return Result<void>();

  Loop& loop = co_await home_loop();
  document.latest_version += 1;
  document.operation_id = hub.new_operation_id(loop);
  pipelines::QueuedWork queued = queued_again(document, **latest, loop.clock().now());
  store::WriteBatch with;
  with.mutations.push_back(store::PutDocument{document});
  co_return co_await jobs.accept(std::move(queued.record), std::move(queued.first),
                                 std::move(with));
}

}  // namespace walrus::app
