#include "api/external_operations.h"

#include "api/fields.h"
#include "api/responses.h"
#include "auth/caller.h"
#include "base/utf8.h"
#include "wire/status_json.h"

namespace walrus::api {

Task<Result<http::Response>> ExternalOperations::begin(http::Request request) {
  auto body = json_body(request);
  if (!body) co_return std::unexpected(body.error());
  auto pipeline = pipeline_from_json(*body);
  if (!pipeline) co_return std::unexpected(pipeline.error());
  auto repeatable = RepeatableRequest::from(request, *body);
  if (!repeatable) co_return std::unexpected(repeatable.error());
  Accept accept = [this, pipeline = std::move(*pipeline), owner = auth::owner_of(request),
                   loop = request.loop, repeatable = *repeatable]() mutable {
    return begin_once(std::move(pipeline), std::move(owner), loop, std::move(repeatable));
  };
  auto answer = co_await answer_once(services_.store, std::move(*repeatable), std::move(accept));
  if (!answer) co_return std::unexpected(answer.error());
  http::Response response = response_of(*answer);
  forbid_caching(response);
  co_return response;
}

Task<Result<FirstAnswer>> ExternalOperations::begin_once(NewPipeline pipeline, std::string owner,
                                                         Loop* loop, RepeatableRequest repeatable) {
  TimePoint now = services_.clock.now();
  status::Operation operation{.id = services_.hub.new_operation_id(*loop),
                              .kind = status::Kind::kExternal,
                              .owner = std::move(owner),
                              .created_at = now,
                              .plan = std::move(pipeline.plan)};
  status::State first =
      jobs::ExternalOperations::first_state(std::move(operation), std::move(pipeline.metadata));
  FirstAnswer answer{.http_status = 201,
                     .body = wire::status_json(first),
                     .location = "/v1/operations/" + first.operation.id,
                     .operation_id = first.operation.id};
  store::WriteBatch with;
  repeatable.remember(with, answer, now);
  Result<void> opened =
      co_await services_.external.open(std::move(first), pipeline.timeout, std::move(with));
  if (!opened) co_return std::unexpected(opened.error());
  co_return answer;
}

Task<Result<http::Response>> ExternalOperations::report(http::Request request) {
  if (!is_valid_utf8(request.body)) {
    co_return fail(ErrorCode::kBadRequest, "The body is not valid UTF-8.");
  }
  auto body = parse_json(request.body);
  if (!body) co_return std::unexpected(body.error());
  auto read = reports_from_json(*body);
  if (!read) co_return std::unexpected(read.error());
  auto reported = co_await services_.external.report(
      {auth::owner_of(request), request.parameter("operation_id"), std::move(read->reports),
       std::move(read->pointers)});
  if (!reported) co_return std::unexpected(reported.error());
  json::object answer{{"sequence", reported->sequence},
                      {"cancel_requested", reported->cancel_requested}};
  http::Response response = http::Response::json(202, json::serialize(answer));
  forbid_caching(response);
  co_return response;
}

}  // namespace walrus::api
