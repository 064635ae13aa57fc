// live::Encoding for server-sent events.
#pragma once

#include "live/encoding.h"

namespace walrus::wire {

class SseEncoding final : public live::Encoding {
 public:
  live::EncodedEvent event(const status::State& state, const status::Event& event) const override;
  live::Frame snapshot(const status::State& state, const std::string& content) const override;
  live::Frame greeting() const override;
  std::string status(const status::State& state) const override;
};

}  // namespace walrus::wire
