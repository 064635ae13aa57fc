#include "wire/encoding.h"

#include "wire/frame.h"
#include "wire/status_json.h"

namespace walrus::wire {

live::EncodedEvent SseEncoding::event(const status::State& state,
                                      const status::Event& event) const {
  thread_local std::string json;  // so that its memory is used again
  json.clear();
  append_event(json, state, event);
  return event_frame(event.sequence, json);
}

live::Frame SseEncoding::snapshot(const status::State& state, const std::string& content) const {
  auto encoded = event_frame(state.sequence, snapshot_json(state, content));
  return std::make_shared<const std::string>(std::move(encoded.frame));
}

live::Frame SseEncoding::greeting() const {
  return greeting_frame();
}

std::string SseEncoding::status(const status::State& state) const {
  return status_json(state);
}

}  // namespace walrus::wire
