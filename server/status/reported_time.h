// The remaining time of an operation whose worker reports, from what the reports tell.
#pragma once

#include "status/operation.h"
#include "status/remaining_time.h"

namespace walrus::status {

// Pure: it is told the (monotonic) time. Copied for each request, since what a request tells counts
// only once it is durable.
//
// A report that comes with work done says that this was done since the request before it, and no
// more: whatever came in one request is measured as one.
class ReportedTime {
 public:
  // Of an operation with an ExternalPlan that was opened at `opened`.
  ReportedTime(const State& opened_as, std::shared_ptr<const PastCosts> past, Duration opened);

  // Goes on from `state`, of which nobody knows how long it took. Its step teaches nothing.
  void resume(const State& state, Duration now);

  // The same, for the reports of a request that comes now.
  ReportedTime at(Duration now) const;
  // The operation is inside the step, with so much of its work done. `total` is 0: not known.
  void take(Step step, std::uint64_t done, std::uint64_t total);

  // Seconds to the end, as they are shown, if they can be told.
  std::optional<double> estimate() { return to_tenths(remaining_.estimate(now_)); }
  // What it has to teach if it completes with this request.
  FinishedWork finished() const { return remaining_.finished(now_); }

 private:
  void reach(int position, bool works);

  std::shared_ptr<const ExternalPlan> plan_;
  RemainingTime remaining_;
  Duration now_;
  Duration idle_since_;   // no work that is reported now was done before
  int position_ = -1;     // the first report of all begins the first step
  bool reached_ = false;  // in this request, without work done so far
};

}  // namespace walrus::status
