#include "store/dynamodb/service_error.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>

#include "base/json.h"
#include "net/sigv4.h"

namespace walrus::store::dynamodb {

namespace {

constexpr std::chrono::seconds kComeBackAfter{1};

constexpr std::string_view kUnavailable = "The store cannot be reached at the moment.";
constexpr std::string_view kBusy = "The store has more to do than it is set up for.";
constexpr std::string_view kNoAccess =
    "The store refuses this server. Check its keys, their rights and the region.";
constexpr std::string_view kNoTable = "A table of the store is missing, or not ready yet.";
constexpr std::string_view kTooLarge = "This is too large for the store.";
constexpr std::string_view kBroken = "The store could not read what this server asked.";

struct Meaning {
  std::string_view type;
  ErrorCode code;
  std::string_view message;
  Remedy remedy = Remedy::kNone;
};

constexpr std::array kMeanings{
    Meaning{"ConditionalCheckFailedException", ErrorCode::kConflict, "It has changed meanwhile."},
    Meaning{"ResourceInUseException", ErrorCode::kConflict, "The table is there already."},
    Meaning{"ResourceNotFoundException", ErrorCode::kStorageUnavailable, kNoTable},
    Meaning{"ItemCollectionSizeLimitExceededException", ErrorCode::kPayloadTooLarge, kTooLarge},
    Meaning{"RequestEntityTooLarge", ErrorCode::kPayloadTooLarge, kTooLarge},
    Meaning{"ProvisionedThroughputExceededException", ErrorCode::kStorageUnavailable, kBusy,
            Remedy::kPause},
    Meaning{"ThrottlingException", ErrorCode::kStorageUnavailable, kBusy, Remedy::kPause},
    Meaning{"RequestLimitExceeded", ErrorCode::kStorageUnavailable, kBusy, Remedy::kPause},
    Meaning{"LimitExceededException", ErrorCode::kStorageUnavailable, kBusy, Remedy::kPause},
    Meaning{"TransactionInProgressException", ErrorCode::kStorageUnavailable, kBusy,
            Remedy::kPause},
    Meaning{"TransactionConflictException", ErrorCode::kStorageUnavailable, kBusy, Remedy::kPause},
    Meaning{"InternalServerError", ErrorCode::kStorageUnavailable, kUnavailable, Remedy::kPause},
    Meaning{"ServiceUnavailable", ErrorCode::kStorageUnavailable, kUnavailable, Remedy::kPause},
    Meaning{"ExpiredTokenException", ErrorCode::kStorageUnavailable, kNoAccess, Remedy::kNewKeys},
    Meaning{"AccessDeniedException", ErrorCode::kStorageUnavailable, kNoAccess},
    Meaning{"UnrecognizedClientException", ErrorCode::kStorageUnavailable, kNoAccess},
    Meaning{"InvalidSignatureException", ErrorCode::kStorageUnavailable, kNoAccess},
    Meaning{"IncompleteSignatureException", ErrorCode::kStorageUnavailable, kNoAccess},
    Meaning{"MissingAuthenticationTokenException", ErrorCode::kStorageUnavailable, kNoAccess},
};

// "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException" without what stands before '#'.
std::string type_of(const json::object& body) {
  const json::string* type = find_string(body, "__type");
  if (!type) return {};
  std::string_view word = view(*type);
  return std::string(word.substr(word.find('#') + 1));
}

std::string message_of(const json::object& body) {
  for (std::string_view name : {"message", "Message"}) {
    if (const json::string* message = find_string(body, name)) return std::string(view(*message));
  }
  return {};
}

// As much of the service's message as may be logged: what it quotes is of the request, text of
// documents or, where it shows what should have been signed, a session's token.
std::string_view loggable(std::string_view message) {
  constexpr std::size_t kMost = 300;
  return message.substr(0, std::min(message.find_first_of("'\"\n"), kMost));
}

Meaning meaning_of(std::string_view type, std::string_view message, int status) {
  for (const Meaning& meaning : kMeanings) {
    if (meaning.type == type) return meaning;
  }
  if (status >= 500) return {type, ErrorCode::kStorageUnavailable, kUnavailable, Remedy::kPause};
  if (status == 413) return {type, ErrorCode::kPayloadTooLarge, kTooLarge};
  if (type == "ValidationException" && message.contains("size has exceeded"))
    return {type, ErrorCode::kPayloadTooLarge, kTooLarge};
  if (type.empty()) return {type, ErrorCode::kStorageUnavailable, kUnavailable};
  return {type, ErrorCode::kInternalError, kBroken};
}

}  // namespace

Refusal refusal_of(const net::ClientResponse& response) {
  Result<json::value> parsed = parse_json(response.body);
  json::object body = parsed && parsed->is_object() ? parsed->as_object() : json::object();
  std::string type = type_of(body);
  std::string message = message_of(body);
  Meaning meaning = meaning_of(type, message, response.status);
  Error error{meaning.code, std::string(meaning.message),
              fmt::format("dynamodb {} {}: {}", response.status, type, loggable(message))};
  if (net::is_about_time(type, message)) meaning.remedy = Remedy::kSetClock;
  if (meaning.remedy == Remedy::kPause) error.retry_after = kComeBackAfter;
  // 5xx says nothing of what was done before.
  return {{std::move(error), std::move(type), response.status >= 500}, meaning.remedy};
}

Refusal refusal_of(const Error& transport) {
  if (transport.code == ErrorCode::kForbiddenAddress)
    return {{{ErrorCode::kStorageUnavailable, std::string(kUnavailable), transport.detail}}};
  Error error{ErrorCode::kStorageUnavailable, std::string(kUnavailable),
              fmt::format("dynamodb: {} ({})", transport.message, transport.detail)};
  error.retry_after = kComeBackAfter;
  return {{std::move(error), "", true}, Remedy::kPause};
}

}  // namespace walrus::store::dynamodb
