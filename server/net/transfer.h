// One request on its way through libcurl: the easy handle, its callbacks and its deadlines.
#pragma once

#include <curl/curl.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "net/http_client.h"

namespace walrus::net {

using SteadyTime = std::chrono::steady_clock::time_point;

// What arrived and was not yet handed to the awaiting coroutine. At most one delivery is posted at
// a time, so a fast server makes few posts; the bytes held are bounded by the request's max_bytes.
class Delivery {
 public:
  Delivery(Loop& home, OnData on_data, std::stop_token stop)
      : home_(home), on_data_(std::move(on_data)), stop_(std::move(stop)) {}

  explicit operator bool() const { return static_cast<bool>(on_data_); }
  // From curl's thread. `self` keeps this alive until the bytes are handed over.
  static void push(const std::shared_ptr<Delivery>& self, std::string_view bytes);

 private:
  void hand_over();

  Loop& home_;
  OnData on_data_;
  std::stop_token stop_;
  std::mutex mutex_;
  std::string pending_;
  bool posted_ = false;
};

// Made on the home loop; from `start` on only curl's thread touches it, but for `request_stop`.
class Transfer {
 public:
  using Done = Completion<Result<ClientResponse>>;

  // `options` are the client's.
  Transfer(ClientRequest request, std::shared_ptr<const ClientOptions> options,
           std::shared_ptr<Delivery> delivery);

  void set_done(Done done) { done_.emplace(std::move(done)); }
  // From any thread.
  void request_stop() { stop_requested_.store(true, std::memory_order_release); }
  bool stop_requested() const { return stop_requested_.load(std::memory_order_acquire); }

  // Makes the easy handle. Fails for what cannot be put into a request.
  Result<> start(SteadyTime now);
  CURL* handle() const { return easy_.get(); }

  // When the running phase, or the whole, is over its time.
  SteadyTime deadline() const;

  // Ends the transfer, once, when curl no longer has the handle. `finish` is for curl's verdict,
  // and CURLE_OPERATION_TIMEDOUT after the deadline; `fail_with` is for ours.
  void finish(CURLcode code);
  void fail_with(Error error);

 private:
  enum class Phase { kConnecting, kWaiting, kReceiving };
  struct EasyDeleter {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  };
  struct ListDeleter {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };

  static curl_socket_t open_socket(void* self, curlsocktype, curl_sockaddr* address);
  static int on_connected(void* self, char*, char*, int, int);
  static std::size_t on_header(char* bytes, std::size_t, std::size_t size, void* self);
  static std::size_t on_body(char* bytes, std::size_t, std::size_t size, void* self);

  Result<> set_headers();
  void set_method();
  void set_policy();
  void enter(Phase phase, std::chrono::milliseconds limit);
  bool take_header(std::string_view line);
  bool wants_body();
  bool take_body(std::string_view bytes);
  void keep_body(std::string_view bytes);
  Error timeout_error() const;
  Error error_of(CURLcode code) const;
  void end(Result<ClientResponse> result);

  ClientRequest request_;
  std::shared_ptr<const ClientOptions> options_;
  std::shared_ptr<Delivery> delivery_;
  std::optional<Done> done_;
  std::atomic<bool> stop_requested_{false};

  std::unique_ptr<CURL, EasyDeleter> easy_;
  std::unique_ptr<curl_slist, ListDeleter> header_list_;
  char curl_message_[CURL_ERROR_SIZE] = "";

  Phase phase_ = Phase::kConnecting;
  SteadyTime phase_deadline_;
  SteadyTime total_deadline_;
  ClientResponse response_;
  std::size_t header_bytes_ = 0;
  bool body_begun_ = false;
  std::uint64_t body_bytes_ = 0;
  bool too_large_ = false;
  bool has_answer_ = false;  // nothing that still comes is wanted, or can be wrong
  bool refused_address_ = false;
  bool was_sent_ = false;
};

}  // namespace walrus::net
