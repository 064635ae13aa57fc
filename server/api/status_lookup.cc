#include "api/status_lookup.h"

#include <fmt/format.h>

#include "base/ids.h"
#include "wire/status_json.h"

namespace walrus::api {

namespace {

Error no_status(std::string_view id, IdOf kind) {
  return {
      ErrorCode::kNotFound,
      fmt::format("{} '{}' was not found. The id may be wrong, it may not exist yet, or be gone.",
                  kind == IdOf::kDocument ? "Document" : "Operation", id),
      {}};
}

}  // namespace

Task<Result<store::OperationRecord>> find_operation(Services& services, std::string owner,
                                                    std::string id, IdOf kind) {
  std::string operation_id = id;
  if (!is_uuid(id)) co_return std::unexpected(no_status(id, kind));
  if (kind == IdOf::kDocument) {
    auto document = co_await services.store.document(owner, id);
    if (!document) co_return std::unexpected(document.error());
    if (!*document) co_return std::unexpected(no_status(id, kind));
    operation_id = (*document)->operation_id;
  }
  auto record = co_await services.store.operation(owner, operation_id);
  if (!record) co_return std::unexpected(record.error());
  if (!*record) co_return std::unexpected(no_status(id, kind));
  co_return std::move(**record);
}

Task<Result<std::shared_ptr<const live::LatestStatus>>> latest_status(Services& services,
                                                                      std::string owner,
                                                                      std::string id, IdOf kind) {
  live::Latest& cache = services.hub.latest();
  auto known = cache.find(id);
  bool document = kind == IdOf::kDocument;
  if (known && known->owner == owner && document == (known->operation_id != id)) co_return known;
  std::uint64_t ticket = cache.ticket(id);
  auto record = co_await find_operation(services, owner, id, kind);
  if (!record) co_return std::unexpected(record.error());
  auto fresh = std::make_shared<const live::LatestStatus>(
      owner, record->state.operation.id, record->state.sequence, wire::status_json(record->state));
  cache.fill(id, ticket, fresh);
  co_return fresh;
}

}  // namespace walrus::api
