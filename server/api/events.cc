#include "api/events.h"

#include "api/fields.h"
#include "api/multiplexed_stream.h"
#include "api/status_lookup.h"
#include "auth/caller.h"

namespace walrus::api {

namespace {

constexpr std::size_t kMostOperations = 100;

// `Last-Event-ID` wins over `?after=`.
std::string cursor_of(const http::Request& request) {
  auto header = request.headers.get("last-event-id");
  if (header && !header->empty()) return std::string(*header);
  return request.query_parameter("after").value_or("");
}

bool is_told(const std::optional<store::OperationRecord>& record, const Told& told) {
  if (!record) return told.missing;
  bool ended = record->state.outcome != status::Outcome::kProcessing;
  return ended && told.sequence == record->state.sequence;
}

}  // namespace

Task<Result<http::Response>> Events::stream(http::Request request) {
  auto ids = listed_parameter(request, "operations", kMostOperations);
  if (!ids) co_return std::unexpected(ids.error());
  if (!ids->empty()) {
    co_return co_await listed(std::move(request), without_repetitions(std::move(*ids)));
  }
  if (request.query_parameter("operations")) {
    co_return fail_field("operations", "names no operation; leave it out for all of your own");
  }
  co_return stream_own(services_, *request.loop, auth::owner_of(request),
                       decode_own(cursor_of(request)));
}

Task<Result<http::Response>> Events::listed(http::Request request, std::vector<std::string> ids) {
  std::string owner = auth::owner_of(request);
  auto known = decode_listed(cursor_of(request), ids);
  std::vector<Told> places = known ? std::move(*known) : std::vector<Told>(ids.size());
  std::vector<std::optional<store::OperationRecord>> records;
  bool all_told = true;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    auto record = co_await find_operation(services_, owner, ids[i], IdOf::kOperation);
    if (!record && record.error().code != ErrorCode::kNotFound) {
      co_return std::unexpected(record.error());
    }
    records.emplace_back();
    if (record) records.back() = std::move(*record);
    all_told = all_told && is_told(records.back(), places[i]);
  }
  // EventSource reconnects after every end: this tells it that there is nothing more.
  if (all_told) co_return http::Response::no_content(204);
  co_return stream_listed(services_, *request.loop, std::move(ids), std::move(records),
                          std::move(places));
}

}  // namespace walrus::api
