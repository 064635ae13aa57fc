// Any split of a model's stream gives the same events.
#include <string>

#include "fuzz/input.h"
#include "llm/sse_decoder.h"

using namespace walrus;

namespace {

std::string decode(std::string_view text, bool whole) {
  std::string events;
  llm::SseDecoder decoder([&](std::string_view data) {
    events += data;
    events += '\0';
  });
  bool good = true;
  auto feed = [&](std::string_view bytes) { return good = decoder.feed(bytes).has_value(); };
  if (whole) {
    feed(text);
  } else {
    fuzz::in_pieces(text, feed);
  }
  if (!good || !decoder.finish()) events += "refused";
  return events;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text = fuzz::as_text(data, size);
  fuzz::promise(decode(text, true) == decode(text, false));
  return 0;
}
