#include "api/webhooks.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/claim.h"
#include "api/fields.h"
#include "api/responses.h"
#include "auth/caller.h"
#include "base/ids.h"
#include "base/time_format.h"
#include "webhooks/signature.h"

namespace walrus::api {

namespace {

using store::DeliveryRecord;
using store::DeliveryState;
using store::WebhookRecord;

constexpr int kMostWebhooks = 20;  // of an owner
constexpr std::size_t kMostNameBytes = 64;

bool is_webhook_name(std::string_view text) {
  auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !text.empty() && text.size() <= kMostNameBytes && std::ranges::all_of(text, allowed);
}

Result<std::vector<std::string>> events_field(const json::object& body) {
  auto wrong = [] {
    return fail_field("/events",
                      "must be a list of operation.completed, operation.failed, operation.step or "
                      "operation.*");
  };
  const json::value* member = body.if_contains("events");
  if (!member) return fail_field("/events", "is required");
  const json::array* listed = member->if_array();
  if (!listed || listed->empty()) return wrong();
  std::vector<std::string> events;
  for (const json::value& item : *listed) {
    const json::string* name = item.if_string();
    if (!name || !webhooks::is_event_name(view(*name))) return wrong();
    if (std::ranges::find(events, view(*name)) == events.end()) events.emplace_back(*name);
  }
  return events;
}

// Empty where the body has none.
Result<std::string> secret_field(const json::object& body) {
  const json::value* member = body.if_contains("secret");
  if (!member || member->is_null()) return std::string();
  const json::string* secret = member->if_string();
  if (!secret || !webhooks::key_of(view(*secret))) {
    return fail_field("/secret", "must be whsec_ and the base64 of 24 to 64 bytes");
  }
  return std::string(*secret);
}

json::object webhook_json(const WebhookRecord& webhook) {
  json::object shown;
  shown["name"] = webhook.name;
  shown["url"] = webhook.url;
  json::array events;
  for (const std::string& event : webhook.events) events.emplace_back(event);
  shown["events"] = std::move(events);
  shown["enabled"] = webhook.enabled;
  shown["created_at"] = iso_millis(webhook.created_at);
  shown["updated_at"] = iso_millis(webhook.updated_at);
  return shown;
}

json::object delivery_json(const DeliveryRecord& delivery) {
  json::object shown;
  shown["delivery_id"] = delivery.id;
  shown["operation_id"] = nullptr;
  if (!delivery.operation_id.empty()) shown["operation_id"] = delivery.operation_id;
  shown["type"] = delivery.type;
  shown["state"] = store::name_of(delivery.state);
  shown["attempts"] = delivery.attempts;
  shown["status_code"] = nullptr;
  if (delivery.last_status != 0) shown["status_code"] = delivery.last_status;
  shown["error"] = nullptr;
  if (!delivery.last_error.empty()) shown["error"] = delivery.last_error;
  shown["next_attempt_at"] = nullptr;
  if (delivery.state == DeliveryState::kPending) {
    shown["next_attempt_at"] = iso_millis(delivery.next_attempt_at);
  }
  shown["created_at"] = iso_millis(delivery.created_at);
  shown["updated_at"] = iso_millis(delivery.updated_at);
  return shown;
}

http::Response answer(int status, const json::object& body) {
  http::Response response = http::Response::json(status, json::serialize(body));
  forbid_caching(response);
  return response;
}

}  // namespace

Task<Result<WebhookRecord>> Webhooks::find(const http::Request& request) {
  std::string owner = auth::owner_of(request);
  std::string name = request.parameter("name");
  auto found = co_await services_.store.webhook(std::move(owner), name);
  if (!found) co_return std::unexpected(found.error());
  if (!*found) {
    co_return fail(ErrorCode::kNotFound, fmt::format("Webhook '{}' was not found.", name));
  }
  co_return std::move(**found);
}

Result<WebhookRecord> Webhooks::read(const http::Request& request) const {
  WebhookRecord webhook;
  webhook.owner = auth::owner_of(request);
  webhook.name = request.parameter("name");
  if (!is_webhook_name(webhook.name)) {
    return fail_field("name", "must have 1 to 64 of the characters a-z, 0-9, '_' and '-'");
  }
  auto body = json_body(request);
  if (!body) return std::unexpected(body.error());
  auto url = text_field(*body, "url", 1, 2048);
  if (!url) return std::unexpected(url.error());
  Result<void> checked = webhooks::check_url(*url, services_.webhook_gates);
  if (!checked) return std::unexpected(checked.error());
  auto events = events_field(*body);
  if (!events) return std::unexpected(events.error());
  auto secret = secret_field(*body);
  if (!secret) return std::unexpected(secret.error());
  webhook.url = std::move(*url);
  webhook.events = std::move(*events);
  webhook.secret = std::move(*secret);
  return webhook;
}

Task<Result<http::Response>> Webhooks::put(http::Request request) {
  auto webhook = read(request);
  if (!webhook) co_return std::unexpected(webhook.error());
  auto claimed = co_await claim(*claims_, webhook->owner, webhook->name);
  if (!claimed) co_return std::unexpected(claimed.error());
  auto before = co_await services_.store.webhook(webhook->owner, webhook->name);
  if (!before) co_return std::unexpected(before.error());
  bool is_new = !before->has_value();
  bool is_made_here = webhook->secret.empty();
  if (is_made_here) webhook->secret = webhooks::new_secret();
  TimePoint now = services_.clock.now();
  webhook->created_at = is_new ? now : (*before)->created_at;
  // One definition is told from the next by it, also when the clock stands still.
  webhook->updated_at = is_new ? now : std::max(now, (*before)->updated_at + Duration(1));
  store::WriteBatch batch;
  batch.mutations.push_back(store::PutWebhook{*webhook, kMostWebhooks});
  Result<void> committed = co_await services_.store.commit(std::move(batch));
  if (!committed) co_return std::unexpected(committed.error());
  json::object body = webhook_json(*webhook);
  if (is_made_here) body["secret"] = webhook->secret;
  services_.webhooks.put(std::move(*webhook));
  services_.dispatcher.wake(auth::owner_of(request));
  co_return answer(is_new ? 201 : 200, body);
}

Task<Result<http::Response>> Webhooks::list(http::Request request) {
  auto records = co_await services_.store.webhooks(auth::owner_of(request));
  if (!records) co_return std::unexpected(records.error());
  json::array rows;
  for (const WebhookRecord& webhook : *records) rows.push_back(webhook_json(webhook));
  json::object body;
  body["webhooks"] = std::move(rows);
  co_return answer(200, body);
}

Task<Result<http::Response>> Webhooks::show(http::Request request) {
  auto webhook = co_await find(request);
  if (!webhook) co_return std::unexpected(webhook.error());
  co_return answer(200, webhook_json(*webhook));
}

Task<Result<http::Response>> Webhooks::remove(http::Request request) {
  auto claimed = co_await claim(*claims_, auth::owner_of(request), request.parameter("name"));
  if (!claimed) co_return std::unexpected(claimed.error());
  auto webhook = co_await find(request);
  if (!webhook) co_return std::unexpected(webhook.error());
  store::WriteBatch batch;
  batch.mutations.push_back(store::DeleteWebhook{webhook->owner, webhook->name});
  Result<void> deleted = co_await services_.store.commit(std::move(batch));
  if (!deleted) co_return std::unexpected(deleted.error());
  services_.webhooks.remove(webhook->owner, webhook->name);
  json::object body;
  body["name"] = webhook->name;
  body["status"] = "deleted";
  co_return answer(200, body);
}

Task<Result<http::Response>> Webhooks::deliveries(http::Request request) {
  auto page = page_of(request, 50, 100);
  if (!page) co_return std::unexpected(page.error());
  auto webhook = co_await find(request);
  if (!webhook) co_return std::unexpected(webhook.error());
  auto listing = co_await services_.store.deliveries(webhook->owner, webhook->name, *page);
  if (!listing) co_return std::unexpected(listing.error());
  json::array rows;
  for (const DeliveryRecord& delivery : listing->records) rows.push_back(delivery_json(delivery));
  json::object body;
  body["deliveries"] = std::move(rows);
  body["next_cursor"] = nullptr;
  if (!listing->next.empty()) body["next_cursor"] = listing->next;
  co_return answer(200, body);
}

Task<Result<http::Response>> Webhooks::test(http::Request request) {
  auto repeatable = RepeatableRequest::from(request, json::object());
  if (!repeatable) co_return std::unexpected(repeatable.error());
  Accept accept = [this, request = std::move(request), repeatable = *repeatable]() mutable {
    return test_once(std::move(request), std::move(repeatable));
  };
  auto first = co_await answer_once(services_.store, std::move(*repeatable), std::move(accept));
  if (!first) co_return std::unexpected(first.error());
  http::Response response = response_of(*first);
  forbid_caching(response);
  co_return response;
}

Task<Result<FirstAnswer>> Webhooks::test_once(http::Request request, RepeatableRequest repeatable) {
  auto webhook = co_await find(request);
  if (!webhook) co_return std::unexpected(webhook.error());
  if (!webhook->enabled) {
    co_return fail(ErrorCode::kConflict, "The webhook is disabled. Put it again to enable it.");
  }
  TimePoint now = services_.clock.now();
  std::string id = "msg_" + new_uuid(now);
  std::string data = json::serialize(json::object{{"webhook", webhook->name}});
  store::WriteBatch batch;
  batch.mutations.push_back(
      store::PutDelivery{webhooks::new_delivery(*webhook, id, webhooks::kTest, now, data)});
  FirstAnswer answer{.body = json::serialize(json::object{{"delivery_id", id}}),
                     .location = {},
                     .operation_id = {}};
  repeatable.remember(batch, answer, now);
  Result<void> committed = co_await services_.store.commit(std::move(batch));
  if (!committed) co_return std::unexpected(committed.error());
  services_.dispatcher.wake(webhook->owner);
  co_return answer;
}

}  // namespace walrus::api
