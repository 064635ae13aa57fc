// multipart/form-data (RFC 7578, RFC 2046) as a push parser: any split of the bytes gives the same.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.h"

namespace walrus::http {

struct PartHead {
  std::string name;
  std::string filename;
  bool is_file = false;  // it has a filename, if only an empty one
  std::string content_type;
};

class MultipartSink {
 public:
  virtual ~MultipartSink() = default;
  virtual Result<void> begin_part(PartHead head) = 0;
  virtual Result<void> part_bytes(std::string_view bytes) = 0;
  virtual Result<void> end_part() = 0;
};

// The boundary of a Content-Type, which must be multipart/form-data (415) and name one (400).
Result<std::string> multipart_boundary(std::string_view content_type);

// A part's header fields, without the empty line at their end.
Result<PartHead> parse_part_head(std::string_view fields);

// Holds no more of the body than a part's header fields (8 KiB at most).
class MultipartParser {
 public:
  MultipartParser(std::string_view boundary, std::size_t most_parts, MultipartSink& sink);

  // Broken input is a kBadRequest that says what is wrong; the sink's errors come through. No call
  // after an error.
  Result<void> feed(std::string_view bytes);
  // The body has ended: was it complete?
  Result<void> finish();

 private:
  enum class State { kPreamble, kAfterBoundary, kDash, kLineFeed, kHeaders, kBody, kEpilogue };

  Result<std::size_t> step(std::string_view bytes);
  Result<std::size_t> scan_content(std::string_view bytes);
  Result<std::size_t> collect_headers(std::string_view bytes);
  Result<std::size_t> after_boundary(char c);
  Result<void> give_up_match();
  Result<void> give(std::string_view bytes);
  Result<void> end_content();
  void begin_content(State state);

  const std::string delimiter_;  // "\r\n--boundary"
  const std::size_t most_parts_;
  MultipartSink& sink_;
  State state_ = State::kPreamble;
  std::size_t matched_ = 2;  // how much of the delimiter the last bytes were
  bool line_start_ = true;   // the match's CR LF is not the content's own
  std::size_t padding_ = 0;  // spaces seen after a boundary
  std::size_t parts_ = 0;
  std::string fields_;
};

}  // namespace walrus::http
