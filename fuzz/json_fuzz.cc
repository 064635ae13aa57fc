// Whatever is parsed as JSON can be written and parsed again, and is the same.
#include "base/json.h"
#include "fuzz/input.h"

using namespace walrus;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text = fuzz::as_text(data, size);
  auto parsed = parse_json(text);
  if (parsed) {
    auto again = parse_json(json::serialize(*parsed));
    fuzz::promise(again && *again == *parsed);
  }
  std::string written;
  append_json_string(written, text);
  auto string = parse_json(written);
  fuzz::promise(string && string->is_string());
  return 0;
}
