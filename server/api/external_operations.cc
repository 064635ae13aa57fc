#include "api/external_operations.h"

#include "api/fields.h"
#include "api/report_fields.h"
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
  status::Operation operation{.id = services_.hub.new_operation_id(*request.loop),
                              .kind = status::Kind::kExternal,
                              .owner = auth::owner_of(request),
                              .created_at = services_.clock.now(),
                              .plan = std::move(pipeline->plan)};
  std::string id = operation.id;
  auto state = co_await services_.external.open(std::move(operation), std::move(pipeline->metadata),
                                                pipeline->timeout);
  if (!state) co_return std::unexpected(state.error());
  http::Response response = http::Response::json(201, wire::status_json(*state));
  response.headers.set("Location", "/v1/operations/" + id);
  response.headers.set("X-Operation-Id", id);
  forbid_caching(response);
  co_return response;
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
