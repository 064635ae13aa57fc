#include "status/tracker.h"

#include <algorithm>

namespace walrus::status {

namespace {

std::vector<std::string> step_names(Kind kind) {
  std::vector<std::string> names;
  for (const PlannedStep& planned : plan_of(kind)) names.emplace_back(planned.name);
  return names;
}

}  // namespace

Tracker::Tracker(Loop& home, EventLog& log, LiveSink& live, State state,
                 std::uint64_t reserved_through, const Log& messages, TrackerOptions options,
                 std::shared_ptr<const PastCosts> past)
    : home_(home),
      log_(log),
      live_(live),
      messages_(messages),
      options_(options),
      state_(std::move(state)),
      reserved_through_(reserved_through),
      counters_(state_.metadata),
      last_life_(home.clock().monotonic()),
      remaining_(step_names(state_.operation.kind), std::move(past)),
      background_(home, [this](std::exception_ptr) {
        messages_.error("a tracker's background write threw", {{"operation", state_.operation.id}});
      }) {
  // What may have been shown under a reserved sequence is never used again.
  state_.sequence = std::max(state_.sequence, reserved_through_);
  counters_.erase(kQueuePosition);  // it waits no more
  arm_tick();
}

Tracker::~Tracker() {
  home_.cancel(tick_timer_);
}

Event Tracker::event(EventType type, Step step, Outcome outcome) const {
  Event event{.sequence = state_.sequence + 1,
              .attempt = state_.attempt,
              .at = std::max(home_.clock().now(), state_.updated_at),
              .type = type,
              .outcome = outcome,
              .step = step,
              .percent = state_.percent};
  if (type == EventType::kStatus && state_.operation.kind != Kind::kChat) {
    event.metadata = counters_;
  }
  return event;
}

// --- Reports

Task<Result<void>> Tracker::reach(Step step, std::string facts) {
  last_life_ = home_.clock().monotonic();
  Kind kind = state_.operation.kind;
  bool begun = state_.sequence > 0 && !state_.message.empty();
  bool passed = begun && position_of(kind, step) <= position_of(kind, state_.step);
  repeats_passed_step_ = begun && position_of(kind, step) < position_of(kind, state_.step);
  remaining_.reach(position_of(kind, step), last_life_, passed);
  work_ = std::make_shared<WorkCounter>();
  seen_changes_ = 0;
  done_name_.clear();
  total_name_.clear();
  if (passed) co_return Result<void>();

  co_await take_turn();
  co_await show_all_text();
  Event reached = event(EventType::kStatus, step, Outcome::kProcessing);
  reached.percent = std::max(planned_step(kind, step).percent, state_.percent);
  std::int64_t chunks = find_integer(counters_, "chunks_created").value_or(0);
  reached.message = message_of(kind, step, chunks) + facts;
  reached.reaches_step = true;
  reached.eta_seconds = seconds_left();
  bool speaks = step == Step::kGeneratingResponse;
  std::uint64_t reserve = speaks ? reached.sequence + options_.reserve : reserved_through_;
  std::vector<Event> events;
  events.push_back(std::move(reached));
  auto written = co_await append(std::move(events), reserve);
  end_turn();
  co_return written;
}

std::shared_ptr<WorkCounter> Tracker::count_work() {
  return work_;
}

void Tracker::show_work_as(std::string_view done, std::string_view total) {
  done_name_ = done;
  total_name_ = total;
}

void Tracker::set_fact(std::string_view name, std::string value) {
  counters_[name] = std::move(value);
}

void Tracker::set_counter(std::string_view name, std::int64_t value) {
  counters_[name] = value;
}

void Tracker::describe_input(double size, std::string variety) {
  remaining_.describe(size, std::move(variety));
}

void Tracker::expect_work(Step step, double units) {
  remaining_.expect(position_of(state_.operation.kind, step), units);
}

Task<Result<void>> Tracker::finish(Ending ending) {
  Kind kind = state_.operation.kind;
  if (kind != Kind::kChat) finished_work_ = remaining_.finished(home_.clock().monotonic());
  co_await take_turn();
  co_await show_all_text();
  Step last = plan_of(kind).back().step;
  Event finished = event(EventType::kStatus, last, Outcome::kCompleted);
  finished.percent = planned_step(kind, last).percent;
  finished.message = message_of(kind, last);
  for (auto& [name, value] : ending.metadata) finished.metadata[name] = value;
  std::vector<Event> events;
  events.push_back(std::move(finished));
  if (kind == Kind::kChat) {
    Event complete = event(EventType::kComplete, last, Outcome::kCompleted);
    complete.sequence = events.front().sequence + 1;
    complete.metadata = std::move(ending.complete);
    events.push_back(std::move(complete));
  }
  auto ended = co_await end(std::move(events), true, std::move(ending.with),
                            std::move(ending.before_visible));
  end_turn();
  co_return ended;
}

Task<Result<void>> Tracker::fail(Error error, std::shared_ptr<const Writes> with) {
  co_await take_turn();
  co_await show_all_text();
  bool chat = state_.operation.kind == Kind::kChat;
  Event failed =
      event(chat ? EventType::kError : EventType::kStatus, state_.step, Outcome::kFailed);
  failed.message = error.message;
  failed.error = OperationError{error.code, error.message, state_.step, info(error.code).retryable};
  std::vector<Event> events;
  events.push_back(std::move(failed));
  bool unless_cancelled = error.code != ErrorCode::kCancelled;
  auto ended = co_await end(std::move(events), unless_cancelled, std::move(with), {});
  end_turn();
  co_return ended;
}

Task<void> Tracker::leave() {
  co_await take_turn();
  ended_ = true;
  end_turn();
}

// --- Writing, one append at a time

Task<void> Tracker::take_turn() {
  if (!writing_) {
    writing_ = true;
    co_return;
  }
  auto queue_up = [this](Completion<bool> done) {
    waiting_ = [done = std::move(done)]() mutable { done(true); };
  };
  co_await wait_for_callback<bool>(queue_up);
}

// Hands the turn to who waits for it, so that nobody else can take it in between.
void Tracker::end_turn() {
  if (waiting_) {
    Work next = std::move(waiting_);
    waiting_ = nullptr;
    next();
    return;
  }
  writing_ = false;
  release_held_text();
}

// Makes the events durable, with the chunks that nobody has written yet before them.
Task<Result<void>> Tracker::write(std::vector<Event> events, std::uint64_t reserved_through,
                                  bool unless_cancelled, std::shared_ptr<const Writes> with) {
  std::vector<Event> chunks = std::exchange(unwritten_chunks_, {});
  unwritten_bytes_ = 0;
  writing_status_ = !events.empty();

  Append request{.state = state_, .events = chunks};
  for (const Event& next : events) request.state.apply(next);
  request.events.insert(request.events.end(), events.begin(), events.end());
  request.reserved_through = reserved_through;
  request.unless_cancelled = unless_cancelled;
  request.with = std::move(with);

  Result<void> written = co_await write_until_it_is(std::move(request));
  if (!written) {
    unwritten_chunks_.insert(unwritten_chunks_.begin(), chunks.begin(), chunks.end());
  } else {
    reserved_through_ = std::max(reserved_through_, reserved_through);
  }
  co_return written;
}

// Waits for a store that is away, unless waiting was ended.
Task<Result<void>> Tracker::write_until_it_is(Append request) {
  Duration pause = options_.first_retry;
  for (;;) {
    Append copy = request;
    Result<void> written = co_await log_.append(std::move(copy));
    if (written || written.error().code != ErrorCode::kStorageUnavailable) co_return written;
    if (stop_waiting_) co_return walrus::fail(ErrorCode::kCancelled, "The work was stopped.");
    messages_.warning("a status waits for the store",
                      {{"operation", state_.operation.id}, {"why", written.error().detail}});
    co_await sleep_for(pause);
    pause = std::min(pause * 2, options_.longest_retry);
    last_life_ = home_.clock().monotonic();  // waiting is not being stuck
  }
}

Task<Result<void>> Tracker::append(std::vector<Event> events, std::uint64_t reserved_through) {
  std::vector<Event> copy = events;
  Result<void> written = co_await write(std::move(copy), reserved_through, false, nullptr);
  writing_status_ = false;
  if (written) publish(std::move(events));
  co_return written;
}

Task<Result<void>> Tracker::end(std::vector<Event> events, bool unless_cancelled,
                                std::shared_ptr<const Writes> with,
                                std::function<Task<void>()> before_visible) {
  std::vector<Event> copy = events;
  Result<void> written =
      co_await write(std::move(copy), reserved_through_, unless_cancelled, std::move(with));
  if (written) {
    ended_ = true;
    if (before_visible) co_await before_visible();
  }
  writing_status_ = false;
  if (written) publish(std::move(events));
  co_return written;
}

void Tracker::publish(std::vector<Event> events) {
  if (events.empty()) return;
  for (const Event& next : events) state_.apply(next);
  live_.publish(state_, std::move(events));
}

// --- Progress: sampled, coalesced, shown after it is durable

void Tracker::arm_tick() {
  tick_timer_ = home_.after(options_.progress_interval, [this] { tick(); });
}

void Tracker::tick() {
  arm_tick();
  if (work_->changes() != seen_changes_) {
    seen_changes_ = work_->changes();
    last_life_ = home_.clock().monotonic();
    remaining_.count(last_life_, static_cast<double>(work_->done()),
                     static_cast<double>(work_->total()));
    show_work();
  }
  if (writing_ || ended_) return;
  Duration waited = home_.clock().monotonic() - first_unwritten_;
  if (!unwritten_chunks_.empty() && waited >= options_.chunk_delay) {
    writing_ = true;
    background_.start(write_chunks());
  } else if (progressed()) {
    writing_ = true;
    background_.start(write_progress());
  }
}

void Tracker::show_work() {
  if (repeats_passed_step_) return;
  // Work that begins again at a checkpoint does not take back what was shown.
  auto raise = [this](const std::string& name, std::uint64_t value) {
    auto shown = find_integer(counters_, name).value_or(0);
    counters_[name] = std::max(shown, static_cast<std::int64_t>(value));
  };
  if (!done_name_.empty()) raise(done_name_, work_->done());
  if (!total_name_.empty() && work_->total() > 0) raise(total_name_, work_->total());
}

int Tracker::percent_now() const {
  if (repeats_passed_step_) return state_.percent;
  int here = percent_within(state_.operation.kind, state_.step, work_->done(), work_->total());
  return std::max(here, state_.percent);
}

bool Tracker::progressed() const {
  if (state_.operation.kind == Kind::kChat || state_.message.empty()) return false;
  return percent_now() != state_.percent || counters_ != state_.metadata;
}

std::optional<double> Tracker::seconds_left() {
  if (state_.operation.kind == Kind::kChat) return std::nullopt;
  return to_tenths(remaining_.estimate(home_.clock().monotonic()));
}

Task<void> Tracker::write_progress() {
  Event progress = event(EventType::kStatus, state_.step, Outcome::kProcessing);
  progress.percent = percent_now();
  progress.message = state_.message;
  progress.eta_seconds = seconds_left();
  std::vector<Event> events;
  events.push_back(std::move(progress));
  (void)co_await append(std::move(events), reserved_through_);
  end_turn();
}

// --- Chunks of an answer: shown first, written soon after

bool Tracker::may_show_chunk() const {
  return !writing_status_ && state_.sequence < reserved_through_ && held_text_.empty();
}

void Tracker::chunk(std::string text) {
  if (ended_ || text.empty()) return;
  last_life_ = home_.clock().monotonic();
  if (may_show_chunk()) {
    show_chunk(std::move(text));
  } else {
    held_text_ += text;
  }
  bool short_of_sequences = state_.sequence + options_.reserve / 5 >= reserved_through_;
  if (writing_ || (!short_of_sequences && unwritten_bytes_ < options_.chunk_bytes)) return;
  writing_ = true;
  background_.start(write_chunks());
}

void Tracker::show_chunk(std::string text) {
  if (unwritten_chunks_.empty()) first_unwritten_ = home_.clock().monotonic();
  Event chunk = event(EventType::kChunk, state_.step, Outcome::kProcessing);
  unwritten_bytes_ += text.size();
  chunk.content = std::move(text);
  unwritten_chunks_.push_back(chunk);
  publish({std::move(chunk)});
}

void Tracker::release_held_text() {
  if (held_text_.empty() || ended_) return;
  if (writing_status_ || state_.sequence >= reserved_through_) return;
  show_chunk(std::exchange(held_text_, {}));
}

// With the turn taken: text that was held back becomes a chunk, so that what follows comes after
// it.
Task<void> Tracker::show_all_text() {
  if (held_text_.empty()) co_return;
  if (state_.sequence >= reserved_through_) {
    (void)co_await append({}, state_.sequence + options_.reserve);
  }
  release_held_text();
}

Task<void> Tracker::write_chunks() {
  bool short_of_sequences = state_.sequence + options_.reserve / 5 >= reserved_through_;
  std::uint64_t reserve =
      short_of_sequences ? state_.sequence + options_.reserve : reserved_through_;
  (void)co_await append({}, reserve);
  end_turn();
}

}  // namespace walrus::status
