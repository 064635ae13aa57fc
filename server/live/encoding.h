// How events become bytes. wire/ implements it; each event is encoded once, whoever reads it.
#pragma once

#include <string>

#include "live/live_event.h"

namespace walrus::live {

// Thread-safe.
class Encoding {
 public:
  virtual ~Encoding() = default;
  // `state` is the one after the event.
  virtual EncodedEvent event(const status::State& state, const status::Event& event) const = 0;
  // The state as it is, and an answer's text so far, for a reader whose position is gone.
  virtual Frame snapshot(const status::State& state, const std::string& content) const = 0;
  // What every stream begins with.
  virtual Frame greeting() const = 0;
  // The status document of GET .../status.
  virtual std::string status(const status::State& state) const = 0;
};

}  // namespace walrus::live
