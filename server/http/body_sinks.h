// Where a body goes that no form reader takes.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "http/request_parser.h"

namespace walrus::http {

// Reads into memory.
class MemoryBody final : public BodySink {
 public:
  MemoryBody(std::size_t limit, std::string_view too_large)
      : limit_(limit), too_large_(too_large) {}
  Result<void> write(std::string_view bytes) override {
    if (body_.size() + bytes.size() > limit_) {
      return fail(ErrorCode::kPayloadTooLarge, std::string(too_large_));
    }
    body_.append(bytes);
    return {};
  }
  std::string take() { return std::move(body_); }

 private:
  std::size_t limit_;
  std::string_view too_large_;
  std::string body_;
};

class DiscardedBody final : public BodySink {
 public:
  Result<void> write(std::string_view) override { return {}; }
};

}  // namespace walrus::http
