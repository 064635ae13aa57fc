#include "api/operation_reader.h"

#include <algorithm>
#include <limits>

namespace walrus::api {

namespace {

constexpr int kReplayBatch = 500;
constexpr std::size_t kMostQueued = 64 * 1024;    // bytes at the outlet before the next event waits
constexpr std::size_t kMostArrived = 256 * 1024;  // bytes kept of what is live meanwhile

// What is stored but not published yet is not replayed: it comes with the tail or live.
std::uint64_t stored_below(const live::Attachment& attachment) {
  return attachment.running ? attachment.tail_begins : std::numeric_limits<std::uint64_t>::max();
}

}  // namespace

OperationReader::OperationReader(live::Hub& hub, store::Store& store, Loop& loop, const Log& log,
                                 store::OperationRecord record, std::unique_ptr<EventSink> sink)
    : hub_(hub),
      store_(store),
      loop_(loop),
      tasks_(loop, [&log](std::exception_ptr) { log.error("an event reader's replay threw"); }),
      record_(std::move(record)),
      sink_(std::move(sink)) {}

void OperationReader::start(Position position) {
  tasks_.start(catch_up(position));
}

void OperationReader::stop() {
  if (std::exchange(stopped_, true)) return;
  hub_.detach(loop_, record_.state.operation.id, this);
  // The coroutine may still wait for the hub's answer; it holds what it needs until then.
  auto self = shared_from_this();
  tasks_.when_idle([self] { self->sink_.reset(); });
}

void OperationReader::fail() {
  if (stopped_) return;
  sink_->fail();
  stop();
}

void OperationReader::leave() {
  if (stopped_) return;
  sink_->leave();
  stop();
}

// Once, unless more came meanwhile than is kept: then again from where that left off.
Task<void> OperationReader::catch_up(Position position) {
  auto self = shared_from_this();
  std::optional<std::uint64_t> begin = position.after.value_or(0);
  bool running = true;
  for (bool again = true; again; begin.reset()) {
    missed_ = false;
    live::Attachment attachment = co_await hub_.attach(record_.state.operation.id, self);
    running = attachment.running;
    if (running) {
      record_.state = attachment.state;
    } else if (record_.state.outcome == status::Outcome::kProcessing) {
      // It ended, or was left, between our reading it and attaching.
      auto latest =
          co_await store_.operation(record_.state.operation.owner, record_.state.operation.id);
      if (latest && *latest) record_ = std::move(**latest);
    }
    if (begin && !position.after) least_attempt_ = record_.state.attempt;
    Result<void> caught_up = co_await catch_up_once(begin, attachment);
    if (!caught_up) co_return fail();
    again = missed_ && !stopped_;
    if (again) hub_.detach(loop_, record_.state.operation.id, this);
  }
  catching_up_ = false;
  if (!running || topic_closed_) leave();
}

// The log up to the tail, the tail, and what arrived while that was given.
Task<Result<void>> OperationReader::catch_up_once(std::optional<std::uint64_t> position,
                                                  const live::Attachment& attachment) {
  Result<void> done;
  if (position) done = co_await begin_after(*position, attachment);
  if (done) done = co_await replay(stored_below(attachment));
  if (!done) co_return done;
  co_await give(attachment.tail);
  while (!arrived_.empty()) {
    arrived_bytes_ = 0;
    co_await give(std::exchange(arrived_, {}));
  }
  co_return done;
}

// Sends a snapshot where the position is not one to go on from.
Task<Result<void>> OperationReader::begin_after(std::uint64_t position,
                                                const live::Attachment& attachment) {
  Result<bool> known = co_await knows(position, attachment);
  if (!known) co_return std::unexpected(known.error());
  if (!*known) co_return co_await send_snapshot(attachment);
  sent_ = position;
  co_return Result<void>();
}

// Whether a reader can really have left off there: the event exists, or it is the beginning of a
// log that exists.
Task<Result<bool>> OperationReader::knows(std::uint64_t sequence,
                                          const live::Attachment& attachment) {
  bool ended = record_.state.outcome != status::Outcome::kProcessing;
  if (sequence == 0 && !ended) co_return true;
  auto same = [&](const live::SharedEvent& event) { return event->sequence() == sequence; };
  if (std::ranges::any_of(attachment.tail, same)) co_return true;
  const status::Operation& operation = record_.state.operation;
  std::uint64_t before = sequence == 0 ? 0 : sequence - 1;
  auto found = co_await store_.events(operation.owner, operation.id, before, 1);
  if (!found) co_return std::unexpected(found.error());
  co_return !found->empty() && (sequence == 0 || found->front().sequence == sequence);
}

Task<Result<void>> OperationReader::send_snapshot(const live::Attachment& attachment) {
  const status::Operation& operation = record_.state.operation;
  std::string content;
  std::uint64_t newest = 0;
  auto add = [&](const status::Event& event) {
    newest = event.sequence;
    if (event.attempt == record_.state.attempt) content += event.content;
  };
  for (bool more = true; more;) {
    auto batch = co_await store_.events(operation.owner, operation.id, newest, kReplayBatch);
    if (!batch) co_return std::unexpected(batch.error());
    more = batch->size() == kReplayBatch;
    for (const status::Event& event : *batch) {
      if (event.sequence < stored_below(attachment)) {
        add(event);
      } else {
        more = false;
      }
    }
  }
  for (const live::SharedEvent& event : attachment.tail) add(event->event);

  // The terminal event, if it has come, is sent by itself after the snapshot.
  bool ended = record_.state.outcome != status::Outcome::kProcessing;
  status::State shown = record_.state;
  if (ended && newest > 0) shown.sequence = newest - 1;
  sent_ = shown.sequence;
  if (!stopped_ && !sink_->take_snapshot(shown, content)) fail();
  co_return Result<void>();
}

Task<Result<void>> OperationReader::replay(std::uint64_t up_to) {
  const status::Operation& operation = record_.state.operation;
  while (!stopped_ && sent_ + 1 < up_to) {
    auto batch = co_await store_.events(operation.owner, operation.id, sent_, kReplayBatch);
    if (!batch) co_return std::unexpected(batch.error());
    for (status::Event& event : *batch) {
      if (event.sequence >= up_to) co_return Result<void>();
      // One that began since the record was read.
      if (event.attempt > record_.state.attempt) record_.state.apply(event);
      live::SharedEvent replayed = encoded(std::move(event));
      deliver_each({&replayed, 1});
      if (is_full()) co_await drained();
    }
    if (batch->size() < kReplayBatch) break;
  }
  co_return Result<void>();
}

live::SharedEvent OperationReader::encoded(status::Event event) const {
  bool terminal = status::is_terminal(record_.state.operation.kind, event);
  auto bytes = hub_.encoding().event(status::state_after(record_.state, event), event);
  return std::make_shared<const live::LiveEvent>(std::move(event), terminal, std::move(bytes));
}

// As fast as the reader takes them.
Task<void> OperationReader::give(std::vector<live::SharedEvent> events) {
  for (const live::SharedEvent& event : events) {
    deliver_each({&event, 1});
    if (is_full()) co_await drained();
  }
}

bool OperationReader::is_full() const {
  return !stopped_ && sink_->outlet().queued() > kMostQueued;
}

Task<void> OperationReader::drained() {
  auto wait = [this](Completion<bool> done) {
    sink_->outlet().when_drained([done = std::move(done)]() mutable { done(true); });
  };
  co_await wait_for_callback<bool>(wait);
}

void OperationReader::on_events(std::span<const live::SharedEvent> events,
                                const live::Frame& frame) {
  if (catching_up_) {
    keep(events);
  } else if (events.front()->sequence() > sent_) {
    deliver(events, frame);
  } else {  // some of it came with the tail
    deliver_each(events);
  }
}

void OperationReader::keep(std::span<const live::SharedEvent> events) {
  if (missed_) return;
  for (const live::SharedEvent& event : events) arrived_bytes_ += event->encoded.frame.size();
  arrived_.insert(arrived_.end(), events.begin(), events.end());
  missed_ = arrived_bytes_ > kMostArrived;
  if (missed_) arrived_.clear();
}

void OperationReader::on_closed() {
  topic_closed_ = true;
  // The reader comes back and finds what has become of the operation.
  if (!catching_up_) leave();
}

void OperationReader::deliver_each(std::span<const live::SharedEvent> events) {
  for (const live::SharedEvent& event : events) {
    if (event->sequence() <= sent_) continue;
    if (event->event.attempt < least_attempt_) {
      sent_ = event->sequence();
    } else {
      deliver({&event, 1}, live::frame_of(event));
    }
  }
}

// All of them are new to the reader.
void OperationReader::deliver(std::span<const live::SharedEvent> events, const live::Frame& frame) {
  if (stopped_) return;
  const live::LiveEvent& last = *events.back();
  sent_ = last.sequence();
  if (last.terminal && last.event.attempt >= record_.state.attempt) {
    sink_->finish(events, frame);
    stop();
  } else if (!sink_->take(events, frame)) {
    fail();
  }
}

}  // namespace walrus::api
