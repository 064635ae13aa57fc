// Bytes of any encoding become text that is valid, settled, and wholly in chunks.
#include <string>

#include "base/utf8.h"
#include "fuzz/input.h"
#include "text/charset.h"
#include "text/chunker.h"

using namespace walrus;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  text::Decoded decoded = text::decode(fuzz::as_text(data, size), "");
  fuzz::promise(is_valid_utf8(decoded.text));
  text::StructuredText document;
  document.text = text::normalize(decoded.text);
  fuzz::promise(is_valid_utf8(document.text));
  fuzz::promise(text::normalize(document.text) == document.text);
  if (document.text.empty()) return 0;
  document.sections.push_back({});
  text::ChunkPlan plan =
      text::plan_chunks(document, {.words = 20, .overlap = 5, .window_words = 5});
  std::size_t covered = 0;
  for (const text::Chunk& chunk : plan.chunks) {
    fuzz::promise(chunk.begin < chunk.end && chunk.end <= document.text.size());
    for (std::size_t at = covered; at < chunk.begin; ++at)
      fuzz::promise(document.text[at] <= ' ' || document.text[at] < 0);
    covered = std::max(covered, chunk.end);
    fuzz::promise(chunk.first_window < chunk.last_window);
    fuzz::promise(static_cast<std::size_t>(chunk.last_window) <= plan.windows.size());
  }
  return 0;
}
