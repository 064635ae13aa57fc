// Any bytes, in any pieces: the parser says the same as for all of them at once.
#include <string>

#include "fuzz/input.h"
#include "http/multipart.h"

using namespace walrus;

namespace {

class Recorder final : public http::MultipartSink {
 public:
  Result<void> begin_part(http::PartHead head) override {
    text += "[" + head.name + "|" + head.filename + "|" + head.content_type + "]";
    return {};
  }
  Result<void> part_bytes(std::string_view bytes) override {
    text += bytes;
    return {};
  }
  Result<void> end_part() override {
    text += "[end]";
    return {};
  }
  std::string text;
};

std::string outcome(const Recorder& recorder, const Result<void>& result) {
  return result ? recorder.text : "error: " + result.error().message;
}

std::string parse_whole(std::string_view body) {
  Recorder recorder;
  http::MultipartParser parser("b", 8, recorder);
  Result<void> result = parser.feed(body);
  if (result) result = parser.finish();
  return outcome(recorder, result);
}

std::string parse_in_pieces(std::string_view body) {
  Recorder recorder;
  http::MultipartParser parser("b", 8, recorder);
  Result<void> result;
  fuzz::in_pieces(body, [&](std::string_view piece) {
    result = parser.feed(piece);
    return result.has_value();
  });
  if (result) result = parser.finish();
  return outcome(recorder, result);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text = fuzz::as_text(data, size);
  fuzz::promise(parse_whole(text) == parse_in_pieces(text));
  Result<std::string> boundary = http::multipart_boundary(text);
  fuzz::promise(!boundary || (!boundary->empty() && boundary->size() <= 70));
  return 0;
}
