// A connection that keeps what it is sent, for the tests of streams.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "http/message.h"
#include "live/frame.h"

namespace walrus::api {

// What a reader got: the events of a stream's frames.
struct Received {
  std::vector<std::uint64_t> ids;
  std::vector<std::string> types;
  std::vector<std::string> events;  // the JSON of each
  std::string content;
  bool finished = false;
  bool aborted = false;
};

// A connection that keeps what it is sent. Closes as a real one does: later, on its loop.
class KeptStream final : public http::EventStream {
 public:
  KeptStream(Loop& loop, Received& out, int takes) : loop_(loop), out_(out), takes_(takes) {}

  // Takes so many events more, and then stands still until it is told to go on.
  void stand_still_after(int events) { stands_after_ = events; }
  void go_on() {
    queued_ = 0;
    for (Work& work : std::exchange(on_drained_, {})) loop_.post(std::move(work));
  }

  std::size_t queued() const override { return queued_; }
  void when_drained(Work work) override {
    if (queued_ == 0) return loop_.post(std::move(work));
    on_drained_.push_back(std::move(work));
  }
  bool send(live::Frame frame) override {
    if (closed_ || takes_-- <= 0) return false;
    if (--stands_after_ == 0) queued_ = 1'000'000;
    // What is published in quick succession comes as one frame.
    std::string_view text(*frame);
    for (auto id = text.find("id: "); id != std::string_view::npos; id = text.find("id: ")) {
      auto end = text.find("\n\n", id);
      keep(text.substr(id, end - id));
      text.remove_prefix(end + 2);
    }
    return true;
  }
  void finish() override {
    if (!closed_) out_.finished = true;
    close();
  }
  void finish(live::Frame last) override {
    send(std::move(last));
    finish();
  }
  void abort() override {
    if (!closed_) out_.aborted = true;
    close();
  }
  void on_closed(Work work) override { on_closed_ = std::move(work); }
  void close() {
    if (std::exchange(closed_, true)) return;
    go_on();
    loop_.post([work = std::move(on_closed_)]() mutable { work(); });
  }

 private:
  void keep(std::string_view lines) {
    std::uint64_t number = 0;
    std::from_chars(lines.data() + 4, lines.data() + lines.size(), number);
    auto parsed = parse_json(lines.substr(lines.find("data: ") + 6));
    const json::object& event = parsed->as_object();
    out_.ids.push_back(number);
    out_.events.emplace_back(lines.substr(lines.find("data: ") + 6));
    out_.types.emplace_back(event.at("type").as_string());
    if (const json::string* content = find_string(event, "content")) out_.content += *content;
  }

  Loop& loop_;
  Received& out_;
  int takes_;
  int stands_after_ = 0;
  std::size_t queued_ = 0;
  std::vector<Work> on_drained_;
  bool closed_ = false;
  Work on_closed_;
};

}  // namespace walrus::api
