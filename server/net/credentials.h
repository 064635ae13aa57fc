// Whose keys requests to AWS's services are signed with.
#pragma once

#include <stop_token>
#include <utility>

#include "base/task.h"
#include "net/sigv4.h"

namespace walrus::net {

// Thread-safe. Messages and details of errors name no key, token or secret.
class CredentialsSource {
 public:
  virtual ~CredentialsSource() = default;
  // Those to sign with now. Errors: storage_unavailable, which says what to set; cancelled.
  virtual Task<Result<AwsKeys>> keys(std::stop_token stop) = 0;
  // A service has called these expired: what is given next are others, where there are any.
  virtual void expired(const AwsKeys& keys) = 0;
};

// Always the same ones.
class StaticCredentials final : public CredentialsSource {
 public:
  explicit StaticCredentials(AwsKeys keys) : keys_(std::move(keys)) {}
  Task<Result<AwsKeys>> keys(std::stop_token) override { co_return keys_; }
  void expired(const AwsKeys&) override {}

 private:
  AwsKeys keys_;
};

}  // namespace walrus::net
