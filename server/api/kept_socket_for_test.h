// A WebSocket that keeps what it is sent, and says what a test wants said.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "http/web_socket.h"

namespace walrus::api {

// Closes as a real one does: later, on its loop.
class KeptSocket final : public http::WebSocket {
 public:
  explicit KeptSocket(Loop& loop) : loop_(loop) {}

  std::size_t queued() const override { return 0; }
  void when_drained(Work work) override { loop_.post(std::move(work)); }
  bool send(std::span<const http::SharedText> messages) override {
    for (const http::SharedText& message : messages) send_text(std::string(message.text));
    return !closed_;
  }
  bool send_text(std::string text) override {
    if (!closed_ && takes-- <= 0) close(http::CloseCode::kTryAgainLater, "slow");
    if (!closed_) got.push_back(parse_json(text)->as_object());
    return !closed_;
  }
  void close(http::CloseCode code, std::string_view) override {
    if (std::exchange(closed_, true)) return;
    closed_with = code;
    loop_.post([this] {
      on_message_ = {};
      std::exchange(on_closed_, {})();
    });
  }
  void on_message(std::move_only_function<void(std::string)> take) override {
    on_message_ = std::move(take);
  }
  void on_closed(Work work) override { on_closed_ = std::move(work); }

  // What the peer does.
  void say(std::string text) {
    if (!closed_) on_message_(std::move(text));
  }
  void leave() { close(http::CloseCode::kNoCode, {}); }

  // Of the messages so far: those with this member, and this value of it.
  std::vector<json::object> with(std::string_view name, std::string_view value) const {
    std::vector<json::object> found;
    for (const json::object& message : got) {
      const json::string* text = find_string(message, name);
      if (text && *text == value) found.push_back(message);
    }
    return found;
  }

  std::vector<json::object> got;
  int takes = 1'000'000;
  http::CloseCode closed_with{};

 private:
  Loop& loop_;
  bool closed_ = false;
  std::move_only_function<void(std::string)> on_message_;
  Work on_closed_;
};

}  // namespace walrus::api
