#include "api/status_waiter.h"

#include <algorithm>
#include <stop_token>

namespace walrus::api {

namespace {

// A chunk moves the sequence, but makes no new status.
bool brings_status(std::span<const live::SharedEvent> events, std::uint64_t after) {
  return std::ranges::any_of(events, [after](const live::SharedEvent& event) {
    return event->sequence() > after && event->event.type != status::EventType::kChunk;
  });
}

class Waiter final : public live::Listener {
 public:
  explicit Waiter(std::uint64_t after) : after_(after) {}

  void on_events(std::span<const live::SharedEvent> events, const live::Frame&) override {
    if (brings_status(events, after_) || events.back()->terminal) wake();
  }
  void on_closed() override { wake(); }

  void wake() {
    woken_ = true;
    if (waiting_) (*std::exchange(waiting_, std::nullopt))(true);
  }
  bool woken() const { return woken_; }
  void call_when_woken(Completion<bool> completion) { waiting_.emplace(std::move(completion)); }

 private:
  const std::uint64_t after_;
  bool woken_ = false;
  std::optional<Completion<bool>> waiting_;
};

}  // namespace

Task<void> wait_for_status(live::Hub& hub, std::string operation_id, std::uint64_t after,
                           Duration limit, http::Peer* peer) {
  Loop& loop = co_await home_loop();
  auto waiter = std::make_shared<Waiter>(after);
  live::Attachment attachment = co_await hub.attach(operation_id, waiter);
  if (!attachment.running) co_return;
  if (!brings_status(attachment.tail, after) && !waiter->woken()) {
    TimerId timer = loop.after(limit, [waiter] { waiter->wake(); });
    auto gone = [waiter] { waiter->wake(); };
    std::stop_callback watch(peer ? peer->gone() : std::stop_token(), gone);
    auto until_woken = [&waiter](Completion<bool> completion) {
      waiter->call_when_woken(std::move(completion));
    };
    co_await wait_for_callback<bool>(until_woken);
    loop.cancel(timer);
  }
  hub.detach(loop, operation_id, waiter.get());
}

}  // namespace walrus::api
