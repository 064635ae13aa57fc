// An encoding for tests in which nobody reads what is sent.
#pragma once

#include "live/encoding.h"

namespace walrus::testing {

class NoEncoding final : public live::Encoding {
 public:
  live::EncodedEvent event(const status::State&, const status::Event&) const override { return {}; }
  live::Frame snapshot(const status::State&, const std::string&) const override {
    return greeting();
  }
  live::Frame greeting() const override { return std::make_shared<const std::string>(); }
  std::string status(const status::State&) const override { return {}; }
};

}  // namespace walrus::testing
