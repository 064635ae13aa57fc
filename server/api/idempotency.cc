#include "api/idempotency.h"

#include <algorithm>
#include <vector>

#include "auth/caller.h"
#include "base/digest.h"

namespace walrus::api {

namespace {

constexpr std::string_view kHeader = "Idempotency-Key";
constexpr std::size_t kMaxKey = 255;

bool is_valid(std::string_view key) {
  auto visible = [](char c) { return c > 0x20 && c < 0x7F; };
  return !key.empty() && key.size() <= kMaxKey && std::ranges::all_of(key, visible);
}

void append_canonical(std::string& out, const json::value& value);

void append_canonical(std::string& out, const json::object& object) {
  std::vector<const json::key_value_pair*> members;
  for (const json::key_value_pair& member : object) members.push_back(&member);
  std::ranges::sort(members, {}, [](const json::key_value_pair* member) { return member->key(); });
  out += '{';
  for (const json::key_value_pair* member : members) {
    append_json_string(out, member->key());
    out += ':';
    append_canonical(out, member->value());
    out += ',';
  }
  out += '}';
}

// One text for equal values, whatever the order of their members.
void append_canonical(std::string& out, const json::value& value) {
  if (const json::object* object = value.if_object()) return append_canonical(out, *object);
  const json::array* array = value.if_array();
  if (!array) {
    out += json::serialize(value);
    return;
  }
  out += '[';
  for (const json::value& entry : *array) {
    append_canonical(out, entry);
    out += ',';
  }
  out += ']';
}

using Found = Result<std::optional<FirstAnswer>>;

Task<Found> find_first_answer(store::Store& store, RepeatableRequest request) {
  auto found = co_await store.idempotency_key(request.owner(), request.route(), request.key());
  if (!found) co_return std::unexpected(found.error());
  if (!*found) co_return std::nullopt;
  store::IdempotencyRecord& record = **found;
  if (record.request_hash != request.content_hash()) {
    co_return fail_field(std::string(kHeader),
                         "was sent with another content before: use a new key for a new request");
  }
  co_return FirstAnswer{record.http_status, std::move(record.body), std::move(record.location),
                        std::move(record.operation_id)};
}

}  // namespace

http::Response response_of(const FirstAnswer& answer) {
  http::Response response = http::Response::json(answer.http_status, answer.body);
  if (!answer.operation_id.empty()) response.headers.set("X-Operation-Id", answer.operation_id);
  if (!answer.location.empty()) response.headers.set("Location", answer.location);
  return response;
}

Result<RepeatableRequest> RepeatableRequest::from(const http::Request& request,
                                                  const json::value& content) {
  RepeatableRequest repeatable;
  auto key = request.headers.get(kHeader);
  if (!key) return repeatable;
  if (!is_valid(*key)) {
    return fail_field(std::string(kHeader),
                      "must have 1 to 255 visible ASCII characters and no space");
  }
  repeatable.owner_ = auth::owner_of(request);
  repeatable.route_ = request.method + " " + request.path;
  repeatable.key_ = *key;
  std::string canonical;
  append_canonical(canonical, content);
  repeatable.content_hash_ = sha256_hex(canonical);
  return repeatable;
}

void RepeatableRequest::remember(store::WriteBatch& batch, const FirstAnswer& answer,
                                 TimePoint now) const {
  if (!has_key()) return;
  batch.mutations.push_back(
      store::PutIdempotencyKey{{.owner = owner_,
                                .route = route_,
                                .key = key_,
                                .request_hash = content_hash_,
                                .http_status = answer.http_status,
                                .body = answer.body,
                                .location = answer.location,
                                .operation_id = answer.operation_id,
                                .expires_at = now + store::kIdempotencyLife}});
}

Task<Result<FirstAnswer>> answer_once(store::Store& store, RepeatableRequest request,
                                      Accept accept) {
  if (!request.has_key()) co_return co_await accept();
  Found earlier = co_await find_first_answer(store, request);
  if (!earlier) co_return std::unexpected(earlier.error());
  if (*earlier) co_return std::move(**earlier);

  auto accepted = co_await accept();
  if (accepted || accepted.error().code != ErrorCode::kConflict) co_return accepted;
  Found meanwhile = co_await find_first_answer(store, request);
  if (!meanwhile) co_return std::unexpected(meanwhile.error());
  if (*meanwhile) co_return std::move(**meanwhile);
  co_return accepted;
}

}  // namespace walrus::api
