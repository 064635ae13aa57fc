#include "api/events_socket.h"

#include <fmt/format.h>

#include <deque>
#include <map>

#include "api/events_command.h"
#include "api/operation_reader.h"
#include "api/socket_answers.h"
#include "api/status_lookup.h"
#include "wire/object_writer.h"
#include "wire/status_json.h"

namespace walrus::api {

namespace {

// Commands that wait for the ones before them; more is a flood.
constexpr std::size_t kMaxWaiting = 16;

// "subscribed" or "unsubscribed", and what.
std::string subscriptions_text(std::string_view type, const std::vector<std::string>& operations) {
  wire::ArrayWriter ids;
  for (const std::string& id : operations) {
    std::string quoted;
    append_json_string(quoted, id);
    ids.raw(quoted);
  }
  std::string text;
  wire::ObjectWriter object(text);
  object.text("type", type);
  object.raw("operations", std::move(ids).finish());
  object.close();
  return text;
}

class EventsSocket final : public std::enable_shared_from_this<EventsSocket> {
 public:
  EventsSocket(Services& services, Loop& loop, std::string owner,
               std::shared_ptr<http::WebSocket> socket)
      : services_(services),
        loop_(loop),
        tasks_(loop,
               [&log = services.log](std::exception_ptr) { log.error("a subscription threw"); }),
        owner_(std::move(owner)),
        socket_(std::move(socket)),
        refusals_(socket_) {}

  void start();
  http::WebSocket& socket() { return *socket_; }
  void forget(const std::string& operation_id) { readers_.erase(operation_id); }

 private:
  struct Found {
    store::OperationRecord record;
    Position position;
  };

  void take(const std::string& text);
  Task<void> work_off();
  Task<void> subscribe(EventsCommand command);
  Task<std::optional<store::OperationRecord>> find(std::string operation_id);
  bool has_room_for(const EventsCommand& command) const;
  void read(Found found);
  void unsubscribe(const EventsCommand& command);
  void close();

  Services& services_;
  Loop& loop_;
  TaskGroup tasks_;
  const std::string owner_;
  const std::shared_ptr<http::WebSocket> socket_;
  Refusals refusals_;
  std::deque<EventsCommand> waiting_;  // the first one is being worked at
  std::map<std::string, std::shared_ptr<OperationReader>> readers_;
  bool closed_ = false;
};

// A subscription's events, on their way to the socket. It ends with the operation's last event.
class SubscriptionSink final : public EventSink {
 public:
  SubscriptionSink(std::shared_ptr<EventsSocket> owner, std::string operation_id)
      : owner_(std::move(owner)), operation_id_(std::move(operation_id)) {}

  http::Outlet& outlet() override { return owner_->socket(); }
  bool take(std::span<const live::SharedEvent> events, const live::Frame&) override {
    return send_events(owner_->socket(), events);
  }
  bool take_snapshot(const status::State& state, const std::string& content) override {
    return owner_->socket().send_text(wire::snapshot_json(state, content));
  }
  void finish(std::span<const live::SharedEvent> events, const live::Frame&) override {
    send_events(owner_->socket(), events);
    owner_->forget(operation_id_);
  }
  void leave() override {
    owner_->socket().send_text(subscriptions_text("unsubscribed", {operation_id_}));
    owner_->forget(operation_id_);
  }
  void fail() override {
    Error error{ErrorCode::kStorageUnavailable,
                "The events could not be read. Subscribe again, with 'after'.",
                {}};
    owner_->socket().send_text(error_text(error, operation_id_));
    owner_->forget(operation_id_);
  }

