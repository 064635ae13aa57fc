#include "api/operations.h"

#include "api/claim.h"
#include "api/fields.h"
#include "api/responses.h"
#include "auth/caller.h"
#include "pipelines/next_attempt.h"
#include "wire/object_writer.h"
#include "wire/status_json.h"

namespace walrus::api {

namespace {

// The body says nothing; where there is one, it is an object all the same.
Result<json::object> body_if_any(const http::Request& request) {
  if (request.body.empty()) return json::object();
  return json_body(request);
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
  return make(&Operations::cancel_once, std::move(request), IdOf::kOperation);
}

Task<Result<http::Response>> Operations::cancel_document(http::Request request) {
  return make(&Operations::cancel_once, std::move(request), IdOf::kDocument);
}

Task<Result<http::Response>> Operations::retry(http::Request request) {
  return make(&Operations::retry_once, std::move(request), IdOf::kOperation);
}

Task<Result<http::Response>> Operations::retry_document(http::Request request) {
  return make(&Operations::retry_once, std::move(request), IdOf::kDocument);
}

Task<Result<http::Response>> Operations::make(Change change, http::Request request, IdOf kind) {
  auto body = body_if_any(request);
  if (!body) co_return std::unexpected(body.error());
  auto repeatable = RepeatableRequest::from(request, *body);
  if (!repeatable) co_return std::unexpected(repeatable.error());
  Target target{.owner = auth::owner_of(request), .id = {}, .kind = kind};
  target.id = request.parameter(kind == IdOf::kDocument ? "document_id" : "operation_id");
  Accept accept = [this, change, target = std::move(target), repeatable = *repeatable]() mutable {
    return (this->*change)(std::move(target), std::move(repeatable));
  };
  auto answer = co_await answer_once(services_.store, std::move(*repeatable), std::move(accept));
  if (!answer) co_return std::unexpected(answer.error());
  http::Response response = response_of(*answer);
  forbid_caching(response);
  co_return response;
}

Task<Result<FirstAnswer>> Operations::cancel_once(Target target, RepeatableRequest repeatable) {
  auto record = co_await find_operation(services_, target.owner, target.id, target.kind);
  if (!record) co_return std::unexpected(record.error());
  const std::string& id = record->state.operation.id;
  auto status = co_await latest_status(services_, target.owner, id, IdOf::kOperation);
  if (!status) co_return std::unexpected(status.error());
  FirstAnswer answer{.body = (*status)->body, .location = {}, .operation_id = id};
  store::WriteBatch with;
  repeatable.remember(with, answer, services_.clock.now());
  Result<void> wished;
  if (record->state.operation.kind == status::Kind::kExternal) {
    wished = co_await services_.external.request_cancel(id, std::move(with));
  } else {
    wished = co_await services_.jobs.request_cancel(id, std::move(with));
  }
  if (!wished) co_return std::unexpected(wished.error());
  co_return answer;
}

Task<Result<FirstAnswer>> Operations::retry_once(Target target, RepeatableRequest repeatable) {
  auto found = co_await find_operation(services_, target.owner, target.id, target.kind);
  if (!found) co_return std::unexpected(found.error());
  const status::Operation& operation = found->state.operation;
  if (operation.kind == status::Kind::kExternal) {
    co_return fail(ErrorCode::kConflict,
                   "The work is done by another pipeline, which has to begin a new operation.");
  }
  // Waited for: the other request may be the first one with the same key.
  bool has_document = !operation.document_id.empty();
  std::string claimed_id = has_document ? operation.document_id : operation.id;
  auto claimed = co_await claim(services_.claims, target.owner, std::move(claimed_id));
  if (!claimed) co_return std::unexpected(claimed.error());
  // As it is now that nobody else changes it.
  auto record = co_await find_operation(services_, target.owner, target.id, target.kind);
  if (!record) co_return std::unexpected(record.error());
  auto next = co_await pipelines::next_attempt(services_.store, services_.blobs, services_.workers,
                                               std::move(*record));
  if (!next) co_return std::unexpected(next.error());
  const status::State& state = next->record.state;
  FirstAnswer answer{
      .body = wire::status_json(state), .location = {}, .operation_id = state.operation.id};
  repeatable.remember(next->with, answer, services_.clock.now());
  Result<void> begun = co_await services_.jobs.retry(std::move(next->record),
                                                     std::move(next->first), std::move(next->with));
  if (!begun) co_return std::unexpected(begun.error());
  co_return answer;
}

}  // namespace walrus::api
