// A job: the work of one operation, as the runner hands it to the function of its kind.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>

#include "status/tracker.h"
#include "store/records.h"

namespace walrus::jobs {

// Lives until the function's task has ended.
struct Job {
  const store::OperationRecord* record;  // as it was when this run began
  status::Tracker* tracker;
  std::stop_token stop;  // cancelled, stuck or shutting down: end soon, with any error
};

// What jobs/ must know of a kind. The functions are bound in app/ and called on the operation's
// home loop, from several threads.
struct KindOfWork {
  // Does the work and reports to the tracker; returns without an error exactly when
  // `tracker->finish` did. An error ends the operation as failed, by the runner.
  std::function<Task<Result<void>>(Job job)> run;
  // What is committed together with a failure, made after the work has ended. Asked again while it
  // says storage_unavailable.
  std::function<Task<Result<std::shared_ptr<const status::Writes>>>(store::OperationRecord record,
                                                                    Error error)>
      failure_writes;
  int at_once = 1;         // run side by side; more wait
  int waiting = 10'000;    // wait at most; more are refused
  bool resumable = false;  // goes on after a restart; otherwise it ends `interrupted`
};

}  // namespace walrus::jobs
