#include "api/operations.h"

#include "api/fields.h"
#include "api/responses.h"
#include "auth/caller.h"
#include "wire/object_writer.h"
#include "wire/status_json.h"

namespace walrus::api {

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

}  // namespace walrus::api
