// Signature Version 4: how AWS's services know who asks.
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html)
#pragma once

#include <atomic>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/executor.h"
#include "net/http_client.h"

namespace walrus::net {

struct AwsKeys {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;  // empty: the keys are not those of a session

  bool operator==(const AwsKeys&) const = default;
};

// What a signature is good for, beside one day.
struct SigningScope {
  std::string region;   // "eu-west-1"
  std::string service;  // "dynamodb"
};

// What is signed of a request.
struct SignableRequest {
  std::string method;
  std::string path;   // as it is sent; encoded once more, as every service but S3 wants it
  std::string query;  // without '?'
  std::vector<std::pair<std::string, std::string>> headers;  // `host` and `x-amz-date` among them
  std::string payload_hash;                                  // SHA-256 in hex
  bool normalizes_path = true;  // without "." and ".." and empty segments
};

// The stages of a signature, as AWS's documents name them.
struct SigningResult {
  std::string canonical_request;
  std::string string_to_sign;
  std::string signature;
  std::string authorization;  // the header's value
};

SigningResult sign_v4(const SignableRequest& request, const AwsKeys& keys,
                      const SigningScope& scope, TimePoint at);

// Adds the headers X-Amz-Date, X-Amz-Security-Token and Authorization. Signed are the host, the
// body, and the headers Content-Type and X-Amz-*. Errors: upstream_error where the URL is none.
Result<void> sign_request(ClientRequest& request, const AwsKeys& keys, const SigningScope& scope,
                          TimePoint at);

// "20150830T123600Z", as X-Amz-Date has it.
std::string amz_date(TimePoint time);

// Whether a refusal is about the time of the signature. `error` is the service's word.
bool is_about_time(std::string_view error, std::string_view message);

// By how much a service's clock is ahead of ours, learnt from its refusals. Thread-safe.
class ClockSkew {
 public:
  TimePoint service_time(TimePoint now) const;
  // Goes by the Date of a refusal that came at `now`, of a request that was signed with the time
  // `signed_at`. False where it has none, or one within a minute of that: another try would be
  // refused like this one.
  bool learn(const ClientResponse& refusal, TimePoint signed_at, TimePoint now);

 private:
  std::atomic<Duration::rep> ahead_{0};  // microseconds
};

}  // namespace walrus::net
