// Reports how far a command is, on a thread of its own, so that a server that is slow or away never
// holds the command up.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "cli/client.h"
#include "cli/report_lines.h"

namespace walrus::cli {

struct ReporterOptions {
  std::chrono::milliseconds pace{100};            // between reports
  std::chrono::milliseconds sign_of_life{1'000};  // without anything to say; learns of a cancel too
  std::chrono::milliseconds first_retry{500};     // of a server that is away; doubles
  std::chrono::milliseconds longest_retry{10'000};
  std::chrono::milliseconds last_tries{30'000};  // of the end
};

// What has not been sent yet is gathered by step, so that nothing grows while the server is away.
class Reporter {
 public:
  // `operation` is the body of POST /v1/operations, `steps` its steps in order. `on_cancel` is
  // called once, on the reporter's thread, when the server wants the work to stop.
  Reporter(Server server, json::object operation, std::vector<std::string> steps,
           std::function<void()> on_cancel, ReporterOptions options = {});
  // Tells nobody of the end where `finish` was not called.
  ~Reporter();
  Reporter(const Reporter&) = delete;

  // Begins the operation and gives its id. A server that is away or busy is no error: the id is
  // empty then, and it is asked again, behind the command's back. Errors: what it refused the
  // operation with.
  Result<std::string> begin();

  // Thread-safe. A step that was not declared, or lies behind, is shown as a message.
  void take(const LineReport& report);

  // Reports the end, whose status and error `end` holds. Says what could not be reported; empty:
  // all was.
  std::string finish(json::object end);

 private:
  enum class Sent { kTaken, kAway, kRefused };

  void work();
  bool wait_for_more(std::unique_lock<std::mutex>& lock);
  bool wait_for_server(std::unique_lock<std::mutex>& lock, std::chrono::milliseconds pause);
  Sent send_once(Client& client);
  Sent open(Client& client);
  Sent judge(const Result<Reply>& reply, int expected);
  json::object& last_report();
  void add_step(const std::string& name);

  const Server server_;
  const json::object operation_;
  const std::vector<std::string> steps_;
  const std::function<void()> on_cancel_;
  const ReporterOptions options_;
  const std::string begin_key_;  // asked again after a lost answer, the operation is the same

  std::string operation_id_;  // the thread's once it runs
  std::string refusal_;       // why nothing more is reported
  bool told_cancel_ = false;
  json::array sending_;  // taken off `pending_`, and not known to have arrived
  std::uint64_t last_id_ = 0;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<json::object> pending_;
  std::size_t position_ = 0;                                      // of the step reached last
  std::optional<std::chrono::steady_clock::time_point> give_up_;  // set by `finish`
  std::thread thread_;
};

}  // namespace walrus::cli
