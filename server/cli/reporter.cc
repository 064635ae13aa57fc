#include "cli/reporter.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/utf8.h"

namespace walrus::cli {

namespace {

constexpr std::chrono::seconds kPatience{10};  // with a server that does not answer
constexpr std::size_t kLongestMessage = 500;   // code points

// What the server takes as a message: valid UTF-8 of at most so many code points.
std::string message_of(std::string_view text) {
  std::string valid = replace_invalid_utf8(text);
  std::size_t end = 0;
  for (std::size_t points = 0; end < valid.size(); ++end) {
    if (is_code_point_start(valid, end) && ++points > kLongestMessage) break;
  }
  return valid.substr(0, end);
}

}  // namespace

Reporter::Reporter(Server server, json::object operation, std::vector<std::string> steps,
                   std::function<void()> on_cancel, ReporterOptions options)
    : server_(std::move(server)),
      operation_(std::move(operation)),
      steps_(std::move(steps)),
      on_cancel_(std::move(on_cancel)),
      options_(options),
      begin_key_(new_idempotency_key()) {}

Reporter::~Reporter() {
  if (!thread_.joinable()) return;
  {
    std::lock_guard lock(mutex_);
    give_up_ = std::chrono::steady_clock::now();
  }
  changed_.notify_all();
  thread_.join();
}

Result<std::string> Reporter::begin() {
  Client client(server_);
  if (open(client) == Sent::kRefused) return fail(ErrorCode::kInvalidInput, refusal_);
  pending_.emplace_back();  // the command runs: the first step has begun
  std::string operation_id = operation_id_;
  thread_ = std::thread([this] { work(); });
  return operation_id;
}

// --- What is to be said

json::object& Reporter::last_report() {
  if (pending_.empty()) pending_.emplace_back();
  return pending_.back();
}

void Reporter::add_step(const std::string& name) {
  auto found = std::ranges::find(steps_, name);
  auto position = static_cast<std::size_t>(found - steps_.begin());
  if (found == steps_.end() || position < position_) {
    last_report()["message"] = message_of(name);
    return;
  }
  if (position == position_) return;
  position_ = position;
  pending_.push_back({{"step", name}});
}

void Reporter::take(const LineReport& report) {
  {
    std::lock_guard lock(mutex_);
    if (const auto* step = std::get_if<StepReport>(&report)) {
      add_step(step->name);
    } else if (const auto* progress = std::get_if<ProgressReport>(&report)) {
      constexpr std::uint64_t kMost = std::uint64_t{1} << 53;
      last_report()["done"] = std::min(progress->done, kMost);
      last_report()["total"] = std::min(progress->total, kMost);
    } else {
      const std::string text = message_of(std::get<MessageReport>(report).text);
      if (!text.empty()) last_report()["message"] = text;
    }
  }
  changed_.notify_all();
}

std::string Reporter::finish(json::object end) {
  {
    std::lock_guard lock(mutex_);
    pending_.push_back(std::move(end));
    give_up_ = std::chrono::steady_clock::now() + options_.last_tries;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
  if (!refusal_.empty()) return refusal_;
  if (pending_.empty() && sending_.empty()) return {};
  return fmt::format("The server at {} did not answer.", server_.url);
}

// --- Sending

void Reporter::work() {
  Client client(server_);
  std::chrono::milliseconds pause = options_.first_retry;
  std::unique_lock lock(mutex_);
  while (wait_for_more(lock)) {
    if (sending_.empty()) {
      for (json::object& report : pending_) {
        report["report_id"] = std::to_string(++last_id_);
        sending_.push_back(std::move(report));
      }
      pending_.clear();
    }
    lock.unlock();
    Sent sent = send_once(client);
    lock.lock();
    if (sent == Sent::kRefused) return;
    if (sent == Sent::kTaken) {
      sending_.clear();
      pause = options_.first_retry;
      if (!wait_for_server(lock, options_.pace)) return;
    } else {
      if (!wait_for_server(lock, pause)) return;
      pause = std::min(pause * 2, options_.longest_retry);
    }
  }
}

// Until there is something to say, or it is time to show life. False: all has been said.
bool Reporter::wait_for_more(std::unique_lock<std::mutex>& lock) {
  auto more = [this] { return !sending_.empty() || !pending_.empty() || give_up_; };
  changed_.wait_for(lock, options_.sign_of_life, more);
  return !(give_up_ && sending_.empty() && pending_.empty());
}

// Lets time pass, less of it once the end is to be reported. False: it is given up.
bool Reporter::wait_for_server(std::unique_lock<std::mutex>& lock,
                               std::chrono::milliseconds pause) {
  auto until = std::chrono::steady_clock::now() + pause;
  if (!give_up_) changed_.wait_until(lock, until, [this] { return give_up_.has_value(); });
  if (!give_up_ || (sending_.empty() && pending_.empty())) return true;
  if (!sending_.empty()) {
    auto soon = std::chrono::steady_clock::now() + std::min(pause, options_.first_retry);
    changed_.wait_until(lock, soon, [] { return false; });
  }
  return std::chrono::steady_clock::now() < *give_up_;
}

Reporter::Sent Reporter::send_once(Client& client) {
  if (operation_id_.empty()) {
    Sent opened = open(client);
    if (opened != Sent::kTaken) return opened;
  }
  json::value body = sending_;
  if (sending_.empty()) body = json::object();
  auto reply = client.post_json("/v1/operations/" + percent_encode(operation_id_) + "/events",
                                json::serialize(body), kPatience);
  Sent sent = judge(reply, 202);
  if (sent != Sent::kTaken) return sent;
  auto answer = object_of(*reply);
  const json::value* wish = answer ? answer->if_contains("cancel_requested") : nullptr;
  bool cancelled = wish && wish->is_bool() && wish->get_bool();
  if (cancelled && !std::exchange(told_cancel_, true)) on_cancel_();
  return sent;
}

Reporter::Sent Reporter::open(Client& client) {
  auto reply =
      client.post_json("/v1/operations", json::serialize(operation_), kPatience, begin_key_);
  Sent sent = judge(reply, 201);
  if (sent != Sent::kTaken) return sent;
  auto status = object_of(*reply);
  operation_id_ = status ? text_member(*status, "operation_id") : "";
  if (!operation_id_.empty()) return Sent::kTaken;
  refusal_ = fmt::format("The server at {} is no Walrus.", server_.url);
  return Sent::kRefused;
}

Reporter::Sent Reporter::judge(const Result<Reply>& reply, int expected) {
  if (reply && reply->status == expected) return Sent::kTaken;
  bool invalid = !reply && reply.error().code == ErrorCode::kValidationError;  // no URL
  bool away = !reply || reply->status == 429 || reply->status >= 500;
  if (away && !invalid) return Sent::kAway;
  refusal_ = reply ? words_of(*reply) : reply.error().message;
  return Sent::kRefused;
}

}  // namespace walrus::cli
