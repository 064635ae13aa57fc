// Passes a model's pieces on, few enough for every reader and soon enough for the eye.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/executor.h"

namespace walrus::llm {

// A piece that comes at least an interval after the last send is passed on at once, the first one
// always; those that come faster are joined and sent when the interval is over. What is sent is
// valid UTF-8, never empty, and cut between code points. For the loop's thread alone.
class TextMerger {
 public:
  using Send = std::function<void(std::string text)>;

  TextMerger(Loop& loop, Send send, Duration interval = std::chrono::milliseconds(10));
  TextMerger(const TextMerger&) = delete;
  TextMerger& operator=(const TextMerger&) = delete;
  ~TextMerger();  // sends nothing more

  void add(std::string_view piece);
  // Sends all that is held, at the end of the answer; half a code point becomes U+FFFD.
  void flush();

 private:
  void send_complete();
  void send(std::string text);
  void disarm();

  Loop& loop_;
  Send send_;
  Duration interval_;
  std::string held_;
  std::optional<Duration> last_send_;  // on the monotonic clock
  std::optional<TimerId> timer_;
};

}  // namespace walrus::llm
