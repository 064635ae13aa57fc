#include "api/operations.h"

#include "api/fields.h"
#include "api/responses.h"
#include "auth/caller.h"
#include "pipelines/next_attempt.h"
#include "wire/object_writer.h"
#include "wire/status_json.h"

namespace walrus::api {

namespace {

// The body says nothing; where there is one, it is an object all the same.
Result<void> check_body(const http::Request& request) {
  if (request.body.empty()) return {};
  auto body = json_body(request);
  if (!body) return std::unexpected(body.error());
  return {};
}

}  // namespace

Task<Result<http::Response>> Operations::list(http::Request request) {
  auto page = page_of(request, 50, 100);
  if (!page) co_return std::unexpected(page.error());
  auto kind = kind_parameter(request);
  if (!kind) co_return std::unexpected(kind.error());
  auto outcome = outcome_parameter(request);
  if (!outcome) co_return std::unexpected(outcome.error());
  std::string owner = auth::owner_of(request);
  auto listing = co_await services_.store.operations(owner, *kind, *outcome, *page);
  if (!listing) co_return std::unexpected(listing.error());
  wire::ArrayWriter operations;
  for (const store::OperationRecord& record : listing->records)
    operations.raw(wire::status_json(record.state));
  std::string body;
  wire::ObjectWriter object(body);
  object.raw("operations", std::move(operations).finish());
  if (listing->next.empty()) {
    object.null("next_cursor");
  } else {
    object.text("next_cursor", listing->next);
  }
  object.close();
  http::Response response = http::Response::json(200, std::move(body));
  forbid_caching(response);
  co_return response;
}

// --- Cancel and retry

Task<Result<http::Response>> Operations::cancel(http::Request request) {
  std::string id = request.parameter("operation_id");
  return cancel_of(std::move(request), std::move(id), IdOf::kOperation);
}

Task<Result<http::Response>> Operations::cancel_document(http::Request request) {
  std::string id = request.parameter("document_id");
  return cancel_of(std::move(request), std::move(id), IdOf::kDocument);
}

Task<Result<http::Response>> Operations::cancel_of(http::Request request, std::string id,
                                                   IdOf kind) {
  Result<void> sane = check_body(request);
  if (!sane) co_return std::unexpected(sane.error());
  std::string owner = auth::owner_of(request);
  auto record = co_await find_operation(services_, owner, std::move(id), kind);
  if (!record) co_return std::unexpected(record.error());
  std::string operation_id = record->state.operation.id;
  bool external = record->state.operation.kind == status::Kind::kExternal;
  Result<void> wished;
  if (external) {
    wished = co_await services_.external.request_cancel(operation_id);
  } else {
    wished = co_await services_.jobs.request_cancel(operation_id);
  }
  if (!wished) co_return std::unexpected(wished.error());
  co_return co_await accepted(std::move(owner), std::move(operation_id));
}

Task<Result<http::Response>> Operations::retry(http::Request request) {
  std::string id = request.parameter("operation_id");
  return retry_of(std::move(request), std::move(id), IdOf::kOperation);
}

Task<Result<http::Response>> Operations::retry_document(http::Request request) {
  std::string id = request.parameter("document_id");
  return retry_of(std::move(request), std::move(id), IdOf::kDocument);
}

Task<Result<http::Response>> Operations::retry_of(http::Request request, std::string id,
                                                  IdOf kind) {
  Result<void> sane = check_body(request);
  if (!sane) co_return std::unexpected(sane.error());
  std::string owner = auth::owner_of(request);
  auto found = co_await find_operation(services_, owner, id, kind);
  if (!found) co_return std::unexpected(found.error());
  if (found->state.operation.kind == status::Kind::kExternal) {
    co_return fail(ErrorCode::kConflict,
                   "The work is done by another pipeline, which has to begin a new operation.");
  }
  const std::string& document_id = found->state.operation.document_id;
  std::shared_ptr<void> claim;
  if (!document_id.empty()) {
    claim = claims_->take(document_id);
    if (!claim) {
      co_return fail(ErrorCode::kConflict,
                     "Another request is changing the document at this moment. Try again.");
    }
  }
  // As it is now that nobody else changes it.
  auto record = co_await find_operation(services_, owner, std::move(id), kind);
  if (!record) co_return std::unexpected(record.error());
  std::string operation_id = record->state.operation.id;
  auto next = co_await pipelines::next_attempt(services_.store, services_.blobs, services_.workers,
                                               std::move(*record));
  if (!next) co_return std::unexpected(next.error());
  Result<void> begun = co_await services_.jobs.retry(std::move(next->record),
                                                     std::move(next->first), std::move(next->with));
  if (!begun) co_return std::unexpected(begun.error());
  co_return co_await accepted(std::move(owner), std::move(operation_id));
}

Task<Result<http::Response>> Operations::accepted(std::string owner, std::string operation_id) {
  auto status = co_await latest_status(services_, std::move(owner), operation_id, IdOf::kOperation);
  if (!status) co_return std::unexpected(status.error());
  http::Response response = http::Response::json(202, (*status)->body);
  response.headers.set("X-Operation-Id", std::move(operation_id));
  forbid_caching(response);
  co_return response;
}

}  // namespace walrus::api
