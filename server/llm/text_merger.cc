#include "llm/text_merger.h"

#include <utility>

#include "base/utf8.h"

namespace walrus::llm {

namespace {

// How many bytes a sequence that begins with `lead` has; 1 for what begins none.
std::size_t sequence_length(unsigned char lead) {
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 1;
}

// The part of `text` before a code point whose last bytes are still to come.
std::size_t complete_length(std::string_view text) {
  std::size_t back = 1;
  while (back < text.size() && back < 4 && !is_code_point_start(text, text.size() - back)) ++back;
  if (back > text.size()) return text.size();
  std::size_t start = text.size() - back;
  bool incomplete = sequence_length(static_cast<unsigned char>(text[start])) > back;
  return incomplete ? start : text.size();
}

}  // namespace

TextMerger::TextMerger(Loop& loop, Send send, Duration interval)
    : loop_(loop), send_(std::move(send)), interval_(interval) {}

TextMerger::~TextMerger() {
  disarm();
}

void TextMerger::add(std::string_view piece) {
  held_ += piece;
  if (timer_ || complete_length(held_) == 0) return;
  Duration now = loop_.clock().monotonic();
  if (!last_send_ || now - *last_send_ >= interval_) {
    send_complete();
    return;
  }
  timer_ = loop_.after(*last_send_ + interval_ - now, [this] {
    timer_.reset();
    send_complete();
  });
}

void TextMerger::flush() {
  disarm();
  if (!held_.empty()) send(std::exchange(held_, {}));
}

void TextMerger::send_complete() {
  std::size_t complete = complete_length(held_);
  if (complete == 0) return;
  std::string text = held_.substr(0, complete);
  held_.erase(0, complete);
  send(std::move(text));
}

void TextMerger::send(std::string text) {
  last_send_ = loop_.clock().monotonic();
  if (!is_valid_utf8(text)) text = replace_invalid_utf8(text);
  send_(std::move(text));
}

void TextMerger::disarm() {
  if (timer_) loop_.cancel(*std::exchange(timer_, std::nullopt));
}

}  // namespace walrus::llm
