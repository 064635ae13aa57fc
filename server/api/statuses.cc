#include "api/statuses.h"

#include <fmt/format.h>

#include <charconv>

#include "api/fields.h"
#include "api/operation_stream.h"
#include "api/responses.h"
#include "auth/caller.h"
#include "base/ids.h"
#include "wire/object_writer.h"
#include "wire/status_json.h"

namespace walrus::api {

namespace {

Error no_status(std::string_view id, bool is_document) {
  return {
      ErrorCode::kNotFound,
      fmt::format("{} '{}' was not found. The id may be wrong, it may not exist yet, or be gone.",
                  is_document ? "Document" : "Operation", id),
      {}};
}

// `Last-Event-ID` wins over `?after=`. What is no number is a position nobody can have: a snapshot.
Result<Position> position_of(const http::Request& request) {
  constexpr auto kNowhere = std::numeric_limits<std::uint64_t>::max();
  if (auto header = request.headers.get("last-event-id"); header && !header->empty()) {
    std::uint64_t number = 0;
    auto [end, error] = std::from_chars(header->data(), header->data() + header->size(), number);
    bool whole = error == std::errc() && end == header->data() + header->size();
    return Position{whole ? number : kNowhere};
  }
  auto after = number_parameter(request, "after");
  if (!after) return std::unexpected(after.error());
  return Position{*after};
}

}  // namespace

Task<Result<store::OperationRecord>> Statuses::operation_of(std::string owner, std::string id,
                                                            bool is_document) {
  std::string operation_id = id;
  if (!is_uuid(id)) co_return std::unexpected(no_status(id, is_document));
  if (is_document) {
    auto document = co_await services_.store.document(owner, id);
    if (!document) co_return std::unexpected(document.error());
    if (!*document) co_return std::unexpected(no_status(id, true));
    operation_id = (*document)->operation_id;
  }
  auto record = co_await services_.store.operation(owner, operation_id);
  if (!record) co_return std::unexpected(record.error());
  if (!*record) co_return std::unexpected(no_status(id, is_document));
  co_return std::move(**record);
}

// --- The latest

Task<Result<http::Response>> Statuses::of_document(http::Request request) {
  std::string id = request.parameter("document_id");
  return latest(std::move(request), std::move(id), true);
}

Task<Result<http::Response>> Statuses::of_operation(http::Request request) {
  std::string id = request.parameter("operation_id");
  return latest(std::move(request), std::move(id), false);
}

Task<Result<http::Response>> Statuses::latest(http::Request request, std::string id,
                                              bool is_document) {
  live::Latest& cache = services_.hub.latest();
  const std::string& owner = auth::owner_of(request);
  auto known = cache.find(id);
  if (known && known->owner == owner && is_document == (known->operation_id != id)) {
    co_return status_response(request, known->sequence, known->body);
  }
  std::uint64_t ticket = cache.ticket(id);
  auto record = co_await operation_of(owner, id, is_document);
  if (!record) co_return std::unexpected(record.error());
  auto fresh = std::make_shared<const live::LatestStatus>(
      owner, record->state.operation.id, record->state.sequence, wire::status_json(record->state));
  cache.fill(id, ticket, fresh);
  co_return status_response(request, fresh->sequence, fresh->body);
}

// --- The history

Task<Result<http::Response>> Statuses::document_history(http::Request request) {
  auto record =
      co_await operation_of(auth::owner_of(request), request.parameter("document_id"), true);
  if (!record) co_return std::unexpected(record.error());
  co_return co_await history(std::move(*record));
}

Task<Result<http::Response>> Statuses::operation_history(http::Request request) {
  auto record =
      co_await operation_of(auth::owner_of(request), request.parameter("operation_id"), false);
  if (!record) co_return std::unexpected(record.error());
  co_return co_await history(std::move(*record));
}

Task<Result<http::Response>> Statuses::history(store::OperationRecord record) {
  constexpr int kBatch = 500;
  const status::Operation& operation = record.state.operation;
  wire::ArrayWriter entries;
  std::uint64_t after = 0;
  for (;;) {
    auto batch = co_await services_.store.events(operation.owner, operation.id, after, kBatch);
    if (!batch) co_return std::unexpected(batch.error());
    for (const status::Event& event : *batch) {
      after = event.sequence;
      if (event.type == status::EventType::kChunk) continue;
      entries.raw(wire::history_json(status::state_after(record.state, event), event));
    }
    if (batch->size() < kBatch) break;
  }
  http::Response response = http::Response::json(200, std::move(entries).finish());
  forbid_caching(response);
  co_return response;
}

// --- The stream

Task<Result<http::Response>> Statuses::document_events(http::Request request) {
  auto record =
      co_await operation_of(auth::owner_of(request), request.parameter("document_id"), true);
  if (!record) co_return std::unexpected(record.error());
  co_return co_await events(std::move(request), std::move(*record));
}

Task<Result<http::Response>> Statuses::operation_events(http::Request request) {
  auto record =
      co_await operation_of(auth::owner_of(request), request.parameter("operation_id"), false);
  if (!record) co_return std::unexpected(record.error());
  co_return co_await events(std::move(request), std::move(*record));
}

Task<Result<http::Response>> Statuses::events(http::Request request,
                                              store::OperationRecord record) {
  auto position = position_of(request);
  if (!position) co_return std::unexpected(position.error());
  // EventSource reconnects after every end: this tells it that there is nothing more.
  bool ended = record.state.outcome != status::Outcome::kProcessing;
  if (ended && position->after == record.state.sequence) co_return http::Response::no_content(204);

  co_return stream_operation(services_.hub, services_.store, *request.loop, services_.log,
                             std::move(record), *position);
}

}  // namespace walrus::api
