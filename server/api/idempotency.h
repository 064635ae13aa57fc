// Idempotency-Key: a request that is repeated gets the first one's answer, and its work is not
// done twice (api.md, Who may ask).
//
// A handler names what the request asks for, remembers its answer in the commit that accepts the
// work, and leaves the rest to `answer_once`.
#pragma once

#include <functional>
#include <string>

#include "base/json.h"
#include "base/task.h"
#include "http/message.h"
#include "store/store.h"

namespace walrus::api {

// An answer from which the response is made: the first time and for every repeat.
struct FirstAnswer {
  int http_status = 202;
  std::string body;  // JSON; empty where the handler makes it from the operation
  std::string location;
  std::string operation_id;
};
http::Response response_of(const FirstAnswer& answer);

// A request as its owner may repeat it.
class RepeatableRequest {
 public:
  // `content` is all of what the body asks for; how its members are ordered does not matter.
  // Errors: validation_error, where the key is not 1 to 255 visible ASCII characters.
  static Result<RepeatableRequest> from(const http::Request& request, const json::value& content);

  // Without a key it is none that can be repeated, and the functions below do nothing.
  bool has_key() const { return !key_.empty(); }

  // Adds the answer to the commit that accepts the work. The commit's `conflict` may then mean that
  // a request with the same key was faster.
  void remember(store::WriteBatch& batch, const FirstAnswer& answer, TimePoint now) const;

  const std::string& owner() const { return owner_; }
  const std::string& route() const { return route_; }
  const std::string& key() const { return key_; }
  const std::string& content_hash() const { return content_hash_; }

 private:
  std::string owner_;
  std::string route_;
  std::string key_;
  std::string content_hash_;
};

// Accepts the work and says what to answer.
using Accept = std::move_only_function<Task<Result<FirstAnswer>>()>;

// What the first request with the key was answered; `accept` is called where there was none. Of
// requests that come at the same moment one is accepted, and the others get its answer. Errors:
// validation_error (the key came with another content before), storage_unavailable, and those of
// `accept`.
Task<Result<FirstAnswer>> answer_once(store::Store& store, RepeatableRequest request,
                                      Accept accept);

}  // namespace walrus::api
