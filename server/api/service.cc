#include "api/service.h"

#include "api/responses.h"

namespace walrus::api {

namespace {

// A page without scripts, whose styles stand in it.
http::Response document(std::string_view html) {
  http::Response response = http::Response::text(200, std::string(html));
  response.content_type = "text/html; charset=utf-8";
  response.headers.set("Content-Security-Policy",
                       "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; "
                       "base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
  return response;
}

json::object part(bool good, std::string_view detail) {
  json::object shown;
  shown["status"] = good ? "ok" : "unavailable";
  if (!detail.empty()) shown["detail"] = detail;
  return shown;
}

}  // namespace

Task<Result<http::Response>> Service::root(http::Request request) {
  if (wants_page(request)) co_return page_.view(request);
  json::object body;
  body["name"] = "walrus";
  body["version"] = WALRUS_VERSION;
  body["endpoints"] = {{"documents", "/v1/documents/"},
                       {"crawl", "/v1/documents/crawl"},
                       {"chat", "/v1/chat/"},
                       {"conversations", "/v1/chat/conversations/{user_id}"},
                       {"search", "/v1/search"},
                       {"operations", "/v1/operations"},
                       {"events", "/v1/events"},
                       {"webhooks", "/v1/webhooks/"},
                       {"events_web_socket", "/v1/ws"},
                       {"chat_web_socket", "/ws/chat/{session_id}"},
                       {"models", "/v1/models/"},
                       {"health", "/health"},
                       {"ready", "/ready"},
                       {"metrics", "/metrics"},
                       {"openapi", "/openapi.json"},
                       {"asyncapi", "/asyncapi.json"},
                       {"docs", "/docs"}};
  body["features"] = {
      "document_upload", "web_crawl", "chat",           "search",   "sse",
      "websocket",       "resume",    "status_history", "webhooks", "external_operations"};
  http::Response response = http::Response::json(200, json::serialize(body));
  response.headers.set("Vary", "Accept, Accept-Encoding");
  co_return response;
}

Task<Result<http::Response>> Service::view(http::Request request) {
  if (wants_page(request)) co_return page_.view(request);
  co_return fail(ErrorCode::kNotFound,
                 "There is only a page for browsers here. The API's paths begin with /v1/.");
}

Task<Result<http::Response>> Service::asset(http::Request request) {
  co_return page_.asset(request);
}

Task<Result<http::Response>> Service::health(http::Request) {
  json::object body{{"status", "ok"}, {"version", WALRUS_VERSION}};
  co_return http::Response::json(200, json::serialize(body));
}

// 503 while a part that is needed is away. A sandbox that is not complete is said, not fatal.
Task<Result<http::Response>> Service::ready(http::Request) {
  Result<void> store = services_.store.health();
  bool draining = services_.draining;
  const extract::SandboxReport& sandbox = services_.extractor.sandbox();
  bool ready = store.has_value() && !draining;
  json::object parts;
  parts["store"] = part(store.has_value(), store ? "" : store.error().message);
  json::object shut_in;
  shut_in["status"] = sandbox.complete() ? "ok" : "degraded";
  if (!sandbox.missing.empty()) shut_in["detail"] = sandbox.missing;
  parts["sandbox"] = std::move(shut_in);
  if (draining) parts["server"] = part(false, "shutting down");
  json::object body;
  body["status"] = ready ? "ready" : "not_ready";
  body["parts"] = std::move(parts);
  http::Response response = http::Response::json(ready ? 200 : 503, json::serialize(body));
  if (!ready) response.headers.set("Retry-After", "5");
  forbid_caching(response);
  co_return response;
}

Task<Result<http::Response>> Service::metrics(http::Request) {
  http::Response response = http::Response::text(200, services_.metrics.render());
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  co_return response;
}

Task<Result<http::Response>> Service::openapi(http::Request) {
  co_return http::Response::json(200, std::string(documents_.openapi));
}

Task<Result<http::Response>> Service::asyncapi(http::Request) {
  co_return http::Response::json(200, std::string(documents_.asyncapi));
}

Task<Result<http::Response>> Service::docs(http::Request) {
  co_return document(documents_.docs);
}

Task<Result<http::Response>> Service::models(http::Request) {
  json::array models;
  for (const llm::ListedModel& listed : services_.catalogue.list()) {
    json::object shown;
    shown["model_id"] = listed.info.model_id;
    shown["provider"] = listed.info.provider;
    json::array strengths;
    for (const std::string& strength : listed.info.strengths) strengths.emplace_back(strength);
    shown["strengths"] = std::move(strengths);
    shown["context_length"] = listed.info.context_length;
    shown["available"] = listed.available;
    models.push_back(std::move(shown));
  }
  co_return http::Response::json(200, json::serialize(models));
}

}  // namespace walrus::api
