// Operations of other people's pipelines (docs/decisions/0012): nothing runs here for them. Their
// worker reports over HTTP, from anywhere, also after a restart of the server.
//
// An operation belongs to its home loop (live::Hub::home), where its reports are taken one after
// the other. Each is durable before it is answered, and shown after that. It ends by a report, by
// silence (`timeout`), or by the wish to cancel (`cancelled`), and always in one terminal event.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/log.h"
#include "base/metrics.h"
#include "base/task_group.h"
#include "jobs/step_costs.h"
#include "live/hub.h"
#include "status/report.h"
#include "store/store.h"

namespace walrus::jobs {

struct ExternalOptions {
  int most_open = 10'000;                                // on this server; more are refused
  Duration cancel_grace = std::chrono::seconds(10);      // for a worker to end what was cancelled
  Duration first_retry = std::chrono::milliseconds(50);  // of an end while the store is away
  Duration longest_retry = std::chrono::seconds(1);
};

// What a worker is answered.
struct Reported {
  std::uint64_t sequence;  // of the operation after its reports
  bool cancel_requested;   // the worker is to stop
};

// `report`, `request_cancel` and `recover` may be awaited on any of the hub's loops. Errors of
// every call: storage_unavailable, and not_ready (with retry_after) while the server shuts down.
class ExternalOperations {
 public:
  ExternalOperations(std::vector<Loop*> loops, store::Store& store, status::EventLog& event_log,
                     live::Hub& hub, const Log& log, Metrics& metrics, ExternalOptions options);
  // After `shut_down` has called back, with the loops stopped.
  ~ExternalOperations();

  // What an operation begins as: at its first step, with nothing done.
  static status::State first_state(status::Operation operation, json::object metadata);

  // Makes the operation, whose home must be the awaiting loop, durable together with `with`, and
  // waits for reports. `first` is its first state; `silence` is how long it may go without a
  // report. Errors: not_ready (too many are open), those of `with`.
  Task<Result<void>> open(status::State first, std::chrono::seconds silence,
                          store::WriteBatch with = {});

  // Takes all of the reports or, with an error, none. Those whose id was taken before are passed
  // over, also after the end. `pointers` are their places in the request. Errors: not_found,
  // conflict (a step backwards, after the end, an operation of Walrus's own), validation_error.
  struct Request {
    std::string owner;
    std::string operation_id;
    std::vector<status::Report> reports;
    std::vector<std::string> pointers;
  };
  Task<Result<Reported>> report(Request request);

  // Makes the wish durable: from then on the operation's end is `cancelled`. Its worker learns of
  // it by the next answer; the operation ends by itself where the worker has not ended it within
  // the grace. `with` becomes durable with the wish. Whose it is must have been checked. Errors:
  // conflict (it has ended), those of `with`.
  Task<Result<void>> request_cancel(std::string operation_id, store::WriteBatch with = {});

  // Takes up what was open when the server last stopped; each may be silent for its whole time once
  // more. Before anything else is asked.
  Task<Result<void>> recover();

  // Leaves everything for the next start. `done` is called on the first loop.
  void shut_down(Work done);

  int open_count() const { return open_count_.load(); }

 private:
  struct Open;  // an operation that has not ended
  struct Home;
  using SharedOpen = std::shared_ptr<Open>;
  struct Folded {  // what one commit is made of
    status::ReportFold fold;
    std::shared_ptr<store::WriteBatch> with;
  };

  Home& home_of(const std::string& operation_id);
  SharedOpen begin(Home& home, store::OperationRecord record);
  void announce(Open& open);
  void forget(Home& home, Open& open);

  Task<Result<void>> commit_new(SharedOpen open, store::OperationRecord record,
                                store::WriteBatch with);
  Task<void> answer(Home& home, Request request, Completion<Result<Reported>> done);
  Task<Result<Reported>> take(Home& home, Request request);
  Task<Result<Reported>> take_in_turn(Home& home, SharedOpen open, Request request);
  Task<Result<Reported>> answer_not_open(Request request);
  Task<Result<void>> pass_over_repeats(Request& request);
  status::ReportFold fold_of(Home& home, const Open& open) const;
  Result<Folded> fold(Home& home, const Open& open, const Request& request) const;
  Task<Result<void>> write(Home& home, SharedOpen open, Folded folded);
  Task<Result<void>> make_certain(Home& home, SharedOpen open);
  Task<Result<void>> show_durable(Home& home, SharedOpen open);
  void publish(Home& home, Open& open, const status::State& state,
               std::vector<status::Event> events);
  void learn(Home& home, const Open& open);

  Task<void> cancel(Home& home, std::string operation_id, store::WriteBatch with,
                    Completion<Result<void>> done);
  void know_wish(Home& home, const SharedOpen& open);
  void watch(Home& home, const SharedOpen& open);
  Task<void> expire(Home& home, SharedOpen open);
  Task<Result<void>> expire_in_turn(Home& home, SharedOpen open);

  store::Store& store_;
  status::EventLog& event_log_;
  live::Hub& hub_;
  const Log& log_;
  Metrics& metrics_;
  const ExternalOptions options_;
  StepCosts costs_;
  std::vector<std::unique_ptr<Home>> homes_;
  std::atomic<int> open_count_{0};
  std::atomic<bool> shutting_down_{false};
};

}  // namespace walrus::jobs
