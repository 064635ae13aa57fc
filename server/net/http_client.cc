#include "net/http_client.h"

#include <curl/curl.h>
#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <mutex>
#include <thread>

#include "net/transfer.h"

namespace walrus::net {

namespace {

// Idle connections kept for the next request.
constexpr long kKeptConnections = 128;
// How long curl's thread sleeps when it has nothing to wait for; anything new wakes it.
constexpr std::chrono::milliseconds kLongestSleep{60'000};

using TransferPtr = std::shared_ptr<Transfer>;

Error cancelled() {
  return {ErrorCode::kCancelled, "The request was cancelled.", {}};
}

// The door to curl's thread. Outlives the client for those who still wait for their answer to be
// delivered and may ask for a stop meanwhile.
class Door {
 public:
  explicit Door(CURLM* multi) : multi_(multi) {}

  // False once closed.
  bool enter(TransferPtr transfer) {
    std::lock_guard lock(mutex_);
    if (!multi_) return false;
    arrivals_.push_back(std::move(transfer));
    curl_multi_wakeup(multi_);
    return true;
  }
  void wake() {
    std::lock_guard lock(mutex_);
    if (multi_) curl_multi_wakeup(multi_);
  }
  std::vector<TransferPtr> take_arrivals() {
    std::lock_guard lock(mutex_);
    return std::exchange(arrivals_, {});
  }
  void close() {
    std::lock_guard lock(mutex_);
    curl_multi_wakeup(multi_);
    multi_ = nullptr;
  }
  bool closed() {
    std::lock_guard lock(mutex_);
    return multi_ == nullptr;
  }

 private:
  std::mutex mutex_;
  CURLM* multi_;
  std::vector<TransferPtr> arrivals_;
};

CURLM* make_multi() {
  static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  CURLM* multi = initialised == CURLE_OK ? curl_multi_init() : nullptr;
  // Only a machine without memory or entropy fails here, before anything runs.
  if (!multi) std::abort();
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, kKeptConnections);
  return multi;
}

}  // namespace

const std::string* ClientResponse::header(std::string_view lower_case_name) const {
  auto found =
      std::ranges::find(headers, lower_case_name, &std::pair<std::string, std::string>::first);
  return found == headers.end() ? nullptr : &found->second;
}

struct HttpClient::Impl {
  const Log& log;
  const std::shared_ptr<const ClientOptions> options;
  CURLM* multi = make_multi();
  std::shared_ptr<Door> door = std::make_shared<Door>(multi);
  std::vector<TransferPtr> running;
  std::thread thread;

  Impl(const Log& l, ClientOptions o)
      : log(l), options(std::make_shared<const ClientOptions>(std::move(o))) {
    thread = std::thread([this] { run(); });
    pthread_setname_np(thread.native_handle(), "walrus-curl");
  }
  ~Impl() {
    door->close();
    thread.join();
    curl_multi_cleanup(multi);
  }

  void run();
  void admit_arrivals();
  void end_stopped_and_late();
  void collect_finished();
  int sleep_milliseconds() const;
  void remove(const TransferPtr& transfer);
  void end_all();
};

void HttpClient::Impl::run() {
  // Signals belong to the main thread, and a write to a closed TLS connection must not kill us.
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  while (!door->closed()) {
    admit_arrivals();
    int still_running = 0;
    curl_multi_perform(multi, &still_running);
    collect_finished();
    end_stopped_and_late();
    curl_multi_poll(multi, nullptr, 0, sleep_milliseconds(), nullptr);
  }
  end_all();
}

void HttpClient::Impl::admit_arrivals() {
  for (TransferPtr& transfer : door->take_arrivals()) {
    if (Result<> started = transfer->start(std::chrono::steady_clock::now()); !started) {
      transfer->fail_with(std::move(started.error()));
      continue;
    }
    if (curl_multi_add_handle(multi, transfer->handle()) != CURLM_OK) {
      transfer->fail_with(
          {ErrorCode::kUpstreamError, "The request could not be made.", "curl_multi_add"});
      continue;
    }
    running.push_back(std::move(transfer));
  }
}

void HttpClient::Impl::remove(const TransferPtr& transfer) {
  curl_multi_remove_handle(multi, transfer->handle());
  std::erase(running, transfer);
}

void HttpClient::Impl::end_stopped_and_late() {
  SteadyTime now = std::chrono::steady_clock::now();
  std::vector<TransferPtr> ended;
  for (const TransferPtr& transfer : running) {
    if (transfer->stop_requested() || transfer->deadline() <= now) ended.push_back(transfer);
  }
  for (const TransferPtr& transfer : ended) {
    remove(transfer);
    if (transfer->stop_requested()) {
      transfer->fail_with(cancelled());
    } else {
      transfer->finish(CURLE_OPERATION_TIMEDOUT);
    }
  }
}

void HttpClient::Impl::collect_finished() {
  int left = 0;
  while (CURLMsg* message = curl_multi_info_read(multi, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURLcode code = message->data.result;
    auto found = std::ranges::find(running, message->easy_handle, &Transfer::handle);
    TransferPtr transfer = std::move(*found);
    running.erase(found);
    curl_multi_remove_handle(multi, transfer->handle());
    if (code != CURLE_OK) log.debug("request failed", {{"curl_code", static_cast<int>(code)}});
    transfer->finish(code);
  }
}

int HttpClient::Impl::sleep_milliseconds() const {
  auto now = std::chrono::steady_clock::now();
  SteadyTime wake = now + kLongestSleep;
  for (const TransferPtr& transfer : running) wake = std::min(wake, transfer->deadline());
  auto sleep = std::chrono::ceil<std::chrono::milliseconds>(wake - now);
  return static_cast<int>(std::max<std::int64_t>(sleep.count(), 0));
}

void HttpClient::Impl::end_all() {
  std::vector<TransferPtr> ended = std::exchange(running, {});
  for (const TransferPtr& transfer : ended) curl_multi_remove_handle(multi, transfer->handle());
  std::ranges::move(door->take_arrivals(), std::back_inserter(ended));
  for (const TransferPtr& transfer : ended) transfer->fail_with(cancelled());
}

HttpClient::HttpClient(const Log& log, ClientOptions options)
    : impl_(std::make_unique<Impl>(log, std::move(options))) {}
HttpClient::~HttpClient() = default;

Task<Result<ClientResponse>> HttpClient::send(ClientRequest request, std::stop_token stop,
                                              OnData on_data) {
  std::shared_ptr<Door> door = impl_->door;
  Loop& home = co_await home_loop();
  auto delivery = std::make_shared<Delivery>(home, std::move(on_data), stop);
  auto transfer = std::make_shared<Transfer>(std::move(request), impl_->options, delivery);
  auto ask_to_stop = [door, transfer] {
    transfer->request_stop();
    door->wake();
  };
  std::stop_callback stopper(stop, ask_to_stop);
  auto start = [door, transfer](Transfer::Done done) {
    transfer->set_done(std::move(done));
    if (!door->enter(transfer)) transfer->fail_with(cancelled());
  };
  co_return co_await wait_for_callback<Result<ClientResponse>>(start);
}

}  // namespace walrus::net
