#include "wire/encoding.h"

#include "wire/frame.h"
#include "wire/status_json.h"

namespace walrus::wire {

live::Frame SseEncoding::event(const status::State& state, const status::Event& event) const {
  return event_frame(event.sequence, event_json(state, event));
}

live::Frame SseEncoding::snapshot(const status::State& state, const std::string& content) const {
  return event_frame(state.sequence, snapshot_json(state, content));
}

live::Frame SseEncoding::greeting() const {
  return greeting_frame();
}

std::string SseEncoding::status(const status::State& state) const {
  return status_json(state);
}

}  // namespace walrus::wire
