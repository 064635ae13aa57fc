// What DynamoDB's refusals mean.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "base/error.h"
#include "net/http_client.h"

namespace walrus::store::dynamodb {

// Why a call has failed, for a store that must know whether its write may have happened.
struct CallError {
  Error error;
  std::string type;  // the service's word, "ConditionalCheckFailedException"; empty: it said none
  // A try whose answer did not come may have been carried out. Whoever wrote reads what is there
  // now: a conflict of a second try can be the first one's own doing.
  bool maybe_done = false;
};

template <class T>
using CallResult = std::expected<T, CallError>;

// What another try is worth after a failed one.
enum class Remedy {
  kNone,      // it would be refused again
  kPause,     // after a pause
  kSetClock,  // with the service's time
  kNewKeys,   // with keys that have not expired
};

struct Refusal {
  CallError error;
  Remedy remedy = Remedy::kNone;
};

// Of an answer that is no 2xx. The codes:
// conflict              a condition that does not hold, or a table that is there already
// payload_too_large     an item or a request over its limit
// internal_error        what is wrong with a request of ours
// storage_unavailable   everything else; with a time to come back where that is likely to help
Refusal refusal_of(const net::ClientResponse& response);

// Of a try that had no answer.
Refusal refusal_of(const Error& transport);

}  // namespace walrus::store::dynamodb
