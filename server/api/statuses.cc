#include "api/statuses.h"

#include <charconv>

#include "api/fields.h"
#include "api/history.h"
#include "api/operation_stream.h"
#include "api/responses.h"
#include "api/status_waiter.h"
#include "api/waking_listener.h"
#include "auth/caller.h"
#include "wire/object_writer.h"
#include "wire/status_json.h"

namespace walrus::api {

namespace {

constexpr std::size_t kMostStatuses = 100;  // in one request

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

// --- The latest

Task<Result<http::Response>> Statuses::of_document(http::Request request) {
  std::string id = request.parameter("document_id");
  return latest(std::move(request), std::move(id), IdOf::kDocument);
}

Task<Result<http::Response>> Statuses::of_operation(http::Request request) {
  std::string id = request.parameter("operation_id");
  return latest(std::move(request), std::move(id), IdOf::kOperation);
}

Task<Result<http::Response>> Statuses::latest(http::Request request, std::string id, IdOf kind) {
  auto wait = number_parameter(request, "wait", kLongestWait.count());
  if (!wait) co_return std::unexpected(wait.error());
  std::string owner = auth::owner_of(request);
  auto found = co_await latest_status(services_, owner, id, kind);
  if (!found) co_return std::unexpected(found.error());
  if (*wait) {
    auto after = number_parameter(request, "after");
    if (!after) co_return std::unexpected(after.error());
    std::uint64_t passed = after->value_or((*found)->sequence);
    if ((*found)->sequence <= passed) {
      co_await wait_for_status(services_.hub, (*found)->operation_id, passed,
                               std::chrono::seconds(**wait), request.peer);
      found = co_await latest_status(services_, owner, id, kind);
      if (!found) co_return std::unexpected(found.error());
    }
    if ((*found)->sequence <= passed) co_return unchanged_status((*found)->sequence);
  }
  co_return status_response(request, (*found)->sequence, (*found)->body);
}

// --- Many at once

Task<Result<http::Response>> Statuses::of_documents(http::Request request) {
  auto ids = listed_parameter(request, "ids", kMostStatuses);
  if (!ids) co_return std::unexpected(ids.error());
  if (ids->empty()) co_return fail_field("ids", "is required: document ids, separated by commas");
  co_return co_await of_each(auth::owner_of(request), std::move(*ids));
}

Task<Result<http::Response>> Statuses::of_documents_named(http::Request request) {
  auto body = json_body(request);
  if (!body) co_return std::unexpected(body.error());
  auto ids = texts_field(*body, "document_ids", 1, kMostStatuses);
  if (!ids) co_return std::unexpected(ids.error());
  co_return co_await of_each(auth::owner_of(request), std::move(*ids));
}

Task<Result<http::Response>> Statuses::of_each(std::string owner, std::vector<std::string> ids) {
  std::string statuses;
  wire::ObjectWriter each(statuses);
  wire::ArrayWriter not_found;
  for (const std::string& id : without_repetitions(std::move(ids))) {
    auto found = co_await latest_status(services_, owner, id, IdOf::kDocument);
    if (found) {
      each.raw(id, (*found)->body);
    } else if (found.error().code == ErrorCode::kNotFound) {
      std::string quoted;
      append_json_string(quoted, id);
      not_found.raw(quoted);
    } else {
      co_return std::unexpected(found.error());
    }
  }
  each.close();
  std::string body;
  wire::ObjectWriter whole(body);
  whole.raw("statuses", statuses);
  whole.raw("not_found", std::move(not_found).finish());
  whole.close();
  http::Response response = http::Response::json(200, std::move(body));
  forbid_caching(response);
  co_return response;
}

// --- The history

Task<Result<http::Response>> Statuses::document_history(http::Request request) {
  auto record = co_await find_operation(services_, auth::owner_of(request),
                                        request.parameter("document_id"), IdOf::kDocument);
  if (!record) co_return std::unexpected(record.error());
  co_return co_await history_of(services_, *request.loop, std::move(*record));
}

Task<Result<http::Response>> Statuses::operation_history(http::Request request) {
  auto record = co_await find_operation(services_, auth::owner_of(request),
                                        request.parameter("operation_id"), IdOf::kOperation);
  if (!record) co_return std::unexpected(record.error());
  co_return co_await history_of(services_, *request.loop, std::move(*record));
}

// --- The stream

Task<Result<http::Response>> Statuses::document_events(http::Request request) {
  auto record = co_await find_operation(services_, auth::owner_of(request),
                                        request.parameter("document_id"), IdOf::kDocument);
  if (!record) co_return std::unexpected(record.error());
  co_return co_await events(std::move(request), std::move(*record));
}

Task<Result<http::Response>> Statuses::operation_events(http::Request request) {
  auto record = co_await find_operation(services_, auth::owner_of(request),
                                        request.parameter("operation_id"), IdOf::kOperation);
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
