// Asks DynamoDB: its JSON API, signed, checked, and tried again where that can help.
#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>

#include "base/json.h"
#include "base/log.h"
#include "base/stoppable_wait.h"
#include "net/credentials.h"
#include "net/http_client.h"
#include "store/dynamodb/retry.h"
#include "store/dynamodb/service_error.h"

namespace walrus::store::dynamodb {

struct ClientOptions {
  std::string endpoint;  // "https://dynamodb.eu-west-1.amazonaws.com"
  std::string region;    // "eu-west-1"
  std::chrono::milliseconds try_timeout{3'000};
  // Of a call with all its tries and pauses: whoever asked is told to come back rather than made
  // to wait.
  std::chrono::milliseconds call_timeout{10'000};
};

// Until when, on the clock's monotonic time, and unless what.
struct CallLimits {
  std::optional<Duration> until = {};  // nothing: call_timeout from now
  std::stop_token stop = {};
};

// Thread-safe. Everything given must outlive it.
class Client {
 public:
  Client(ClientOptions options, net::HttpClient& http, net::CredentialsSource& credentials,
         RetryBudget& budget, const Clock& clock, const Log& log);

  // `operation` is "PutItem" and so on. Errors: those of refusal_of, and cancelled.
  Task<CallResult<json::object>> call(std::string operation, json::object parameters,
                                      CallLimits limits = {});

  // When what begins now must have ended, so that several calls can share one time.
  Duration deadline(const CallLimits& limits) const;
  // Waits before another try or round. False: there is no time for it, no budget, or it was
  // stopped.
  Task<bool> pause(int failures, CallLimits limits);

 private:
  struct Attempt;

  Task<CallResult<json::object>> call_until_stopped(std::string operation, json::object parameters,
                                                    CallLimits limits);
  Task<Attempt> attempt(std::string operation, std::string body, std::stop_token stop);
  Task<Result<net::ClientResponse>> send(net::ClientRequest request, std::stop_token stop);
  net::ClientRequest request_for(const std::string& operation, const std::string& body) const;
  Task<bool> may_go_on(Remedy remedy, int tries, CallLimits limits);
  void log_failure(const std::string& operation, const CallError& error, int tries) const;

  ClientOptions options_;
  net::HttpClient& http_;
  net::CredentialsSource& credentials_;
  RetryBudget& budget_;
  const Clock& clock_;
  const Log& log_;
  net::ClockSkew skew_;
};

}  // namespace walrus::store::dynamodb
