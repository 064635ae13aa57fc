#include "testing/dynamodb_fake.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/digest.h"

namespace walrus::testing {

namespace {

constexpr std::string_view kTargetPrefix = "DynamoDB_20120810.";
constexpr std::string_view kTypePrefix = "com.amazonaws.dynamodb.v20120810#";
constexpr std::chrono::minutes kMostSkew{5};

std::string operation_of(const SeenRequest& request) {
  std::string target = request.header("x-amz-target");
  return target.starts_with(kTargetPrefix) ? target.substr(kTargetPrefix.size()) : "";
}

// "20240115T103000Z"; the epoch where it is none.
TimePoint read_amz_date(const std::string& text) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  std::sscanf(text.c_str(), "%4d%2d%2dT%2d%2d%2dZ", &year, &month, &day, &hour, &minute, &second);
  auto date = std::chrono::year(year) / month / day;
  if (!date.ok()) return {};
  return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second);
}

// The part of an Authorization behind `name` and '=', up to the next comma.
std::string part_of(const std::string& authorization, std::string_view name) {
  std::size_t at = authorization.find(fmt::format("{}=", name));
  if (at == std::string::npos) return {};
  at += name.size() + 1;
  return authorization.substr(at, authorization.find(',', at) - at);
}

// What the client signed, by the headers that it says it signed.
net::SignableRequest signed_part(const SeenRequest& request, const std::string& names) {
  net::SignableRequest part{
      .method = request.method, .path = request.target, .payload_hash = sha256_hex(request.body)};
  for (const auto& [name, value] : request.headers) {
    if (fmt::format(";{};", names).contains(fmt::format(";{};", name)))
      part.headers.emplace_back(name, value);
  }
  return part;
}

std::uint32_t checksum(std::string_view body) {
  return static_cast<std::uint32_t>(
      crc32_z(0, reinterpret_cast<const Bytef*>(body.data()), body.size()));
}

}  // namespace

DynamoDbFake::DynamoDbFake(net::AwsKeys keys, TimePoint now)
    : keys_(std::move(keys)),
      now_(now),
      server_([this](const SeenRequest& request) { return serve(request); }) {}

void DynamoDbFake::advance(Duration by) {
  std::lock_guard lock(mutex_);
  now_ += by;
}

void DynamoDbFake::set_clock_ahead(Duration by) {
  std::lock_guard lock(mutex_);
  ahead_ = by;
}

void DynamoDbFake::set_keys(net::AwsKeys keys) {
  std::lock_guard lock(mutex_);
  keys_ = std::move(keys);
}

void DynamoDbFake::set_index_lag(Duration lag) {
  std::lock_guard lock(mutex_);
  service_.index_lag = lag;
}

void DynamoDbFake::set_creation_time(Duration takes) {
  std::lock_guard lock(mutex_);
  service_.creation_takes = takes;
}

void DynamoDbFake::leave_unprocessed(int count) {
  std::lock_guard lock(mutex_);
  service_.unprocessed = count;
}

void DynamoDbFake::throttle_every(int nth) {
  std::lock_guard lock(mutex_);
  throttle_every_ = nth;
  since_throttle_ = 0;
}

void DynamoDbFake::fail_next(DynamoDbFault fault, int times, std::string operation) {
  std::lock_guard lock(mutex_);
  for (int i = 0; i < times; ++i) faults_.push_back({fault, operation});
}

int DynamoDbFake::expire_items() {
  std::lock_guard lock(mutex_);
  int gone = 0;
  for (auto& [name, table] : service_.tables()) gone += table.expire(now_);
  return gone;
}

store::dynamodb::WriteUnits DynamoDbFake::write_units(const std::string& table) {
  std::lock_guard lock(mutex_);
  return service_.table(table).written();
}

std::size_t DynamoDbFake::item_count(const std::string& table) {
  std::lock_guard lock(mutex_);
  return service_.table(table).read_path("", now_, {}).items.size();
}

int DynamoDbFake::requests(const std::string& operation) const {
  auto is_wanted = [&](const SeenRequest& request) {
    return operation.empty() || operation_of(request) == operation;
  };
  return static_cast<int>(std::ranges::count_if(server_.requests(), is_wanted));
}

std::optional<DynamoDbFault> DynamoDbFake::take_fault(const std::string& operation) {
  auto is_meant = [&](const PlannedFault& planned) {
    return planned.operation.empty() || planned.operation == operation;
  };
  if (auto at = std::ranges::find_if(faults_, is_meant); at != faults_.end()) {
    DynamoDbFault fault = at->fault;
    faults_.erase(at);
    return fault;
  }
  if (throttle_every_ == 0 || ++since_throttle_ < throttle_every_) return std::nullopt;
  since_throttle_ = 0;
  return DynamoDbFault::kThrottle;
}

