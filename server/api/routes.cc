#include "api/routes.h"

#include "api/chat.h"
#include "api/conversations.h"
#include "api/documents.h"
#include "api/responses.h"
#include "api/search.h"
#include "api/statuses.h"

namespace walrus::api {

namespace {

template <class T>
using Method = Task<Result<http::Response>> (T::*)(http::Request request);

template <class T>
http::Handler handler(std::shared_ptr<T> resource, Method<T> method) {
  return answering([resource, method](http::Request request) {
    return ((*resource).*method)(std::move(request));
  });
}

}  // namespace

http::Router make_router(Services& services, ContractDocuments documents) {
  using enum http::BodyKind;
  auto docs = std::make_shared<Documents>(services);
  auto statuses = std::make_shared<Statuses>(services);
  auto chat = std::make_shared<Chat>(services);
  auto talks = std::make_shared<Conversations>(services);
  auto search = std::make_shared<Search>(services);
  auto service = std::make_shared<Service>(services, documents);
  http::Router router;
  auto add = [&router](std::string method, std::string pattern, http::BodyKind body, http::Handler run) {
    router.add({std::move(method), std::move(pattern), body, std::move(run)});
  };

  add("GET", "/", kNone, handler(service, &Service::root));
  add("GET", "/health", kNone, handler(service, &Service::health));
  add("GET", "/ready", kNone, handler(service, &Service::ready));
  add("GET", "/metrics", kNone, handler(service, &Service::metrics));
  add("GET", "/openapi.json", kNone, handler(service, &Service::openapi));
  add("GET", "/asyncapi.json", kNone, handler(service, &Service::asyncapi));
  add("GET", "/docs", kNone, handler(service, &Service::docs));
  add("GET", "/v1/models/", kNone, handler(service, &Service::models));

  add("POST", "/v1/documents/", kMultipart, handler(docs, &Documents::upload));
  add("GET", "/v1/documents/", kNone, handler(docs, &Documents::list));
  add("GET", "/v1/documents/{document_id}", kNone, handler(docs, &Documents::show));
  add("PATCH", "/v1/documents/{document_id}", kMultipart, handler(docs, &Documents::replace));
  add("DELETE", "/v1/documents/{document_id}", kNone, handler(docs, &Documents::remove));
  add("DELETE", "/v1/documents/website/{document_id}", kNone, handler(docs, &Documents::remove_website));
  add("GET", "/v1/documents/{document_id}/chunks", kNone, handler(docs, &Documents::chunks));
  add("GET", "/v1/documents/{document_id}/chunks/{chunk_id}", kNone, handler(docs, &Documents::chunk));
  add("GET", "/v1/documents/{document_id}/content", kNone, handler(docs, &Documents::content));
  add("GET", "/v1/documents/{document_id}/status", kNone, handler(statuses, &Statuses::of_document));
  add("GET", "/v1/documents/{document_id}/status/history", kNone, handler(statuses, &Statuses::document_history));
  add("GET", "/v1/documents/{document_id}/events", kNone, handler(statuses, &Statuses::document_events));

  add("GET", "/v1/operations/{operation_id}", kNone, handler(statuses, &Statuses::of_operation));
  add("GET", "/v1/operations/{operation_id}/history", kNone, handler(statuses, &Statuses::operation_history));
  add("GET", "/v1/operations/{operation_id}/events", kNone, handler(statuses, &Statuses::operation_events));

  add("POST", "/v1/search", kJson, handler(search, &Search::search));
  add("POST", "/v1/chat/", kJson, handler(chat, &Chat::ask));
  add("GET", "/v1/chat/conversations/{user_id}", kNone, handler(talks, &Conversations::list));
  add("GET", "/v1/chat/conversations/{user_id}/{conversation_id}/history", kNone, handler(talks, &Conversations::history));
  add("GET", "/v1/chat/conversations/{user_id}/{conversation_id}/status", kNone, handler(talks, &Conversations::statuses));
  add("DELETE", "/v1/chat/conversations/{user_id}/{conversation_id}", kNone, handler(talks, &Conversations::remove));
  return router;
}

}  // namespace walrus::api
