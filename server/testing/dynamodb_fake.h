// DynamoDB in the test's own process, behind HTTP on a loopback port: what the store uses of it,
// with its refusals, and its faults on command.
#pragma once

#include <deque>
#include <functional>
#include <mutex>
#include <string>

#include "net/sigv4.h"
#include "testing/dynamodb_service.h"
#include "testing/scripted_http_server.h"

namespace walrus::testing {

enum class DynamoDbFault {
  kHang,           // never answers, and does nothing
  kInternalError,  // 500, and does nothing
  kThrottle,       // ProvisionedThroughputExceededException
  kLoseAnswer,     // does it, and closes the connection instead of answering
  kHangAfter,      // does it, and never answers
  kCloseMidBody,   // does it, and closes in the middle of the answer
  kBreakChecksum,  // does it, and answers with another x-amz-crc32
  kAccessDenied,
  kExpiredToken,
  kNoJson,  // a proxy's page instead of an answer
};

// Thread-safe. Its clock is its own, since requests are served on threads: `advance` it together
// with the test's.
class DynamoDbFake {
 public:
  // The keys that it takes, and when it begins.
  DynamoDbFake(net::AwsKeys keys, TimePoint now);

  std::string url() const { return server_.url("/"); }
  std::string region() const { return "eu-test-1"; }

  void advance(Duration by);
  // Its clock stands wrong by this from now on, and so does what it takes for the time of a
  // request.
  void set_clock_ahead(Duration by);
  // Another key pair than the one it was made with.
  void set_keys(net::AwsKeys keys);

  void set_index_lag(Duration lag);
  void set_creation_time(Duration takes);
  // So many requests of the next batches are left unprocessed.
  void leave_unprocessed(int count);
  // Every nth request from now on is throttled; 0: none.
  void throttle_every(int nth);
  // The next `times` requests of the operation end so; of any, where it is empty.
  void fail_next(DynamoDbFault fault, int times = 1, std::string operation = {});

  // Deletes what has expired, as the real one does within some days; how many items went.
  int expire_items();
  store::dynamodb::WriteUnits write_units(const std::string& table);
  // Beside the service, for what a test must know.
  std::size_t item_count(const std::string& table);
  int requests(const std::string& operation = {}) const;
  // Blocks until so many requests came in altogether; false after 5 s.
  bool wait_for_requests(std::size_t count) { return server_.wait_for_requests(count); }

 private:
  struct PlannedFault {
    DynamoDbFault fault;
    std::string operation;
  };

  TimePoint shown_time() const { return now_ + ahead_; }
  Script serve(const SeenRequest& request);
  std::optional<DynamoDbFault> take_fault(const std::string& operation);
  void check_signature(const SeenRequest& request) const;
  json::object run(const SeenRequest& request, const std::string& operation);
  Script reply(int status, const json::object& body, std::optional<DynamoDbFault> fault) const;
  Script refusal(const ServiceFault& fault) const;
  Script answer(const SeenRequest& request, const std::string& operation,
                std::optional<DynamoDbFault> fault);

  mutable std::mutex mutex_;
  net::AwsKeys keys_;
  TimePoint now_;
  Duration ahead_{0};
  DynamoDbService service_;
  std::deque<PlannedFault> faults_;
  int throttle_every_ = 0;
  int since_throttle_ = 0;
  ScriptedHttpServer server_;  // the last: its threads use the rest
};

}  // namespace walrus::testing
