#include "store/dynamodb/client.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace walrus::store::dynamodb {

namespace {

// Of an answer: a page of 1 MB, or a batch of 16 MB, in JSON with its types.
constexpr std::uint64_t kMaxReplyBytes = 64 << 20;

CallError cancelled() {
  return {{ErrorCode::kCancelled, "The call was cancelled.", "dynamodb"}};
}

Error too_late() {
  return {ErrorCode::kStorageUnavailable,
          "The store did not answer in time.",
          "dynamodb: call_timeout",
          {},
          std::chrono::seconds(1)};
}

CallError unusable_endpoint() {
  return {{ErrorCode::kStorageUnavailable, "The address of the store is not a usable http(s) URL.",
           "dynamodb: endpoint"}};
}

// Whether the bytes are those that the service sent. A service that gives no sum is believed.
bool has_its_checksum(const net::ClientResponse& response) {
  const std::string* header = response.header("x-amz-crc32");
  if (!header) return true;
  std::uint32_t expected = 0;
  const char* last = header->data() + header->size();
  auto [end, error] = std::from_chars(header->data(), last, expected);
  auto actual =
      crc32_z(0, reinterpret_cast<const Bytef*>(response.body.data()), response.body.size());
  return error == std::errc() && end == last && actual == expected;
}

Error broken_reply(std::string detail) {
  return {ErrorCode::kUpstreamError, "The server's reply was broken or broke off.",
          std::move(detail)};
}

}  // namespace

struct Client::Attempt {
  std::optional<json::object> answer;
  Refusal refusal = {};  // where there is no answer
};

namespace {

// What an answer says, its bytes being whole.
std::expected<json::object, Refusal> read_reply(const net::ClientResponse& response) {
  if (!has_its_checksum(response))
    return std::unexpected(refusal_of(broken_reply("the checksum differs")));
  if (response.status < 200 || response.status >= 300) return std::unexpected(refusal_of(response));
  Result<json::value> parsed = parse_json(response.body);
  if (!parsed || !parsed->is_object())
    return std::unexpected(refusal_of(broken_reply("no JSON object")));
  return std::move(parsed->as_object());
}

}  // namespace

Client::Client(ClientOptions options, net::HttpClient& http, net::CredentialsSource& credentials,
               RetryBudget& budget, const Clock& clock, const Log& log)
    : options_(std::move(options)),
      http_(http),
      credentials_(credentials),
      budget_(budget),
      clock_(clock),
      log_(log) {}

Duration Client::deadline(const CallLimits& limits) const {
  return limits.until.value_or(clock_.monotonic() + options_.call_timeout);
}

net::ClientRequest Client::request_for(const std::string& operation,
                                       const std::string& body) const {
  net::ClientRequest request{.method = "POST", .url = options_.endpoint, .body = body};
  request.headers = {{"Content-Type", "application/x-amz-json-1.0"},
                     {"X-Amz-Target", "DynamoDB_20120810." + operation}};
  request.max_bytes = kMaxReplyBytes;
  request.sends_once = true;     // else a write's own repeat could fail its condition unseen
  request.decodes_body = false;  // the checksum is of the bytes that were sent
  return request;
}

// The time is the home loop's, and the transfer's own limits lie beyond it.
Task<Result<net::ClientResponse>> Client::send(net::ClientRequest request, std::stop_token stop) {
  Loop& home = co_await home_loop();
  std::stop_source ending;
  std::stop_callback stopper(stop, [&ending] { ending.request_stop(); });
  Watch watch(home, ending);
  watch.arm(options_.try_timeout);
  Result<net::ClientResponse> response =
      co_await http_.send(std::move(request), ending.get_token());
  if (!response && watch.expired())
    co_return fail(ErrorCode::kTimeout, "The server did not answer in time.", "try_timeout");
  co_return response;
}

