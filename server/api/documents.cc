#include "api/documents.h"

#include <fmt/format.h>

#include "api/claim.h"
#include "api/document_json.h"
#include "api/fields.h"
#include "api/preferred_wait.h"
#include "api/responses.h"
#include "auth/caller.h"
#include "base/ids.h"
#include "base/time_format.h"
#include "pipelines/chunk_id.h"
#include "pipelines/upload.h"

namespace walrus::api {

namespace {

constexpr std::size_t kMaxMetadata = 4096;

Error no_document(std::string_view id) {
  return {
      ErrorCode::kNotFound,
      fmt::format("Document '{}' was not found. The id may be wrong, the document may not exist "
                  "yet, or it may have been deleted.",
                  id),
      {}};
}

}  // namespace

// What an upload brought.
struct Documents::Received {
  http::FormPart file;
  std::string filename;
  json::object metadata;
  bool has_metadata = false;

  // What makes two uploads the same.
  json::object content() const {
    json::object content{{"filename", filename}, {"sha256", file.sha256}};
    if (has_metadata) content["metadata"] = metadata;
    return content;
  }
};

Result<Documents::Received> Documents::receive(http::Request& request) {
  Received received;
  int files = 0;
  for (http::FormPart& part : request.form) {
    if (part.is_file) {
      if (part.name != "file")
        return fail_field("/" + part.name, "is not a field of an upload: name it 'file'");
      ++files;
      received.file = std::move(part);
    } else if (part.name == "metadata") {
      if (part.value.size() > kMaxMetadata)
        return fail_field("/metadata", "must have at most 4 KiB");
      auto parsed = parse_json(part.value);
      if (!parsed || !parsed->is_object()) return fail_field("/metadata", "must be a JSON object");
      received.metadata = std::move(parsed->as_object());
      received.has_metadata = true;
    } else if (part.name == "file") {
      return fail_field("/file", "must be a file with a file name");
    }
  }
  if (files == 0)
    return fail_field("/file", "is required: send the file in the multipart field 'file'");
  if (files > 1) return fail_field("/file", "may be given once: upload one file at a time");
  if (received.file.size == 0) return fail_field("/file", "is empty: choose a file with content");
  received.filename = clean_filename(received.file.filename);
  return received;
}

Task<Result<store::DocumentRecord>> Documents::find(std::string owner, std::string id) {
  if (!is_uuid(id)) co_return std::unexpected(no_document(id));
  auto found = co_await services_.store.document(owner, id);
  if (!found) co_return std::unexpected(found.error());
  if (!*found) co_return std::unexpected(no_document(id));
  co_return std::move(**found);
}

Task<Result<http::Response>> Documents::upload(http::Request request) {
  auto received = receive(request);
  if (!received) co_return std::unexpected(received.error());
  auto repeatable = RepeatableRequest::from(request, received->content());
  if (!repeatable) co_return std::unexpected(repeatable.error());
  TimePoint now = services_.clock.now();
  store::DocumentRecord document{.id = new_uuid(now),
                                 .owner = auth::owner_of(request),
                                 .type = "file_upload",
                                 .created_at = now,
                                 .updated_at = now};
  Accept begin = [this, document = std::move(document), received = std::move(*received),
                  loop = request.loop, repeatable = *repeatable]() mutable {
    return accept(std::move(document), std::move(received), loop, true, std::move(repeatable));
  };
  auto answer = co_await answer_once(services_.store, std::move(*repeatable), std::move(begin));
  if (!answer) co_return std::unexpected(answer.error());
  UploadWait wait = upload_wait(request, 201);
  co_return co_await respond_to_upload(services_.hub, services_.store, *answer, std::move(wait));
}

Task<Result<http::Response>> Documents::replace(http::Request request) {
  auto received = receive(request);
  if (!received) co_return std::unexpected(received.error());
  auto repeatable = RepeatableRequest::from(request, received->content());
  if (!repeatable) co_return std::unexpected(repeatable.error());
  Accept begin = [this, owner = auth::owner_of(request), id = request.parameter("document_id"),
                  received = std::move(*received), loop = request.loop,
                  repeatable = *repeatable]() mutable {
    return replace_once(std::move(owner), std::move(id), std::move(received), loop,
                        std::move(repeatable));
  };
  auto answer = co_await answer_once(services_.store, std::move(*repeatable), std::move(begin));
  if (!answer) co_return std::unexpected(answer.error());
  UploadWait wait = upload_wait(request, 200);
  co_return co_await respond_to_upload(services_.hub, services_.store, *answer, std::move(wait));
}

Task<Result<FirstAnswer>> Documents::replace_once(std::string owner, std::string id,
                                                  Received received, Loop* loop,
                                                  RepeatableRequest repeatable) {
  auto claimed = co_await claim(services_.claims, owner, id);
  if (!claimed) co_return std::unexpected(claimed.error());
  auto document = co_await find(std::move(owner), std::move(id));
  if (!document) co_return std::unexpected(document.error());
  if (document->type != "file_upload") {
    co_return fail(ErrorCode::kConflict,
                   "A crawled site is not replaced by a file. Crawl it again.");
  }
  auto running = co_await services_.store.operation(document->owner, document->operation_id);
  if (!running) co_return std::unexpected(running.error());
  if (*running && (*running)->state.outcome == status::Outcome::kProcessing) {
    co_return fail(
        ErrorCode::kConflict,
        fmt::format("The document is still being processed by operation '{}'. Wait for its "
                    "end, then replace it.",
                    document->operation_id));
  }
  document->latest_version += 1;
  co_return co_await accept(std::move(*document), std::move(received), loop, false,
                            std::move(repeatable));
}

// Makes the file, then the rows, durable; the work begins on its own.
Task<Result<FirstAnswer>> Documents::accept(store::DocumentRecord document, Received received,
                                            Loop* loop, bool is_new, RepeatableRequest repeatable) {
  int version = document.latest_version;
  std::string blob = pipelines::original_blob(document.id, version);
  auto keep = [this, &received, blob]() -> Result<extract::Format> {
    auto format = extract::detect(received.file.file.path(), received.filename);
    if (!format) return format;
    auto kept = services_.blobs.keep(received.file.file.path(), blob);
    if (!kept) return std::unexpected(kept.error());
    (void)received.file.file.take();
    return format;
  };
  auto format = co_await offload(services_.workers, keep);
  if (!format) co_return std::unexpected(format.error());

  TimePoint now = services_.clock.now();
  pipelines::UploadInput input{
      .version = version,
      .original_version = version,
      .filename = received.filename,
      .file_type = std::string(extract::info(*format).extension),
      .content_type = std::string(extract::info(*format).content_type),
      .size = static_cast<std::int64_t>(received.file.size),
      .sha256 = received.file.sha256,
      .metadata = received.has_metadata ? received.metadata : document.metadata};
  if (is_new) pipelines::describe(document, input);
  if (document.active_version == 0) document.content_status = "processing";
  document.operation_id = services_.hub.new_operation_id(*loop);

  pipelines::QueuedWork queued = pipelines::queued_upload(document, input, now);
  store::WriteBatch with;
  with.mutations.push_back(store::PutDocument{document, is_new});
  FirstAnswer answer =
      accepted_answer(document, {{"filename", input.filename}, {"file_type", input.file_type}});
  repeatable.remember(with, answer, now);
  Result<void> accepted = co_await services_.jobs.accept(std::move(queued.record),
                                                         std::move(queued.first), std::move(with));
  if (!accepted) {
    // Of a store that went away it is not known what it took; the next start sweeps.
    bool unknown = accepted.error().code == ErrorCode::kStorageUnavailable;
    if (!unknown) services_.blobs.remove(blob);
    co_return std::unexpected(accepted.error());
  }
  co_return answer;
}

Task<Result<http::Response>> Documents::list(http::Request request) {
  auto page = page_of(request, 50, 100);
  if (!page) co_return std::unexpected(page.error());
  std::string type = request.query_parameter("document_type").value_or("");
  if (!type.empty() && type != "file_upload" && type != "web_crawl") {
    co_return fail_field("document_type", "must be file_upload or web_crawl");
  }
  std::string owner = auth::owner_of(request);
  auto listing = co_await services_.store.documents(owner, type, *page);
  if (!listing) co_return std::unexpected(listing.error());
  json::array rows;
  for (const store::DocumentRecord& document : listing->records) rows.push_back(list_row(document));
  http::Response response = http::Response::json(200, json::serialize(rows));
  if (!listing->next.empty()) response.headers.set("X-Next-Cursor", listing->next);
  forbid_caching(response);
  co_return response;
}

Task<Result<http::Response>> Documents::show(http::Request request) {
  auto document = co_await find(auth::owner_of(request), request.parameter("document_id"));
  if (!document) co_return std::unexpected(document.error());
  http::Response response = http::Response::json(200, json::serialize(full_document(*document)));
  forbid_caching(response);
  co_return response;
}

// --- Delete

Task<Result<http::Response>> Documents::remove(http::Request request) {
  return remove_one(auth::owner_of(request), request.parameter("document_id"), {});
}

Task<Result<http::Response>> Documents::remove_website(http::Request request) {
  return remove_one(auth::owner_of(request), request.parameter("document_id"), "web_crawl");
}

// `type` is what the document must be; empty: anything.
Task<Result<http::Response>> Documents::remove_one(std::string owner, std::string id,
                                                   std::string type) {
  auto claimed = co_await claim(services_.claims, owner, id);
  if (!claimed) co_return std::unexpected(claimed.error());
  auto document = co_await find(std::move(owner), id);
  if (!document) co_return std::unexpected(document.error());
  if (!type.empty() && document->type != type) co_return std::unexpected(no_document(id));
  co_return co_await remove_found(std::move(*document));
}

Task<Result<http::Response>> Documents::remove_found(store::DocumentRecord document) {
  Result<void> cancelled = co_await services_.jobs.cancel(document.operation_id);
  // A conflict says that there was nothing to cancel.
  if (!cancelled && cancelled.error().code == ErrorCode::kStorageUnavailable) {
    co_return std::unexpected(cancelled.error());
  }
  store::WriteBatch batch;
  batch.mutations.push_back(store::DeleteDocument{document.owner, document.id});
  Result<void> deleted = co_await services_.store.commit(std::move(batch));
  if (!deleted) co_return std::unexpected(deleted.error());
  auto forget = [this, &document] {
    for (int version = 1; version <= document.latest_version; ++version) {
      services_.blobs.remove(pipelines::original_blob(document.id, version));
      services_.blobs.remove(pipelines::text_blob(document.id, version));
    }
    return services_.index.remove(document.id);
  };
  Result<void> forgotten = co_await offload(services_.workers, forget);
  if (!forgotten) {
    services_.log.error("a deleted document is still in the search index",
                        {{"document", document.id}, {"why", forgotten.error().detail}});
  }
  services_.hub.latest().erase(document.id);
  services_.hub.latest().erase(document.operation_id);
  json::object body;
  body["document_id"] = document.id;
  body["status"] = "deleted";
  body["chunks_deleted"] = document.chunk_count;
  body["document_type"] = document.type;
  co_return http::Response::json(200, json::serialize(body));
}

// --- Chunks and content

Task<Result<http::Response>> Documents::chunks(http::Request request) {
  auto page = page_of(request, 50, 100);
  if (!page) co_return std::unexpected(page.error());
  auto document = co_await find(auth::owner_of(request), request.parameter("document_id"));
  if (!document) co_return std::unexpected(document.error());
  json::array shown;
  std::string next;
  if (document->active_version > 0) {
    auto listing = co_await services_.store.chunks(document->id, document->active_version, *page);
    if (!listing) co_return std::unexpected(listing.error());
    for (const store::ChunkRecord& chunk : listing->records) shown.push_back(chunk_json(chunk));
    next = listing->next;
  }
  http::Response response = http::Response::json(200, json::serialize(shown));
  if (!next.empty()) response.headers.set("X-Next-Cursor", next);
  forbid_caching(response);
  co_return response;
}

Task<Result<http::Response>> Documents::chunk(http::Request request) {
  std::string id = request.parameter("chunk_id");
  auto document = co_await find(auth::owner_of(request), request.parameter("document_id"));
  if (!document) co_return std::unexpected(document.error());
  auto key = pipelines::parse_chunk_id(id);
  bool active = key && key->document_id == document->id && key->version == document->active_version;
  std::optional<store::ChunkRecord> chunk;
  if (active) {
    auto found = co_await services_.store.chunk(key->document_id, key->version, key->index);
    if (!found) co_return std::unexpected(found.error());
    chunk = std::move(*found);
  }
  if (!chunk) {
    co_return fail(
        ErrorCode::kNotFound,
        fmt::format("Chunk '{}' was not found. The document may have been replaced since.", id));
  }
  http::Response response = http::Response::json(200, json::serialize(chunk_json(*chunk)));
  forbid_caching(response);
  co_return response;
}

Task<Result<http::Response>> Documents::content(http::Request request) {
  auto document = co_await find(auth::owner_of(request), request.parameter("document_id"));
  if (!document) co_return std::unexpected(document.error());
  if (document->type != "file_upload") {
    co_return fail(
        ErrorCode::kNotFound,
        fmt::format("A website has no original; its pages are at /v1/documents/{}/pages.",
                    document->id));
  }
  int version =
      document->original_version > 0 ? document->original_version : document->latest_version;
  auto path = services_.blobs.path(pipelines::original_blob(document->id, version));
  std::error_code error;
  auto size = std::filesystem::file_size(path, error);
  if (!error) {
    http::Response response;
    response.content_type = document->content_type;
    response.headers.set("Content-Disposition", attachment(document->filename));
    response.headers.set("Content-Security-Policy", "sandbox; default-src 'none'");
    forbid_caching(response);
    response.file = http::FileBody{std::move(path), size};
    co_return response;
  }
  co_return fail(ErrorCode::kGone, "The original of this document is no longer kept.");
}

}  // namespace walrus::api
