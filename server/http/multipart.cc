#include "http/multipart.h"

#include <fmt/format.h>

#include <algorithm>

namespace walrus::http {

namespace {

constexpr std::size_t kPartHead = 8 * 1024;
constexpr std::size_t kPadding = 256;

std::unexpected<Error> broken(std::string_view what) {
  return fail(ErrorCode::kBadRequest, fmt::format("The multipart body is malformed: {}.", what));
}

}  // namespace

MultipartParser::MultipartParser(std::string_view boundary, std::size_t most_parts,
                                 MultipartSink& sink)
    : delimiter_("\r\n--" + std::string(boundary)), most_parts_(most_parts), sink_(sink) {}

Result<void> MultipartParser::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    Result<std::size_t> used = step(bytes);
    if (!used) return std::unexpected(std::move(used.error()));
    bytes.remove_prefix(*used);
  }
  return {};
}

Result<void> MultipartParser::finish() {
  if (state_ == State::kEpilogue) return {};
  if (state_ == State::kPreamble) return broken("the boundary never comes");
  return broken("it ends before the closing boundary");
}

Result<std::size_t> MultipartParser::step(std::string_view bytes) {
  switch (state_) {
    case State::kPreamble:
    case State::kBody:
      return scan_content(bytes);
    case State::kHeaders:
      return collect_headers(bytes);
    case State::kEpilogue:
      return bytes.size();
    case State::kAfterBoundary:
    case State::kDash:
    case State::kLineFeed:
      return after_boundary(bytes[0]);
  }
  return bytes.size();
}

void MultipartParser::begin_content(State state) {
  state_ = state;
  // A boundary may come at once, without a line end of its own.
  matched_ = 2;
  line_start_ = true;
}

// Only the delimiter's first byte is a CR (no boundary holds one), so a match that fails can begin
// anew at the byte that broke it and nowhere before.
Result<std::size_t> MultipartParser::scan_content(std::string_view bytes) {
  if (matched_ == 0) {
    std::size_t plain = std::min(bytes.find('\r'), bytes.size());
    if (plain == 0) {
      matched_ = 1;
      return 1;
    }
    Result<void> given = give(bytes.substr(0, plain));
    if (!given) return std::unexpected(std::move(given.error()));
    return plain;
  }
  std::string_view wanted = std::string_view(delimiter_).substr(matched_);
  std::size_t limit = std::min(wanted.size(), bytes.size());
  std::size_t equal =
      std::mismatch(wanted.begin(), wanted.begin() + limit, bytes.begin()).first - wanted.begin();
  matched_ += equal;
  Result<void> done;
  if (matched_ == delimiter_.size()) {
    done = end_content();
  } else if (equal < limit) {
    done = give_up_match();
  }
  if (!done) return std::unexpected(std::move(done.error()));
  return equal;
}

Result<void> MultipartParser::give_up_match() {
  std::string_view content = std::string_view(delimiter_).substr(0, matched_);
  if (line_start_) content.remove_prefix(2);
  line_start_ = false;
  matched_ = 0;
  return give(content);
}

Result<void> MultipartParser::give(std::string_view bytes) {
  if (state_ == State::kPreamble || bytes.empty()) return {};
  return sink_.part_bytes(bytes);
}

Result<void> MultipartParser::end_content() {
  bool in_part = state_ == State::kBody;
  state_ = State::kAfterBoundary;
  padding_ = 0;
  if (in_part) return sink_.end_part();
  return {};
}

Result<std::size_t> MultipartParser::after_boundary(char c) {
  bool padding = c == ' ' || c == '\t';
  if (state_ == State::kAfterBoundary && padding && ++padding_ <= kPadding) return 1;
  if (state_ == State::kAfterBoundary && c == '-' && padding_ == 0) {
    state_ = State::kDash;
  } else if (state_ == State::kAfterBoundary && c == '\r') {
    state_ = State::kLineFeed;
  } else if (state_ == State::kDash && c == '-') {
    state_ = State::kEpilogue;
  } else if (state_ == State::kLineFeed && c == '\n') {
    if (++parts_ > most_parts_) {
      return fail(ErrorCode::kBadRequest,
                  fmt::format("The form has more than {} parts.", most_parts_));
    }
    state_ = State::kHeaders;
    fields_.clear();
  } else {
    return broken("a boundary must be followed by a line end");
  }
  return 1;
}

Result<std::size_t> MultipartParser::collect_headers(std::string_view bytes) {
  std::size_t before = fields_.size();
  std::size_t from = before > 3 ? before - 3 : 0;
  fields_.append(bytes.substr(0, kPartHead + 4 - before));
  // No field at all: the empty line is the first.
  if (fields_.starts_with("\r\n")) return broken("a part has no Content-Disposition");
  std::size_t end = fields_.find("\r\n\r\n", from);
  if (end == fields_.npos) {
    if (fields_.size() < kPartHead + 4) return fields_.size() - before;
    return broken("a part's header fields are longer than 8 KiB");
  }
  Result<PartHead> head = parse_part_head(std::string_view(fields_).substr(0, end));
  if (!head) return std::unexpected(std::move(head.error()));
  Result<void> begun = sink_.begin_part(std::move(*head));
  if (!begun) return std::unexpected(std::move(begun.error()));
  begin_content(State::kBody);
  return end + 4 - before;
}

}  // namespace walrus::http