Task<Client::Attempt> Client::attempt(std::string operation, std::string body,
                                      std::stop_token stop) {
  Result<net::AwsKeys> keys = co_await credentials_.keys(stop);
  if (!keys) co_return Attempt{{}, {{std::move(keys.error())}}};
  net::ClientRequest request = request_for(operation, body);
  TimePoint signed_at = skew_.service_time(clock_.now());
  Result<void> is_signed =
      net::sign_request(request, *keys, {options_.region, "dynamodb"}, signed_at);
  if (!is_signed) co_return Attempt{{}, {unusable_endpoint()}};
  Result<net::ClientResponse> response = co_await send(std::move(request), stop);
  if (!response) co_return Attempt{{}, refusal_of(response.error())};
  std::expected<json::object, Refusal> reply = read_reply(*response);
  if (reply) co_return Attempt{std::move(*reply)};
  Attempt refused{{}, std::move(reply.error())};
  Remedy& remedy = refused.refusal.remedy;
  if (remedy == Remedy::kNewKeys) credentials_.expired(*keys);
  if (remedy == Remedy::kSetClock && !skew_.learn(*response, signed_at, clock_.now()))
    remedy = Remedy::kNone;
  co_return refused;
}

Task<bool> Client::pause(int failures, CallLimits limits) {
  Duration length = pause_after(failures);
  if (clock_.monotonic() + length >= deadline(limits) || !budget_.take()) co_return false;
  co_return co_await sleep_unless_stopped(length, limits.stop);
}

Task<bool> Client::may_go_on(Remedy remedy, int tries, CallLimits limits) {
  if (remedy == Remedy::kNone || tries >= kMostTries || limits.stop.stop_requested())
    co_return false;
  if (remedy != Remedy::kPause) co_return true;
  co_return co_await pause(tries, limits);
}

Task<CallResult<json::object>> Client::call(std::string operation, json::object parameters,
                                            CallLimits limits) {
  Loop& home = co_await home_loop();
  std::stop_token caller = limits.stop;
  limits.until = deadline(limits);
  std::stop_source ending;
  std::stop_callback stopper(caller, [&ending] { ending.request_stop(); });
  Watch watch(home, ending);
  watch.arm(std::max(*limits.until - clock_.monotonic(), Duration(0)));
  limits.stop = ending.get_token();
  CallResult<json::object> answer =
      co_await call_until_stopped(std::move(operation), std::move(parameters), limits);
  bool was_stopped = !answer && answer.error().error.code == ErrorCode::kCancelled;
  // Stopped by the clock: whoever asked may come back.
  if (was_stopped && !caller.stop_requested()) answer.error().error = too_late();
  co_return answer;
}

Task<CallResult<json::object>> Client::call_until_stopped(std::string operation,
                                                          json::object parameters,
                                                          CallLimits limits) {
  std::string body = json::serialize(parameters);
  bool maybe_done = false;
  bool has_new_keys = false;
  for (int tries = 1;; ++tries) {
    Attempt last = co_await attempt(operation, body, limits.stop);
    if (last.answer) {
      budget_.succeeded();
      co_return std::move(*last.answer);
    }
    maybe_done = maybe_done || last.refusal.error.maybe_done;
    Remedy remedy = last.refusal.remedy;
    // Keys that have only just been fetched will not be better the next time.
    if (remedy == Remedy::kNewKeys && std::exchange(has_new_keys, true)) remedy = Remedy::kNone;
    bool again = co_await may_go_on(remedy, tries, limits);
    if (again) continue;
    CallError error = limits.stop.stop_requested() ? cancelled() : std::move(last.refusal.error);
    error.maybe_done = maybe_done;
    log_failure(operation, error, tries);
    co_return std::unexpected(std::move(error));
  }
}

void Client::log_failure(const std::string& operation, const CallError& error, int tries) const {
  if (error.error.code == ErrorCode::kConflict || error.error.code == ErrorCode::kCancelled) return;
  log_.warning("dynamodb call failed", {{"operation", operation},
                                        {"type", error.type},
                                        {"detail", error.error.detail},
                                        {"tries", tries}});
}

}  // namespace walrus::store::dynamodb
