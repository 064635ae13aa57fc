// POST /v1/search: the passages that bear on a query, without a model.
#pragma once

#include "api/services.h"
#include "http/message.h"

namespace walrus::api {

class Search {
 public:
  explicit Search(Services& services) : services_(services) {}
  Task<Result<http::Response>> search(http::Request request);

 private:
  Services& services_;
};

}  // namespace walrus::api
