// Webhooks: put, list, show, delete, test; their log of deliveries.
#pragma once

#include "api/idempotency.h"
#include "api/services.h"
#include "base/claims.h"
#include "http/message.h"

namespace walrus::api {

class Webhooks {
 public:
  explicit Webhooks(Services& services) : services_(services) {}

  Task<Result<http::Response>> put(http::Request request);
  Task<Result<http::Response>> list(http::Request request);
  Task<Result<http::Response>> show(http::Request request);
  Task<Result<http::Response>> remove(http::Request request);
  Task<Result<http::Response>> deliveries(http::Request request);
  Task<Result<http::Response>> test(http::Request request);

 private:
  // The caller's webhook that the path names.
  Task<Result<store::WebhookRecord>> find(const http::Request& request);
  Task<Result<FirstAnswer>> test_once(http::Request request, RepeatableRequest repeatable);
  Result<store::WebhookRecord> read(const http::Request& request) const;

  Services& services_;
  // By name, so that store and registry take the changes of a webhook in one order.
  std::unique_ptr<Claims> claims_ = std::make_unique<Claims>();
};

}  // namespace walrus::api
