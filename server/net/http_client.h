// Outgoing HTTP for everybody: libcurl's multi interface on a thread of its own.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/log.h"
#include "base/task.h"
#include "net/egress.h"

namespace walrus::net {

// What to do with a response's body.
enum class BodyUse {
  kGather,           // more than max_bytes is an error
  kGatherBeginning,  // after max_bytes the response is complete, whatever else would come
  kDiscard,  // the head is the answer: a body that breaks off, stalls or goes on is no error
};

struct ClientResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;  // empty where the bytes went to on_data

  const std::string* header(std::string_view lower_case_name) const;
};

struct ClientRequest {
  std::string method = "GET";
  std::string url;  // http or https
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  // Null: everything may be connected to that the client's own gate allows. Else this one must
  // allow it too; the request has a connection of its own then, since this gate was never asked
  // about one that is kept.
  std::shared_ptr<const EgressGate> gate;
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds first_byte_timeout{60'000};
  std::chrono::milliseconds idle_timeout{30'000};  // between bytes
  std::chrono::milliseconds total_timeout{300'000};
  std::uint64_t max_bytes = 16 << 20;  // of the decoded body
  BodyUse body_use = BodyUse::kGather;
  // libcurl sends a request a second time where a kept connection ends without a byte of an answer.
  // True: that is an error, for requests whose sender must know whether they may have been done.
  bool sends_once = false;
  // False: the body comes as the bytes that were sent, and is not asked for in compressed form; for
  // those who check a sum over them.
  bool decodes_body = true;
  // Asked once, on curl's thread, when the head is there and a body begins. False: the response is
  // complete without it.
  std::function<bool(const ClientResponse& head)> wants_body;
};

// What all requests of a client have in common.
struct ClientOptions {
  // Asked for every connection, so that all of them may be kept and shared by requests. Null: the
  // operator chose the addresses, and everything may be connected to.
  std::shared_ptr<const EgressGate> gate = nullptr;
  std::string ca_file = {};  // PEM: certificate authorities to trust beside the system's; or ""
};

// Called on the awaiting coroutine's home loop, in order, before the task ends. Only for responses
// with a 2xx status; the body of any other is gathered.
using OnData = std::function<void(std::string_view bytes)>;

// Thread-safe. The destructor ends what is in flight as `cancelled` and waits for its thread.
class HttpClient {
 public:
  explicit HttpClient(const Log& log, ClientOptions options = {});
  ~HttpClient();

  // Any status is a response. Errors: timeout, cancelled (within 100 ms of `stop`), upstream_error
  // (no connection, broken reply, too large), forbidden_address (the gate). The message names no
  // secret and no address.
  Task<Result<ClientResponse>> send(ClientRequest request, std::stop_token stop,
                                    OnData on_data = {});

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace walrus::net
