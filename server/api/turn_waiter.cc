#include "api/turn_waiter.h"

#include "api/waking_listener.h"

namespace walrus::api {

namespace {

// Gathers one attempt; what an earlier one said is none of its answer.
class Gatherer final : public WakingListener {
 public:
  explicit Gatherer(int attempt) : attempt_(attempt) {}

  void on_events(std::span<const live::SharedEvent> events, const live::Frame&) override {
    for (const live::SharedEvent& event : events) take(event->event, event->terminal);
  }

  void take(const status::Event& event, bool terminal) {
    if (ended_ || event.sequence <= last_ || event.attempt < attempt_) return;
    last_ = event.sequence;
    result_.response += event.content;
    if (event.type == status::EventType::kComplete) result_.metadata = event.metadata;
    if (event.error) result_.error = event.error;
    if (!terminal) return;
    ended_ = true;
    wake();
  }

  bool ended() const { return ended_; }
  TurnResult take_result() { return std::move(result_); }

 private:
  const int attempt_;
  TurnResult result_;
  std::uint64_t last_ = 0;
  bool ended_ = false;
};

}  // namespace

Task<Result<TurnResult>> wait_for_turn(live::Hub& hub, store::Store& store,
                                       store::OperationRecord record) {
  const status::Operation& operation = record.state.operation;
  auto gatherer = std::make_shared<Gatherer>(record.state.attempt);
  live::Attachment attachment = co_await hub.attach(operation.id, gatherer);
  if (!attachment.running || attachment.tail_begins > 1) {
    auto events = co_await store.events(operation.owner, operation.id, 0, 100'000);
    if (!events) co_return std::unexpected(events.error());
    for (const status::Event& event : *events) {
      gatherer->take(event, status::is_terminal(status::Kind::kChat, event));
    }
  }
  gatherer->on_events(attachment.tail, nullptr);
  if (attachment.running) co_await until_woken(gatherer, std::nullopt, {});
  if (!gatherer->ended()) {
    co_return fail(ErrorCode::kInterrupted,
                   "The server stopped before the answer was done. Ask again.");
  }
  co_return gatherer->take_result();
}

}  // namespace walrus::api
