// Archives of office documents and books: whatever they hold, a sound document or an error comes
// out. The first byte chooses the format.
#include <string>

#include "base/utf8.h"
#include "extract/readers/reading.h"
#include "fuzz/input.h"

using namespace walrus;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  constexpr extract::Format kFormats[] = {extract::Format::kDocx, extract::Format::kXlsx,
                                          extract::Format::kPptx, extract::Format::kOdt,
                                          extract::Format::kEpub};
  extract::Input input;
  input.bytes = fuzz::as_text(data + 1, size - 1);
  input.limits.inflated_bytes = 4u << 20;
  input.limits.text_bytes = 1u << 20;
  input.limits.memory_bytes = 64u << 20;
  auto document = extract::read_document(kFormats[data[0] % std::size(kFormats)], input);
  if (!document) return 0;
  fuzz::promise(is_valid_utf8(document->text) && !document->text.empty());
  fuzz::promise(!document->sections.empty() && document->sections.front().start == 0);
  fuzz::promise(document->sections.back().start < document->text.size());
  return 0;
}
