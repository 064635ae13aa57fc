#include "api/operation_reader.h"

#include <algorithm>
#include <limits>

namespace walrus::api {

namespace {

constexpr int kReplayBatch = 500;

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

Task<void> OperationReader::catch_up(Position position) {
  auto self = shared_from_this();
  live::Attachment attachment = co_await hub_.attach(record_.state.operation.id, self);
  if (attachment.running) {
    record_.state = attachment.state;
  } else if (record_.state.outcome == status::Outcome::kProcessing) {
    // It ended, or was left, between our reading it and attaching.
    auto latest =
        co_await store_.operation(record_.state.operation.owner, record_.state.operation.id);
    if (latest && *latest) record_ = std::move(**latest);
  }
  if (!position.after) least_attempt_ = record_.state.attempt;
  Result<void> caught_up = co_await begin_after(position.after.value_or(0), attachment);
  if (caught_up) caught_up = co_await replay(stored_below(attachment));
  if (!caught_up) co_return fail();
  deliver_each(attachment.tail);
  catching_up_ = false;
  deliver_each(std::exchange(arrived_, {}));
  if (!attachment.running || topic_closed_) leave();
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
      replay_one(std::move(event));
    }
    if (batch->size() < kReplayBatch) break;
  }
  co_return Result<void>();
}

void OperationReader::replay_one(status::Event event) {
  if (event.attempt < least_attempt_) {
    sent_ = event.sequence;
    return;
  }
  bool terminal = status::is_terminal(record_.state.operation.kind, event);
  auto encoded = hub_.encoding().event(status::state_after(record_.state, event), event);
  live::SharedEvent live =
      std::make_shared<const live::LiveEvent>(std::move(event), terminal, std::move(encoded));
  deliver({&live, 1}, live::frame_of(live));
}

void OperationReader::on_events(std::span<const live::SharedEvent> events,
                                const live::Frame& frame) {
  if (catching_up_) {
    arrived_.insert(arrived_.end(), events.begin(), events.end());
  } else if (events.front()->sequence() > sent_) {
    deliver(events, frame);
  } else {  // some of it came with the tail
    deliver_each(events);
  }
}

void OperationReader::on_closed() {
  topic_closed_ = true;
  // The reader comes back and finds what has become of the operation.
  if (!catching_up_) leave();
}

void OperationReader::deliver_each(std::span<const live::SharedEvent> events) {
  for (const live::SharedEvent& event : events) {
    if (event->sequence() > sent_) deliver({&event, 1}, live::frame_of(event));
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
