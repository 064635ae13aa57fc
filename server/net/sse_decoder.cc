#include "net/sse_decoder.h"

#include <algorithm>

namespace walrus::net {

namespace {
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
}

Result<> SseDecoder::feed(std::string_view bytes) {
  while (!bytes.empty() && !too_long_) {
    if (std::exchange(after_return_, false) && bytes.front() == '\n') {
      bytes.remove_prefix(1);
      continue;
    }
    std::size_t end = std::min(bytes.find_first_of("\r\n"), bytes.size());
    too_long_ = line_.size() + data_.size() + end > max_bytes_;
    if (too_long_) break;
    line_ += bytes.substr(0, end);
    if (end == bytes.size()) break;
    after_return_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    end_line();
  }
  if (too_long_)
    return fail(ErrorCode::kUpstreamError, "The server sent an event that is too long.");
  return {};
}

Result<> SseDecoder::finish() {
  if (too_long_)
    return fail(ErrorCode::kUpstreamError, "The server sent an event that is too long.");
  if (!line_.empty()) end_line();
  dispatch();
  return {};
}

void SseDecoder::end_line() {
  std::string line = std::exchange(line_, {});
  std::string_view rest = line;
  if (std::exchange(at_start_, false) && rest.starts_with(kByteOrderMark)) rest.remove_prefix(3);
  if (rest.empty()) {
    dispatch();
    return;
  }
  std::size_t colon = std::min(rest.find(':'), rest.size());
  std::string_view name = rest.substr(0, colon);
  rest.remove_prefix(std::min(colon + 1, rest.size()));
  if (rest.starts_with(' ')) rest.remove_prefix(1);
  take_field(name, rest);
}

void SseDecoder::take_field(std::string_view name, std::string_view value) {
  if (name == "id" && value.find('\0') == std::string_view::npos) {
    id_ = value;
    has_own_id_ = true;
  }
  if (name != "data") return;
  if (has_data_) data_ += '\n';
  has_data_ = true;
  data_ += value;
}

void SseDecoder::dispatch() {
  last_event_id_ = id_;
  if (std::exchange(has_data_, false)) {
    std::string data = std::exchange(data_, {});
    on_event_(data);
  }
  has_own_id_ = false;
}

}  // namespace walrus::net
