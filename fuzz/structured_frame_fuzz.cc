// What a hostile child may say: it is refused, or holds what FrameReader promises.
#include <string>

#include "base/utf8.h"
#include "extract/frames.h"
#include "fuzz/input.h"

using namespace walrus;

namespace {

void check(const text::StructuredText& document, const extract::ExtractLimits& limits) {
  fuzz::promise(!document.text.empty() && document.text.size() <= limits.text_bytes);
  fuzz::promise(is_valid_utf8(document.text) && is_valid_utf8(document.title));
  fuzz::promise(!document.sections.empty() && document.sections.front().start == 0);
  fuzz::promise(document.pages >= 0 && document.pages <= limits.pages);
  const text::Section* previous = nullptr;
  for (const text::Section& section : document.sections) {
    fuzz::promise(section.start < document.text.size() && section.page <= document.pages);
    fuzz::promise(is_code_point_start(document.text, section.start));
    fuzz::promise(previous == nullptr || section.start > previous->start);
    previous = &section;
  }
}

void check(const extract::WebPage& page, const extract::ExtractLimits& limits) {
  if (!page.document.text.empty()) check(page.document, limits);
  fuzz::promise(page.links.size() <= extract::kMaxPageLinks);
  fuzz::promise(is_valid_utf8(page.language) && is_valid_utf8(page.canonical));
  for (const extract::PageLink& link : page.links) {
    fuzz::promise(!link.address.empty() && is_valid_utf8(link.address));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  extract::ExtractLimits limits;
  limits.text_bytes = 1u << 16;
  extract::FrameReader reader(limits);
  reader.append(fuzz::as_text(data, size));
  while (true) {
    auto message = reader.next();
    if (!message || !*message) return 0;
    if (auto* document = std::get_if<text::StructuredText>(&**message)) check(*document, limits);
    if (auto* page = std::get_if<extract::WebPage>(&**message)) check(*page, limits);
  }
}
