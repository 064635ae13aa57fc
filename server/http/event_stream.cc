#include "http/event_stream.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <deque>
#include <utility>
#include <vector>

namespace walrus::http {

namespace {

using Frame = std::shared_ptr<const std::string>;

constexpr std::size_t kIgnoredInput = 4096;    // a client has nothing to say on a stream
constexpr std::size_t kHeldBytes = 16 * 1024;  // of what goes with the head
constexpr Duration kLinger = std::chrono::seconds(2);

const Frame& heartbeat_frame() {
  constexpr std::string_view kComment = ": heartbeat\n\n";
  static const Frame frame =
      std::make_shared<const std::string>(fmt::format("{:x}\r\n{}\r\n", kComment.size(), kComment));
  return frame;
}

const Frame& last_chunk() {
  static const Frame frame = std::make_shared<const std::string>("0\r\n\r\n");
  return frame;
}

// What the kernel did not take. Most streams never have one.
struct Backlog {
  std::deque<Frame> frames;
  std::size_t sent = 0;  // of the first frame
  std::size_t bytes = 0;
  Duration last_progress{0};
  std::vector<Work> on_drained;
};

class StreamConnection final : public EventStream,
                               public Member,
                               public std::enable_shared_from_this<StreamConnection> {
 public:
  StreamConnection(Shard& shard, StreamHandoff& handoff)
      : shard_(&shard),
        loop_(shard.loop()),
        socket_(std::move(handoff.socket)),
        ticket_(std::move(handoff.ticket)),
        chunked_(handoff.chunked),
        heartbeats_(handoff.heartbeats),
        keep_alive_(handoff.keep_alive),
        last_sent_(shard.now()) {}

  // Holds back what is sent until `release`, so that it goes in one piece with the head.
  void start(std::string head) {
    shard_->settings().metrics.streams.add(1);
    shard_->add(*this);
    begin_backlog();
    backlog_->bytes = head.size();
    backlog_->frames.push_back(std::make_shared<const std::string>(std::move(head)));
    park();
  }
  void release() {
    if (std::exchange(holds_, false)) flush();
  }

  std::size_t queued() const override { return backlog_ ? backlog_->bytes : 0; }
  void when_drained(Work work) override;
  bool send(Frame frame) override;
  void finish() override;
  void finish(Frame last_frame) override;
  void abort() override { close(); }
  void on_closed(Work work) override;

  void check(Duration now) override;
  void drain() override;
  void cut() override { close(); }

 private:
  // Waiting: for the next request. Lingering: for the peer's own end.
  enum class State { kOpen, kFinishing, kWaiting, kLingering, kClosed };

  bool deliver(Frame frame);
  bool enqueue(Frame frame, std::size_t sent);
  void begin_backlog();
  void drop_backlog();
  void wait_writable();
  void flush();
  bool send_backlog();
  void drop_sent(std::size_t count);
  void end_if_flushed();
  void park();
  void received(std::size_t count);
  void give_back(std::size_t count);
  void close();
  void tell_closed();

  Shard* shard_;  // null once closed: whoever holds the stream may outlive the server
  Loop& loop_;
  Socket socket_;
  ConnectionCounts::Ticket ticket_;
  const bool chunked_;
  const bool heartbeats_;
  const bool keep_alive_;
  State state_ = State::kOpen;
  bool holds_ = true;
  bool sent_since_check_ = false;
  bool told_closed_ = false;
  std::uint32_t ignored_input_ = 0;
  Duration last_sent_;  // while waiting or lingering, since when
  std::unique_ptr<Backlog> backlog_;
  Work on_closed_;
  std::array<char, 64> input_;
};

bool StreamConnection::send(Frame frame) {
  if (state_ != State::kOpen) return false;
  return deliver(std::move(frame));
}

bool StreamConnection::deliver(Frame frame) {
  if (!chunked_) frame = std::make_shared<const std::string>(without_chunk_framing(*frame));
  sent_since_check_ = true;
  if (holds_ && backlog_->bytes + frame->size() > kHeldBytes) release();
  if (state_ == State::kClosed) return false;
  if (backlog_) return enqueue(std::move(frame), 0);
  ssize_t taken = socket_.send(*frame);
  if (taken < 0) {
    close();
    return false;
  }
  if (static_cast<std::size_t>(taken) == frame->size()) return true;
  return enqueue(std::move(frame), static_cast<std::size_t>(taken));
}

bool StreamConnection::enqueue(Frame frame, std::size_t sent) {
  std::size_t rest = frame->size() - sent;
  // The first frame is taken whatever its size: half of it may be on its way.
  bool full = backlog_ && backlog_->bytes + rest > shard_->settings().limits.stream_queue_bytes;
  if (full) {
    shard_->settings().metrics.queue_drops.add();
    return false;
  }
  bool first = !backlog_;
  if (first) begin_backlog();
  if (first) backlog_->sent = sent;
  backlog_->frames.push_back(std::move(frame));
  backlog_->bytes += rest;
  if (first) wait_writable();
  return true;
}

void StreamConnection::begin_backlog() {
  backlog_ = std::make_unique<Backlog>();
  backlog_->last_progress = shard_->now();
}

void StreamConnection::when_drained(Work work) {
  if (!backlog_) return loop_.post(std::move(work));
  backlog_->on_drained.push_back(std::move(work));
}

void StreamConnection::drop_backlog() {
  if (!backlog_) return;
  for (Work& work : backlog_->on_drained) loop_.post(std::move(work));
  backlog_.reset();
}

void StreamConnection::wait_writable() {
  socket_.when_writable([self = shared_from_this()](bool ready) {
    if (ready && self->state_ != State::kClosed) self->flush();
  });
}

void StreamConnection::flush() {
  while (backlog_) {
    if (send_backlog()) continue;
    if (state_ != State::kClosed) wait_writable();
    return;
  }
  end_if_flushed();
}

// False: nothing more goes now.
bool StreamConnection::send_backlog() {
  std::array<std::string_view, 64> pieces;
  std::size_t count = 0;
  for (const Frame& frame : backlog_->frames) {
    pieces[count] = *frame;
    if (count == 0) pieces[count].remove_prefix(backlog_->sent);
    if (++count == pieces.size()) break;
  }
  ssize_t taken = socket_.send(std::span(pieces).first(count));
  if (taken < 0) close();
  if (taken <= 0) return false;
  drop_sent(static_cast<std::size_t>(taken));
  return true;
}

void StreamConnection::drop_sent(std::size_t count) {
  backlog_->bytes -= count;
  backlog_->last_progress = shard_->now();
  count += backlog_->sent;
  while (!backlog_->frames.empty() && count >= backlog_->frames.front()->size()) {
    count -= backlog_->frames.front()->size();
    backlog_->frames.pop_front();
  }
  backlog_->sent = count;
  if (backlog_->frames.empty()) drop_backlog();
}

void StreamConnection::finish() {
  if (state_ != State::kOpen) return;
  if (!chunked_) {
    state_ = State::kFinishing;
    return end_if_flushed();
  }
  if (backlog_) {  // past the limit, too: without it the client would take the end for a cut
    backlog_->frames.push_back(last_chunk());
    backlog_->bytes += last_chunk()->size();
  } else if (!deliver(last_chunk())) {
    return;
  }
  state_ = State::kFinishing;
  end_if_flushed();
}

void StreamConnection::finish(Frame last_frame) {
  if (state_ != State::kOpen) return;
  if (!chunked_ || backlog_) {
    if (!deliver(std::move(last_frame))) return close();
    return finish();
  }
  std::array<std::string_view, 2> pieces{*last_frame, *last_chunk()};
  ssize_t taken = socket_.send(pieces);
  if (taken < 0) return close();
  auto sent = static_cast<std::size_t>(taken);
  std::size_t size = last_frame->size();
  if (sent < size) {
    enqueue(std::move(last_frame), sent);
    return finish();
  }
  if (sent < size + last_chunk()->size()) enqueue(last_chunk(), sent - size);
  state_ = State::kFinishing;
  end_if_flushed();
}

// Closing at once could destroy what the peer has not read yet; so its own end is waited for.
void StreamConnection::end_if_flushed() {
  if (state_ != State::kFinishing || backlog_) return;
  bool kept = keep_alive_ && ignored_input_ == 0 && !shard_->draining();
  state_ = kept ? State::kWaiting : State::kLingering;
  last_sent_ = shard_->now();
  if (!kept) socket_.shutdown_write();
  tell_closed();
}

void StreamConnection::drain() {
  if (state_ == State::kWaiting) return close();
  finish();
}

void StreamConnection::park() {
  socket_.when_read(input_,
                    [self = shared_from_this()](std::size_t count) { self->received(count); });
}

void StreamConnection::received(std::size_t count) {
  if (state_ == State::kClosed) return;
  if (state_ == State::kWaiting && count > 0) return give_back(count);
  ignored_input_ += static_cast<std::uint32_t>(count);
  if (count == 0 || ignored_input_ > kIgnoredInput) return close();
  park();
}

// The connection's next request has begun.
void StreamConnection::give_back(std::size_t count) {
  state_ = State::kClosed;
  Shard& shard = *std::exchange(shard_, nullptr);
  shard.remove(*this);
  shard.take_back(std::move(socket_), std::move(ticket_), std::string(input_.data(), count));
}

void StreamConnection::check(Duration now) {
  const Limits& limits = shard_->settings().limits;
  if (state_ == State::kWaiting) {
    if (now - last_sent_ >= limits.idle_timeout) close();
    return;
  }
  if (state_ == State::kLingering) {
    if (now - last_sent_ >= kLinger) close();
    return;
  }
  if (backlog_) {
    if (now - backlog_->last_progress >= limits.write_timeout) close();
    return;
  }
  if (!heartbeats_) return;
  if (std::exchange(sent_since_check_, false)) last_sent_ = now;
  // What was sent may have been sent a tick before it was noticed, and the next check is a tick
  // away: two ticks early is never late.
  if (now - last_sent_ + 2 * shard_->tick() >= limits.heartbeat) deliver(heartbeat_frame());
}

void StreamConnection::on_closed(Work work) {
  on_closed_ = std::move(work);
  if (told_closed_) loop_.post(std::exchange(on_closed_, {}));
}

// Posted, since the owner may be in the middle of a walk over its streams.
void StreamConnection::tell_closed() {
  if (std::exchange(told_closed_, true)) return;
  shard_->settings().metrics.streams.add(-1);
  if (on_closed_) loop_.post(std::exchange(on_closed_, {}));
}

void StreamConnection::close() {
  if (state_ == State::kClosed) return;
  state_ = State::kClosed;
  socket_.close();
  tell_closed();
  drop_backlog();
  ticket_ = {};
  std::exchange(shard_, nullptr)->remove(*this);
}

}  // namespace

void start_event_stream(Shard& shard, StreamHandoff handoff) {
  auto stream = std::make_shared<StreamConnection>(shard, handoff);
  stream->start(std::move(handoff.head));
  handoff.starter(stream);
  stream->release();
  if (shard.draining()) stream->finish();
}

std::string without_chunk_framing(std::string_view frame) {
  std::string payload;
  while (!frame.empty()) {
    std::size_t size = 0;
    std::size_t line = frame.find("\r\n");
    if (line == frame.npos) break;
    std::string_view digits = frame.substr(0, line);
    std::from_chars(digits.data(), digits.data() + digits.size(), size, 16);
    payload += frame.substr(line + 2, size);
    frame.remove_prefix(std::min(line + 2 + size + 2, frame.size()));
  }
  return payload;
}

}  // namespace walrus::http
