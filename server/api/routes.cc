#include "api/routes.h"

#include "api/chat.h"
#include "api/conversations.h"
#include "api/crawls.h"
#include "api/documents.h"
#include "api/events.h"
#include "api/external_operations.h"
#include "api/operations.h"
#include "api/responses.h"
#include "api/search.h"
#include "api/sockets.h"
#include "api/statuses.h"
#include "api/webhooks.h"

namespace walrus::api {

namespace {

// One of each, shared by the handlers of its routes.
struct Resources {
  Documents documents;
  Crawls crawls;
  Statuses statuses;
  ExternalOperations external;
  Operations operations;
  Events events;
  Chat chat;
  Conversations conversations;
  Search search;
  Sockets sockets;
  Service service;
  Webhooks webhooks;
};

// The handler that calls `method` of the resource's member `part`.
template <auto part, auto method>
http::Handler handler(std::shared_ptr<Resources> resources) {
  return answering([resources](http::Request request) {
    return (((*resources).*part).*method)(std::move(request));
  });
}

struct Row {
  std::string_view method;
  std::string_view pattern;
  http::BodyKind body;
  http::Handler (*bind)(std::shared_ptr<Resources> resources);
};

using R = Resources;
constexpr auto kNone = http::BodyKind::kNone;
constexpr auto kJson = http::BodyKind::kJson;
constexpr auto kNoneOrJson = http::BodyKind::kNoneOrJson;
constexpr auto kMultipart = http::BodyKind::kMultipart;

// clang-format off
constexpr Row kRows[] = {
    {"GET", "/", kNone, handler<&R::service, &Service::root>},
    {"GET", "/assets/{name}", kNone, handler<&R::service, &Service::asset>},
    {"GET", "/documents", kNone, handler<&R::service, &Service::view>},
    {"GET", "/documents/{document_id}", kNone, handler<&R::service, &Service::view>},
    {"GET", "/operations", kNone, handler<&R::service, &Service::view>},
    {"GET", "/operations/{operation_id}", kNone, handler<&R::service, &Service::view>},
    {"GET", "/chat", kNone, handler<&R::service, &Service::view>},
    {"GET", "/chat/{conversation_id}", kNone, handler<&R::service, &Service::view>},
    {"GET", "/health", kNone, handler<&R::service, &Service::health>},
    {"GET", "/ready", kNone, handler<&R::service, &Service::ready>},
    {"GET", "/metrics", kNone, handler<&R::service, &Service::metrics>},
    {"GET", "/openapi.json", kNone, handler<&R::service, &Service::openapi>},
    {"GET", "/asyncapi.json", kNone, handler<&R::service, &Service::asyncapi>},
    {"GET", "/docs", kNone, handler<&R::service, &Service::docs>},
    {"GET", "/v1/models/", kNone, handler<&R::service, &Service::models>},

    {"POST", "/v1/documents/", kMultipart, handler<&R::documents, &Documents::upload>},
    {"GET", "/v1/documents/", kNone, handler<&R::documents, &Documents::list>},
    {"GET", "/v1/documents/{document_id}", kNone, handler<&R::documents, &Documents::show>},
    {"PATCH", "/v1/documents/{document_id}", kMultipart, handler<&R::documents, &Documents::replace>},
    {"DELETE", "/v1/documents/{document_id}", kNone, handler<&R::documents, &Documents::remove>},
    {"DELETE", "/v1/documents/website/{document_id}", kNone, handler<&R::documents, &Documents::remove_website>},
    {"POST", "/v1/documents/crawl", kJson, handler<&R::crawls, &Crawls::begin>},
    {"GET", "/v1/documents/{document_id}/pages", kNone, handler<&R::crawls, &Crawls::pages>},
    {"GET", "/v1/documents/{document_id}/chunks", kNone, handler<&R::documents, &Documents::chunks>},
    {"GET", "/v1/documents/{document_id}/chunks/{chunk_id}", kNone, handler<&R::documents, &Documents::chunk>},
    {"GET", "/v1/documents/{document_id}/content", kNone, handler<&R::documents, &Documents::content>},
    {"GET", "/v1/documents/status", kNone, handler<&R::statuses, &Statuses::of_documents>},
    {"POST", "/v1/documents/status", kJson, handler<&R::statuses, &Statuses::of_documents_named>},
    {"GET", "/v1/documents/{document_id}/status", kNone, handler<&R::statuses, &Statuses::of_document>},
    {"GET", "/v1/documents/{document_id}/status/history", kNone, handler<&R::statuses, &Statuses::document_history>},
    {"GET", "/v1/documents/{document_id}/events", kNone, handler<&R::statuses, &Statuses::document_events>},
    {"POST", "/v1/documents/{document_id}/cancel", kNoneOrJson, handler<&R::operations, &Operations::cancel_document>},
    {"POST", "/v1/documents/{document_id}/retry", kNoneOrJson, handler<&R::operations, &Operations::retry_document>},

    {"GET", "/v1/operations", kNone, handler<&R::operations, &Operations::list>},
    {"GET", "/v1/operations/{operation_id}", kNone, handler<&R::statuses, &Statuses::of_operation>},
    {"POST", "/v1/operations", kJson, handler<&R::external, &ExternalOperations::begin>},
    {"POST", "/v1/operations/{operation_id}/events", kJson, handler<&R::external, &ExternalOperations::report>},
    {"GET", "/v1/operations/{operation_id}/history", kNone, handler<&R::statuses, &Statuses::operation_history>},
    {"GET", "/v1/operations/{operation_id}/events", kNone, handler<&R::statuses, &Statuses::operation_events>},
    {"POST", "/v1/operations/{operation_id}/cancel", kNoneOrJson, handler<&R::operations, &Operations::cancel>},
    {"POST", "/v1/operations/{operation_id}/retry", kNoneOrJson, handler<&R::operations, &Operations::retry>},

    {"GET", "/v1/events", kNone, handler<&R::events, &Events::stream>},

    {"GET", "/v1/ws", kNone, handler<&R::sockets, &Sockets::events>},
    {"GET", "/ws/chat/{session_id}", kNone, handler<&R::sockets, &Sockets::chat>},

    {"POST", "/v1/search", kJson, handler<&R::search, &Search::search>},
    {"POST", "/v1/chat/", kJson, handler<&R::chat, &Chat::ask>},
    {"GET", "/v1/chat/conversations/{user_id}", kNone, handler<&R::conversations, &Conversations::list>},
    {"GET", "/v1/chat/conversations/{user_id}/{conversation_id}/history", kNone, handler<&R::conversations, &Conversations::history>},
    {"GET", "/v1/chat/conversations/{user_id}/{conversation_id}/status", kNone, handler<&R::conversations, &Conversations::statuses>},
    {"DELETE", "/v1/chat/conversations/{user_id}/{conversation_id}", kNone, handler<&R::conversations, &Conversations::remove>},

    {"PUT", "/v1/webhooks/{name}", kJson, handler<&R::webhooks, &Webhooks::put>},
    {"GET", "/v1/webhooks/", kNone, handler<&R::webhooks, &Webhooks::list>},
    {"GET", "/v1/webhooks/{name}", kNone, handler<&R::webhooks, &Webhooks::show>},
    {"DELETE", "/v1/webhooks/{name}", kNone, handler<&R::webhooks, &Webhooks::remove>},
    {"GET", "/v1/webhooks/{name}/deliveries", kNone, handler<&R::webhooks, &Webhooks::deliveries>},
    {"POST", "/v1/webhooks/{name}/test", kNone, handler<&R::webhooks, &Webhooks::test>},
};
// clang-format on

}  // namespace

http::Router make_router(Services& services, ServedDocuments documents) {
  auto resources = std::make_shared<Resources>(Resources{
      Documents(services), Crawls(services), Statuses(services), ExternalOperations(services),
      Operations(services), Events(services), Chat(services), Conversations(services),
      Search(services), Sockets(services), Service(services, documents), Webhooks(services)});
  http::Router router;
  for (const Row& row : kRows) {
    router.add({std::string(row.method), std::string(row.pattern), row.body, row.bind(resources)});
  }
  return router;
}

std::vector<std::string> route_names() {
  std::vector<std::string> names;
  for (const Row& row : kRows)
    names.push_back(std::string(row.method) + " " + std::string(row.pattern));
  return names;
}

}  // namespace walrus::api
