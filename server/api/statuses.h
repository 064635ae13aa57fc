// Statuses of documents and operations: the latest, the history, the live stream.
#pragma once

#include "api/status_lookup.h"
#include "http/message.h"

namespace walrus::api {

class Statuses {
 public:
  explicit Statuses(Services& services) : services_(services) {}

  Task<Result<http::Response>> of_document(http::Request request);
  Task<Result<http::Response>> of_operation(http::Request request);
  // Of many documents: named in the query, or in a body.
  Task<Result<http::Response>> of_documents(http::Request request);
  Task<Result<http::Response>> of_documents_named(http::Request request);
  Task<Result<http::Response>> document_history(http::Request request);
  Task<Result<http::Response>> operation_history(http::Request request);
  Task<Result<http::Response>> document_events(http::Request request);
  Task<Result<http::Response>> operation_events(http::Request request);

 private:
  Task<Result<http::Response>> latest(http::Request request, std::string id, IdOf kind);
  Task<Result<http::Response>> of_each(std::string owner, std::vector<std::string> ids);
  Task<Result<http::Response>> events(http::Request request, store::OperationRecord record);

  Services& services_;
};

}  // namespace walrus::api
