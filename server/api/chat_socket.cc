#include "api/chat_socket.h"

#include "api/operation_reader.h"
#include "api/socket_answers.h"

namespace walrus::api {

namespace {

class ChatSocket final : public std::enable_shared_from_this<ChatSocket> {
 public:
  ChatSocket(Services& services, Loop& loop, std::string owner, std::string session_id,
             std::shared_ptr<http::WebSocket> socket)
      : services_(services),
        turns_(services),
        loop_(loop),
        tasks_(loop,
               [&log = services.log](std::exception_ptr) { log.error("a chat socket threw"); }),
        owner_(std::move(owner)),
        session_id_(std::move(session_id)),
        socket_(std::move(socket)),
        refusals_(socket_) {}

  void start();
  http::WebSocket& socket() { return *socket_; }
  void end_turn() { reader_.reset(); }

 private:
  void take(const std::string& text);
  void ask(json::object message);
  Task<void> begin(Question question);
  void cancel();
  Task<void> cancel_turn(std::string operation_id);
  void close();

  Services& services_;
  ChatTurns turns_;
  Loop& loop_;
  TaskGroup tasks_;
  const std::string owner_;
  const std::string session_id_;
  const std::shared_ptr<http::WebSocket> socket_;
  Refusals refusals_;
  bool beginning_ = false;                   // a question is being accepted
  bool cancel_wanted_ = false;               // as soon as it is
  std::string operation_id_;                 // of the last turn
  std::shared_ptr<OperationReader> reader_;  // while a turn runs
  bool closed_ = false;
};

// A turn's events, on their way to the socket.
class TurnSink final : public EventSink {
 public:
  explicit TurnSink(std::shared_ptr<ChatSocket> owner) : owner_(std::move(owner)) {}

  http::Outlet& outlet() override { return owner_->socket(); }
  bool take(std::span<const live::SharedEvent> events, const live::Frame&) override {
    return send_events(owner_->socket(), events);
  }
  // Whoever follows a turn from its beginning needs none.
  bool take_snapshot(const status::State&, const std::string&) override { return false; }
  void finish(std::span<const live::SharedEvent> events, const live::Frame&) override {
    send_events(owner_->socket(), events);
    owner_->end_turn();
  }
  void leave() override {
    lose(
        {ErrorCode::kInterrupted, "The server stopped before the answer was done. Ask again.", {}});
  }
  void fail() override {
    lose({ErrorCode::kStorageUnavailable,
          "The answer's events could not be read. The conversation's history will have it.",
          {}});
  }

 private:
  void lose(const Error& error) {
    owner_->socket().send_text(error_text(error));
    owner_->end_turn();
  }

  const std::shared_ptr<ChatSocket> owner_;
};

void ChatSocket::start() {
  auto self = shared_from_this();
  socket_->on_message([self](std::string text) { self->take(text); });
  socket_->on_closed([self] { self->close(); });
}

void ChatSocket::take(const std::string& text) {
  auto message = message_object(text);
  if (!message) return refusals_.refuse(message.error());
  const json::value* action = message->if_contains("action");
  if (!action) return ask(std::move(*message));
  if (*action == "cancel") return cancel();
  auto refused = fail_field("/action", "must be 'cancel', or absent where 'query' asks something");
  refusals_.refuse(refused.error());
}

void ChatSocket::ask(json::object message) {
  if (beginning_ || reader_) {
    std::string running = beginning_ ? "" : operation_id_;
    return refusals_.refuse(turn_is_running(running), running);
  }
  message["session_id"] = session_id_;
  auto question = turns_.read(message, owner_);
  if (!question) return refusals_.refuse(question.error());
  beginning_ = true;
  cancel_wanted_ = false;
  tasks_.start(begin(std::move(*question)));
}

Task<void> ChatSocket::begin(Question question) {
  auto self = shared_from_this();
  auto record = co_await turns_.begin(std::move(question), &loop_);
  beginning_ = false;
  if (!record) {
    refusals_.refuse(record.error().error, record.error().operation_id);
    co_return;
  }
  refusals_.forgive();
  operation_id_ = record->state.operation.id;
  if (cancel_wanted_) tasks_.start(cancel_turn(operation_id_));
  if (closed_) co_return;
  reader_ = std::make_shared<OperationReader>(services_.hub, services_.store, loop_, services_.log,
                                              std::move(*record), std::make_unique<TurnSink>(self));
  reader_->start(Position{});
}

void ChatSocket::cancel() {
  if (beginning_) {
    cancel_wanted_ = true;
  } else if (reader_) {
    tasks_.start(cancel_turn(operation_id_));
  } else {
    refusals_.refuse({ErrorCode::kConflict, "No turn is running that could be cancelled.", {}});
  }
}

// The turn's own last event says that it was cancelled.
Task<void> ChatSocket::cancel_turn(std::string operation_id) {
  auto self = shared_from_this();
  Result<void> cancelled = co_await services_.jobs.cancel(operation_id);
  if (!cancelled) refusals_.refuse(cancelled.error(), operation_id);
}

void ChatSocket::close() {
  closed_ = true;
  tasks_.when_idle([self = shared_from_this()] {});  // the group outlives its tasks
  if (reader_) std::exchange(reader_, nullptr)->stop();
}

}  // namespace

void serve_chat(Services& services, Loop& loop, std::string owner, std::string session_id,
                std::shared_ptr<http::WebSocket> socket) {
  std::make_shared<ChatSocket>(services, loop, std::move(owner), std::move(session_id),
                               std::move(socket))
      ->start();
}

}  // namespace walrus::api