 private:
  const std::shared_ptr<EventsSocket> owner_;
  const std::string operation_id_;
};

void EventsSocket::start() {
  auto self = shared_from_this();
  socket_->on_message([self](std::string text) { self->take(text); });
  socket_->on_closed([self] { self->close(); });
}

void EventsSocket::take(const std::string& text) {
  auto command = parse_events_command(text);
  if (!command) return refusals_.refuse(command.error());
  if (waiting_.size() >= kMaxWaiting) {
    Error error{ErrorCode::kRateLimited, "Too many commands at once. Wait for the answers.", {}};
    return refusals_.refuse(error);
  }
  bool idle = waiting_.empty();
  waiting_.push_back(std::move(*command));
  if (idle) tasks_.start(work_off());
}

// One after the other, so that a later command finds what an earlier one has done.
Task<void> EventsSocket::work_off() {
  auto self = shared_from_this();
  while (!waiting_.empty() && !closed_) {
    EventsCommand command = waiting_.front();
    if (command.action == EventsCommand::Action::kPing) {
      socket_->send_text(R"({"type":"pong"})");
      refusals_.forgive();
    } else if (command.action == EventsCommand::Action::kUnsubscribe) {
      unsubscribe(command);
    } else {
      co_await subscribe(std::move(command));
    }
    waiting_.pop_front();
  }
}

Task<void> EventsSocket::subscribe(EventsCommand command) {
  if (!has_room_for(command)) {
    Error error{ErrorCode::kRateLimited,
                fmt::format("A socket has {} subscriptions at most. Unsubscribe, or open another.",
                            kMaxSubscriptions),
                {}};
    refusals_.refuse(error);
    co_return;
  }
  std::vector<std::string> subscribed;
  std::vector<Found> found;
  for (const std::string& id : command.operations) {
    if (readers_.contains(id)) {
      subscribed.push_back(id);
      continue;
    }
    std::optional<store::OperationRecord> record = co_await find(id);
    if (!record) continue;
    subscribed.push_back(id);
    auto after = command.after.find(id);
    Position position;
    if (after != command.after.end()) position.after = after->second;
    found.push_back({std::move(*record), position});
  }
  if (closed_) co_return;
  if (subscribed.empty()) co_return refusals_.count();
  refusals_.forgive();
  socket_->send_text(subscriptions_text("subscribed", subscribed));
  for (Found& each : found) read(std::move(each));
}

// Says so where there is none.
Task<std::optional<store::OperationRecord>> EventsSocket::find(std::string operation_id) {
  auto record = co_await find_operation(services_, owner_, operation_id, IdOf::kOperation);
  if (record) co_return std::move(*record);
  socket_->send_text(error_text(record.error(), operation_id));
  co_return std::nullopt;
}

bool EventsSocket::has_room_for(const EventsCommand& command) const {
  std::size_t wanted = readers_.size();
  for (const std::string& id : command.operations) wanted += readers_.contains(id) ? 0 : 1;
  return wanted <= kMaxSubscriptions;
}

void EventsSocket::read(Found found) {
  std::string id = found.record.state.operation.id;
  auto reader = std::make_shared<OperationReader>(
      services_.hub, services_.store, loop_, services_.log, std::move(found.record),
      std::make_unique<SubscriptionSink>(shared_from_this(), id));
  readers_.emplace(std::move(id), reader);
  reader->start(found.position);
}

void EventsSocket::unsubscribe(const EventsCommand& command) {
  for (const std::string& id : command.operations) {
    auto reader = readers_.extract(id);
    if (reader) reader.mapped()->stop();
  }
  socket_->send_text(subscriptions_text("unsubscribed", command.operations));
  refusals_.forgive();
}

void EventsSocket::close() {
  closed_ = true;
  tasks_.when_idle([self = shared_from_this()] {});  // the group outlives its tasks
  for (auto& [id, reader] : std::exchange(readers_, {})) reader->stop();
}

}  // namespace

void serve_events(Services& services, Loop& loop, std::string owner,
                  std::shared_ptr<http::WebSocket> socket) {
  std::make_shared<EventsSocket>(services, loop, std::move(owner), std::move(socket))->start();
}

}  // namespace walrus::api
