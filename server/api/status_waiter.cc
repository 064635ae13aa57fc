#include "api/status_waiter.h"

#include <algorithm>

#include "api/waking_listener.h"

namespace walrus::api {

namespace {

// A chunk moves the sequence, but makes no new status.
bool brings_status(std::span<const live::SharedEvent> events, std::uint64_t after) {
  return std::ranges::any_of(events, [after](const live::SharedEvent& event) {
    return event->sequence() > after && event->event.type != status::EventType::kChunk;
  });
}

class StatusListener final : public WakingListener {
 public:
  explicit StatusListener(std::uint64_t after) : after_(after) {}

  void on_events(std::span<const live::SharedEvent> events, const live::Frame&) override {
    if (brings_status(events, after_) || events.back()->terminal) wake();
  }

 private:
  const std::uint64_t after_;
};

}  // namespace

Task<void> wait_for_status(live::Hub& hub, std::string operation_id, std::uint64_t after,
                           Duration limit, http::Peer* peer) {
  Loop& loop = co_await home_loop();
  auto listener = std::make_shared<StatusListener>(after);
  live::Attachment attachment = co_await hub.attach(operation_id, listener);
  if (!attachment.running) co_return;
  if (!brings_status(attachment.tail, after)) {
    co_await until_woken(listener, limit, peer ? peer->gone() : std::stop_token());
  }
  hub.detach(loop, operation_id, listener.get());
}

}  // namespace walrus::api
