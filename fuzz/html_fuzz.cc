// Any bytes are HTML of some kind.
#include <string>

#include "base/utf8.h"
#include "extract/frames.h"
#include "extract/readers/reading.h"
#include "fuzz/input.h"

using namespace walrus;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  extract::Input input;
  input.bytes = fuzz::as_text(data, size);
  input.limits.memory_bytes = 64u << 20;
  for (extract::Format format : {extract::Format::kHtml, extract::Format::kMarkdown,
                                 extract::Format::kCsv, extract::Format::kJson}) {
    auto document = extract::read_document(format, input);
    if (!document) continue;
    fuzz::promise(is_valid_utf8(document->text) && !document->text.empty());
    fuzz::promise(!document->sections.empty() && document->sections.front().start == 0);
    fuzz::promise(document->sections.back().start < document->text.size());
  }
  auto page = extract::read_page(input, {});
  if (page) {
    fuzz::promise(page->links.size() <= extract::kMaxPageLinks);
    fuzz::promise(is_valid_utf8(page->document.text) && is_valid_utf8(page->document.title));
    auto frame = extract::FrameReader(input.limits);
    frame.append(extract::to_frame(*page));
    fuzz::promise(frame.next().has_value());  // the parent must not refuse what the reader says
  }
  return 0;
}
