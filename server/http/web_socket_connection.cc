#include "http/web_socket_connection.h"

#include <array>
#include <utility>

#include "http/web_socket.h"
#include "http/web_socket_queue.h"
#include "http/web_socket_reader.h"

namespace walrus::http {

namespace {

constexpr std::size_t kReadAtOnce = 16 * 1024;
// Of what a refused peer may still be sending: closing with bytes unread resets the connection, and
// the peer loses the close frame.
constexpr std::size_t kLingerBytes = 16 * 1024 * 1024;

// A bound on the frames of one peer: a burst, then a rate (a token bucket).
class FrameRate {
 public:
  FrameRate(const Limits& limits, Duration now)
      : per_second_(static_cast<double>(limits.web_socket_rate)),
        burst_(static_cast<double>(limits.web_socket_burst)),
        left_(burst_),
        last_(now) {}
  bool allows(std::uint64_t frames, Duration now) {
    left_ =
        std::min(burst_, left_ + per_second_ * std::chrono::duration<double>(now - last_).count());
    last_ = now;
    left_ -= static_cast<double>(frames);
    return left_ >= 0;
  }

 private:
  const double per_second_;
  const double burst_;
  double left_;
  Duration last_;
};

class WebSocketConnection final : public WebSocket,
                                  public Member,
                                  public std::enable_shared_from_this<WebSocketConnection> {
 public:
  WebSocketConnection(Shard& shard, WebSocketHandoff& handoff)
      : shard_(&shard),
        loop_(shard.loop()),
        socket_(std::move(handoff.socket)),
        ticket_(std::move(handoff.ticket)),
        reader_(shard.settings().limits.web_socket_message),
        rate_(shard.settings().limits, shard.now()),
        last_received_(shard.now()) {}

  void start(std::string head);
  void receive_first(std::string_view bytes);

  std::size_t queued() const override { return queue_ ? queue_->bytes() : 0; }
  void when_drained(Work work) override;
  bool send(std::span<const SharedText> messages) override;
  bool send_text(std::string text) override;
  void close(CloseCode code, std::string_view reason) override;
  void on_message(std::move_only_function<void(std::string)> take) override {
    on_message_ = std::move(take);
  }
  void on_closed(Work work) override;

  void check(Duration now) override;
  void drain() override { close(CloseCode::kGoingAway, "The server is shutting down."); }
  void cut() override { end(); }

 private:
  // Closing: our close frame is on its way, the peer's has not come. Lingering: all is said, and
  // the peer's own end is waited for.
  enum class State { kOpen, kClosing, kLingering, kEnded };

  bool send_at_once(std::span<const SharedText> messages);
  bool deliver(Outgoing message);
  bool enqueue(Outgoing message, std::size_t sent);
  void push(Outgoing message, std::size_t sent);
  void drop_queue();
  void turn_away();
  void wait_writable();
  void flush();
  void wait_readable();
  void receive();
  void take(std::string_view bytes);
  void take(Incoming incoming);
  void refuse(const Violation& violation);
  void answer_close(const Incoming& incoming);
  void send_close(CloseCode code, std::string_view reason);
  void linger();
  void shut_down_if_flushed();
  void tell_closed();
  void end();

  Shard* shard_;  // null once ended: whoever holds the socket may outlive the server
  Loop& loop_;
  Socket socket_;
  ConnectionCounts::Ticket ticket_;
  WebSocketReader reader_;
  FrameRate rate_;
  State state_ = State::kOpen;
  bool pinged_ = false;  // since something last came
  bool told_closed_ = false;
  Duration last_received_;
  Duration closing_since_{0};
  std::size_t ignored_ = 0;  // bytes that came while lingering
  std::unique_ptr<WebSocketQueue> queue_;
  std::move_only_function<void(std::string)> on_message_;
  Work on_closed_;
};

Outgoing frame(Opcode opcode, std::string payload) {
  auto owner = std::make_shared<const std::string>(std::move(payload));
  std::string_view view = *owner;
  return {FrameHead(opcode, view.size()), std::move(owner), view};
}

void WebSocketConnection::start(std::string head) {
  shard_->settings().metrics.web_sockets.add(1);
  shard_->add(*this);
  auto owner = std::make_shared<const std::string>(std::move(head));
  std::string_view view = *owner;
  deliver({FrameHead(), std::move(owner), view});
}

void WebSocketConnection::receive_first(std::string_view bytes) {
  if (state_ != State::kEnded) take(bytes);
  if (state_ != State::kEnded) wait_readable();
}

// --- Sending

bool WebSocketConnection::send(std::span<const SharedText> messages) {
  constexpr std::size_t kAtOnce = std::tuple_size_v<WebSocketQueue::Pieces> / 2;
  while (!messages.empty()) {
    if (state_ != State::kOpen) return false;
    auto some = messages.first(std::min(kAtOnce, messages.size()));
    if (!send_at_once(some)) return false;
    messages = messages.subspan(some.size());
  }
  return state_ == State::kOpen;
}

bool WebSocketConnection::send_at_once(std::span<const SharedText> messages) {
  std::array<FrameHead, std::tuple_size_v<WebSocketQueue::Pieces> / 2> heads;
  WebSocketQueue::Pieces pieces;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    heads[i] = FrameHead(Opcode::kText, messages[i].text.size());
    pieces[2 * i] = heads[i].bytes();
    pieces[2 * i + 1] = messages[i].text;
  }
  ssize_t taken = queue_ ? 0 : socket_.send(std::span(pieces).first(2 * messages.size()));
  if (taken < 0) {
    end();
    return false;
  }
  auto sent = static_cast<std::size_t>(taken);
  for (std::size_t i = 0; i < messages.size(); ++i) {
    Outgoing message{heads[i], messages[i].owner, messages[i].text};
    std::size_t of_this = std::min(sent, message.size());
    sent -= of_this;
    if (of_this < message.size() && !enqueue(std::move(message), of_this)) return false;
  }
  return true;
}

bool WebSocketConnection::send_text(std::string text) {
  if (state_ != State::kOpen) return false;
  return deliver(frame(Opcode::kText, std::move(text)));
}

bool WebSocketConnection::deliver(Outgoing message) {
  if (queue_) return enqueue(std::move(message), 0);
  std::array<std::string_view, 2> pieces{message.head.bytes(), message.payload};
  ssize_t taken = socket_.send(pieces);
  if (taken < 0) {
    end();
    return false;
  }
  auto sent = static_cast<std::size_t>(taken);
  return sent == message.size() || enqueue(std::move(message), sent);
}

bool WebSocketConnection::enqueue(Outgoing message, std::size_t sent) {
  // The first message is taken whatever its size: half of it may be on its way.
  std::size_t rest = message.size() - sent;
  bool full = queue_ && queue_->bytes() + rest > shard_->settings().limits.stream_queue_bytes;
  if (full) {
    turn_away();
    return false;
  }
  push(std::move(message), sent);
  return true;
}

void WebSocketConnection::push(Outgoing message, std::size_t sent) {
  bool first = !queue_;
  if (first) {
    queue_ = std::make_unique<WebSocketQueue>();
    queue_->last_progress = shard_->now();
  }
  queue_->push(std::move(message), sent);
  if (first) wait_writable();
}

void WebSocketConnection::when_drained(Work work) {
  if (!queue_) return loop_.post(std::move(work));
  queue_->on_drained.push_back(std::move(work));
}

void WebSocketConnection::drop_queue() {
  if (!queue_) return;
  for (Work& work : queue_->on_drained) loop_.post(std::move(work));
  queue_.reset();
}

// What was queued is dropped: the peer has to ask anew for what it missed in any case.
void WebSocketConnection::turn_away() {
  if (state_ != State::kOpen) return;
  shard_->settings().metrics.web_socket_slow_readers.add();
  queue_->drop_unsent();
  close(CloseCode::kTryAgainLater, "Events were not read fast enough.");
}

void WebSocketConnection::wait_writable() {
  socket_.when_writable([self = shared_from_this()](bool ready) {
    if (ready && self->state_ != State::kEnded) self->flush();
  });
}

void WebSocketConnection::flush() {
  while (!queue_->empty()) {
    WebSocketQueue::Pieces space;
    ssize_t taken = socket_.send(queue_->pieces(space));
    if (taken < 0) return end();
    if (taken == 0) return wait_writable();
    queue_->drop_sent(static_cast<std::size_t>(taken));
    queue_->last_progress = shard_->now();
  }
  drop_queue();
  shut_down_if_flushed();
}

// --- Receiving

void WebSocketConnection::wait_readable() {
  socket_.when_readable([self = shared_from_this()](bool ready) {
    if (ready && self->state_ != State::kEnded) self->receive();
  });
}

void WebSocketConnection::receive() {
  std::array<char, kReadAtOnce> space;
  ssize_t count = socket_.receive(space);
  if (count < 0) return end();
  if (count > 0) take({space.data(), static_cast<std::size_t>(count)});
  if (state_ != State::kEnded) wait_readable();
}

void WebSocketConnection::take(std::string_view bytes) {
  last_received_ = shard_->now();
  pinged_ = false;
  if (state_ == State::kLingering) {
    ignored_ += bytes.size();
    if (ignored_ > kLingerBytes) end();
    return;
  }
  std::uint64_t frames = reader_.frames();
  reader_.feed(bytes);
  while (state_ == State::kOpen || state_ == State::kClosing) {
    auto incoming = reader_.next();
    if (!rate_.allows(reader_.frames() - std::exchange(frames, reader_.frames()), last_received_)) {
      return refuse({CloseCode::kPolicyViolation, "Too many frames in too short a time."});
    }
    if (!incoming) return refuse(incoming.error());
    if (!*incoming) return;
    take(std::move(**incoming));
  }
}

void WebSocketConnection::take(Incoming incoming) {
  if (incoming.kind == Opcode::kClose) return answer_close(incoming);
  if (state_ != State::kOpen || incoming.kind == Opcode::kPong) return;
  if (incoming.kind == Opcode::kPing) {
    deliver(frame(Opcode::kPong, std::move(incoming.payload)));
    return;
  }
  shard_->settings().metrics.web_socket_messages.add();
  if (on_message_) on_message_(std::move(incoming.payload));
}

// --- The end

void WebSocketConnection::refuse(const Violation& violation) {
  if (state_ == State::kOpen) {
    shard_->settings().metrics.web_socket_refusals.add();
    send_close(violation.code, violation.reason);
  }
  if (state_ != State::kEnded) linger();
}

void WebSocketConnection::close(CloseCode code, std::string_view reason) {
  if (state_ != State::kOpen) return;
  state_ = State::kClosing;
  send_close(code, reason);
}

void WebSocketConnection::answer_close(const Incoming& incoming) {
  if (state_ == State::kOpen) send_close(incoming.code, {});
  if (state_ != State::kEnded) linger();
}

// Behind what is queued, past the limit, too: without it the peer would take the end for a cut.
void WebSocketConnection::send_close(CloseCode code, std::string_view reason) {
  closing_since_ = shard_->now();
  std::string payload;
  if (code != CloseCode::kNoCode) {
    auto number = static_cast<std::uint16_t>(code);
    payload = {static_cast<char>(number >> 8), static_cast<char>(number & 0xFF)};
    payload += reason;
  }
  tell_closed();
  Outgoing message = frame(Opcode::kClose, std::move(payload));
  if (queue_) {
    push(std::move(message), 0);
  } else {
    deliver(std::move(message));
  }
}

// Closing at once could destroy what the peer has not read yet; so its own end is waited for.
void WebSocketConnection::linger() {
  state_ = State::kLingering;
  shut_down_if_flushed();
}

void WebSocketConnection::shut_down_if_flushed() {
  if (state_ == State::kLingering && !queue_) socket_.shutdown_write();
}

void WebSocketConnection::check(Duration now) {
  const Limits& limits = shard_->settings().limits;
  if (state_ != State::kOpen) {
    if (now - closing_since_ >= limits.close_timeout) end();
    return;
  }
  if (queue_ && now - queue_->last_progress >= limits.write_timeout) return end();
  Duration silence = now - last_received_;
  if (silence >= limits.heartbeat + limits.pong_timeout) return end();
  if (silence < limits.heartbeat || std::exchange(pinged_, true)) return;
  deliver(frame(Opcode::kPing, {}));
}

void WebSocketConnection::on_closed(Work work) {
  on_closed_ = std::move(work);
  if (told_closed_) loop_.post(std::exchange(on_closed_, {}));
}

// Posted, since the owner may be in the middle of a walk over its sockets, or of its own call.
void WebSocketConnection::tell_closed() {
  if (std::exchange(told_closed_, true)) return;
  shard_->settings().metrics.web_sockets.add(-1);
  loop_.post([self = shared_from_this()] {
    self->on_message_ = {};
    Work told = std::exchange(self->on_closed_, {});
    if (told) told();
  });
}

void WebSocketConnection::end() {
  if (state_ == State::kEnded) return;
  state_ = State::kEnded;
  socket_.close();
  tell_closed();
  drop_queue();
  ticket_ = {};
  std::exchange(shard_, nullptr)->remove(*this);
}

}  // namespace

void start_web_socket(Shard& shard, WebSocketHandoff handoff) {
  auto socket = std::make_shared<WebSocketConnection>(shard, handoff);
  socket->start(std::move(handoff.head));
  handoff.starter(socket);
  socket->receive_first(handoff.first_bytes);
  if (shard.draining()) socket->drain();
}

}  // namespace walrus::http
