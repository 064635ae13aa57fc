#include "api/turn_waiter.h"

namespace walrus::api {

namespace {

class Gatherer final : public live::Listener {
 public:
  void on_events(std::span<const live::SharedEvent> events, const live::Frame&) override {
    for (const live::SharedEvent& event : events) take(event->event, event->terminal);
  }
  void on_closed() override {
    closed_ = true;
    wake();
  }

  void take(const status::Event& event, bool terminal) {
    if (ended_ || event.sequence <= last_) return;
    last_ = event.sequence;
    result_.response += event.content;
    if (event.type == status::EventType::kComplete) result_.metadata = event.metadata;
    if (event.error) result_.error = event.error;
    if (!terminal) return;
    ended_ = true;
    wake();
  }

  bool ended() const { return ended_; }
  bool closed() const { return closed_; }
  void call_at_end(Completion<bool> completion) { waiting_.emplace(std::move(completion)); }
  TurnResult take_result() { return std::move(result_); }

 private:
  void wake() {
    if (waiting_) (*std::exchange(waiting_, std::nullopt))(true);
  }

  TurnResult result_;
  std::uint64_t last_ = 0;
  bool ended_ = false;
  bool closed_ = false;
  std::optional<Completion<bool>> waiting_;
};

}  // namespace

Task<Result<TurnResult>> wait_for_turn(live::Hub& hub, store::Store& store, std::string owner,
                                       std::string operation_id) {
  auto gatherer = std::make_shared<Gatherer>();
  live::Attachment attachment = co_await hub.attach(operation_id, gatherer);
  if (!attachment.running || attachment.tail_begins > 1) {
    auto events = co_await store.events(owner, operation_id, 0, 100'000);
    if (!events) co_return std::unexpected(events.error());
    for (const status::Event& event : *events) {
      gatherer->take(event, status::is_terminal(status::Kind::kChat, event));
    }
  }
  gatherer->on_events(attachment.tail, nullptr);
  if (!gatherer->ended() && !gatherer->closed() && attachment.running) {
    auto at_end = [&gatherer](Completion<bool> completion) {
      gatherer->call_at_end(std::move(completion));
    };
    co_await wait_for_callback<bool>(at_end);
  }
  if (!gatherer->ended()) {
    co_return fail(ErrorCode::kInterrupted,
                   "The server stopped before the answer was done. Ask again.");
  }
  co_return gatherer->take_result();
}

}  // namespace walrus::api