// In the order in which the real service looks: the key, the time, the signature.
void DynamoDbFake::check_signature(const SeenRequest& request) const {
  std::string authorization = request.header("authorization");
  std::string credential = part_of(authorization, "Credential");
  std::string names = part_of(authorization, "SignedHeaders");
  if (credential.empty())
    throw ServiceFault{"MissingAuthenticationTokenException",
                       "Request is missing Authentication Token"};
  bool known = credential.starts_with(keys_.access_key_id + "/") &&
               request.header("x-amz-security-token") == keys_.session_token;
  if (!known)
    throw ServiceFault{"UnrecognizedClientException",
                       "The security token included in the request is invalid."};
  TimePoint at = read_amz_date(request.header("x-amz-date"));
  if (at < shown_time() - kMostSkew) {
    throw ServiceFault{"InvalidSignatureException",
                       fmt::format("Signature expired: {} is now earlier than {}",
                                   net::amz_date(at), net::amz_date(shown_time() - kMostSkew))};
  }
  if (at > shown_time() + kMostSkew) {
    throw ServiceFault{"InvalidSignatureException",
                       fmt::format("Signature not yet current: {} is still later than {}",
                                   net::amz_date(at), net::amz_date(shown_time() + kMostSkew))};
  }
  net::SigningResult expected =
      net::sign_v4(signed_part(request, names), keys_, {region(), "dynamodb"}, at);
  bool covers = fmt::format(";{};", names).contains(";host;") &&
                fmt::format(";{};", names).contains(";x-amz-target;");
  if (covers && authorization == expected.authorization) return;
  // The real one shows what should have been signed, the session's token with it.
  throw ServiceFault{"InvalidSignatureException",
                     "The request signature we calculated does not match the signature you "
                     "provided.\n\nThe Canonical String for this request should have been\n'" +
                         expected.canonical_request + "'"};
}

json::object DynamoDbFake::run(const SeenRequest& request, const std::string& operation) {
  Result<json::value> body = parse_json(request.body);
  if (!body || !body->is_object()) throw ServiceFault{"SerializationException", ""};
  return service_.run(operation, body->as_object(), now_);
}

Script DynamoDbFake::serve(const SeenRequest& request) {
  std::lock_guard lock(mutex_);
  std::string operation = operation_of(request);
  std::optional<DynamoDbFault> fault = take_fault(operation);
  if (fault == DynamoDbFault::kHang) return {Hang{}};
  if (fault == DynamoDbFault::kNoJson)
    return whole_reply(503, "<html>Service Unavailable</html>", "text/html");
  try {
    return answer(request, operation, fault);
  } catch (const ServiceFault& refused) {
    return refusal(refused);
  }
}

Script DynamoDbFake::answer(const SeenRequest& request, const std::string& operation,
                            std::optional<DynamoDbFault> fault) {
  check_signature(request);
  switch (fault.value_or(DynamoDbFault::kHangAfter)) {
    case DynamoDbFault::kInternalError:
      throw ServiceFault{"InternalServerError", "Internal server error"};
    case DynamoDbFault::kThrottle:
      throw ServiceFault{
          "ProvisionedThroughputExceededException",
          "The level of configured provisioned throughput for the table was exceeded."};
    case DynamoDbFault::kAccessDenied:
      throw ServiceFault{"AccessDeniedException", "User is not authorized to perform this"};
    case DynamoDbFault::kExpiredToken:
      throw ServiceFault{"ExpiredTokenException",
                         "The security token included in the request is expired"};
    default:
      break;
  }
  json::object body = run(request, operation);
  if (fault == DynamoDbFault::kLoseAnswer) return {Close{}};
  if (fault == DynamoDbFault::kHangAfter) return {Hang{}};
  return reply(200, body, fault);
}

Script DynamoDbFake::refusal(const ServiceFault& fault) const {
  json::object body = fault.more;
  body["__type"] = std::string(kTypePrefix) + fault.type;
  body["message"] = fault.message;
  return reply(fault.type == "InternalServerError" ? 500 : 400, body, std::nullopt);
}

Script DynamoDbFake::reply(int status, const json::object& body,
                           std::optional<DynamoDbFault> fault) const {
  std::string text = json::serialize(body);
  std::uint32_t sum = checksum(text) + (fault == DynamoDbFault::kBreakChecksum ? 1 : 0);
  std::string headers = fmt::format("Date: {:%a, %d %b %Y %H:%M:%S} GMT\r\nx-amz-crc32: {}\r\n",
                                    std::chrono::floor<std::chrono::seconds>(shown_time()), sum);
  Script script = whole_reply(status, text, "application/x-amz-json-1.0", headers);
  if (fault != DynamoDbFault::kCloseMidBody) return script;
  std::string& bytes = std::get<Write>(script.front()).bytes;
  bytes.resize(bytes.size() - text.size() / 2 - 1);
  script.emplace_back(Close{});
  return script;
}

}  // namespace walrus::testing
