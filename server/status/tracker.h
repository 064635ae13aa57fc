// The one way a status comes into being: a pipeline reports, the tracker checks, stores, publishes.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/task_group.h"
#include "status/ports.h"
#include "status/progress.h"
#include "status/remaining_time.h"

namespace walrus::status {

struct TrackerOptions {
  Duration progress_interval = std::chrono::milliseconds(100);  // between progress events
  Duration chunk_delay = std::chrono::milliseconds(250);  // chunks reach the log this late at most
  std::size_t chunk_bytes = 4096;                         // or when this much waits
  std::uint64_t reserve = 1000;                           // sequences for chunks, at a time
  Duration first_retry = std::chrono::milliseconds(50);   // of a store that is away; doubles
  Duration longest_retry = std::chrono::seconds(1);
};

// What comes with a completion.
struct Ending {
  json::object metadata;                       // of the status `finished`, beside the counters
  json::object complete;                       // of a chat's `complete`
  std::shared_ptr<const Writes> with;          // committed with the terminal event
  std::function<Task<void>()> before_visible;  // runs between the commit and its publication
};

// Tracks one operation through one run. Belongs to its home loop: every call is made there, and
// every result arrives there. Lives until `finish` or `fail` or `leave` has returned.
//
// Promises (status-model.md): sequences strictly increase without gaps within a run; nothing but
// chunks is published before it is durable; progress and steps only go forward; after the terminal
// event nothing is accepted. While the store is away, reports wait; `stop_waiting` ends that.
class Tracker {
 public:
  // `state` is the last durable one; `reserved_through` what may have been shown beyond it.
  // `past` is what the remaining time is estimated from; of a chat nothing is.
  Tracker(Loop& home, EventLog& log, LiveSink& live, State state, std::uint64_t reserved_through,
          const Log& messages, TrackerOptions options = {},
          std::shared_ptr<const PastCosts> past = nullptr);
  ~Tracker();

  const State& state() const { return state_; }

  // The step's first work begins. A step that was reached before (by an earlier run) is passed over
  // in silence. `facts` is appended to the documented words. Errors: cancelled (waiting was ended).
  Task<Result<void>> reach(Step step, std::string facts = {});

  // Counts work inside the step reached last, until the next one. Work of a step that an earlier
  // run had passed is a sign of life alone: it moves neither the percentage nor a counter.
  std::shared_ptr<WorkCounter> count_work();
  // A counter of `status_metadata`, shown with the next event.
  void set_counter(std::string_view name, std::int64_t value);
  // What is no counter of it ("current_url").
  void set_fact(std::string_view name, std::string value);
  // For the remaining time: the size of the input, by which all work is foreseen, and its variety.
  void describe_input(double size, std::string variety);
  // For the remaining time: a step's work turns out to be so many units. Without it a step has as
  // many as the input's size; 0 says that nothing is to be done in it, or that it was done before.
  void expect_work(Step step, double units);
  // Names the counters that follow the current step's work ("pages_done", "pages_total").
  void show_work_as(std::string_view done, std::string_view total);

  // Text of an answer: visible at once, durable soon after. Never fails; text that comes while
  // sequences are short waits for more of them.
  void chunk(std::string text);

  // The end. Errors: cancelled (the wish was durable first, or waiting was ended; `fail` with
  // another error than that).
  Task<Result<void>> finish(Ending ending);
  Task<Result<void>> fail(Error error, std::shared_ptr<const Writes> with);
  // The run ends without an end: the operation goes on after a restart.
  Task<void> leave();

  // What this run, once it has finished, has to teach about the costs of its steps; of a chat
  // nothing.
  const FinishedWork& finished_work() const { return finished_work_; }

  // When the operation last showed life.
  Duration last_sign_of_life() const { return last_life_; }
  // Reports that wait for the store give up with `cancelled`.
  void stop_waiting() { stop_waiting_ = true; }

 private:
  Event event(EventType type, Step step, Outcome outcome) const;
  Task<void> take_turn();
  void end_turn();
  Task<Result<void>> write(std::vector<Event> events, std::uint64_t reserved_through,
                           bool unless_cancelled, std::shared_ptr<const Writes> with);
  Task<Result<void>> write_until_it_is(Append request);
  Task<Result<void>> append(std::vector<Event> events, std::uint64_t reserved_through);
  Task<Result<void>> end(std::vector<Event> events, bool unless_cancelled,
                         std::shared_ptr<const Writes> with,
                         std::function<Task<void>()> before_visible);
  void publish(std::vector<Event> events);

  void arm_tick();
  void tick();
  void show_work();
  int percent_now() const;
  bool progressed() const;
  Task<void> write_progress();
  std::optional<double> seconds_left();

  bool may_show_chunk() const;
  void show_chunk(std::string text);
  void release_held_text();
  Task<void> show_all_text();
  Task<void> write_chunks();

  Loop& home_;
  EventLog& log_;
  LiveSink& live_;
  const Log& messages_;
  const TrackerOptions options_;

  State state_;  // as published
  std::uint64_t reserved_through_;
  json::object counters_;
  std::string done_name_;
  std::string total_name_;

  std::shared_ptr<WorkCounter> work_ = std::make_shared<WorkCounter>();
  std::uint64_t seen_changes_ = 0;
  bool repeats_passed_step_ = false;  // work done again after a crash: life, but no progress
  Duration last_life_;
  RemainingTime remaining_;
  FinishedWork finished_work_;

  // One append at a time; the pipeline is the only one that ever waits for its turn.
  bool writing_ = false;
  bool writing_status_ = false;  // the append holds events nobody has seen yet
  Work waiting_;
  bool ended_ = false;
  bool stop_waiting_ = false;

  std::vector<Event> unwritten_chunks_;
  std::size_t unwritten_bytes_ = 0;
  Duration first_unwritten_{0};
  std::string held_text_;

  TimerId tick_timer_ = 0;
  TaskGroup background_;
};

}  // namespace walrus::status
