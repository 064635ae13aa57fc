// Which handler a method and path belong to.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/task.h"
#include "http/message.h"

namespace walrus::http {

// Runs on the connection's loop; may suspend. Takes the request over.
using Handler = std::function<Task<Response>(Request request)>;

enum class BodyKind {
  kNone,        // a body is refused with 413
  kJson,        // application/json alone (415), in memory
  kNoneOrJson,  // the same, or no body
  kMultipart,   // multipart/form-data alone (415), files streamed to disk
};

struct Route {
  std::string method;
  std::string pattern;  // "/v1/documents/{document_id}/status"; {name} is one whole segment
  BodyKind body = BodyKind::kNone;
  Handler handler;
};

// Every path matches with and without a trailing slash. Literal segments win over {names}. Built
// before the server starts, immutable afterwards, and so safe to use from every thread.
class Router {
 public:
  void add(Route route);

  struct Match {
    const Route* route = nullptr;      // null: no such path (404) or method (405)
    std::vector<std::string> allowed;  // methods of the path, when the method is the trouble
    std::vector<std::pair<std::string_view, std::string>> parameters;
    bool malformed = false;  // bad percent-encoding or UTF-8 in a segment: 400
  };
  // HEAD matches GET's route.
  Match match(std::string_view method, std::string_view path) const;

  const std::vector<std::unique_ptr<Route>>& routes() const { return routes_; }

 private:
  struct Node;
  std::vector<std::unique_ptr<Route>> routes_;
  std::shared_ptr<Node> root_;
};

}  // namespace walrus::http
