// The readers: bytes of one format to text. They run in the child process (and in tests and
// fuzzers), never in the server.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "base/error.h"
#include "extract/format.h"
#include "extract/limits.h"
#include "extract/web_page.h"
#include "text/structured_text.h"

namespace walrus::extract {

struct Input {
  std::string_view bytes;
  int descriptor = -1;  // the same bytes, for programs that read a file; only PDF needs it
  ExtractLimits limits = {};
  std::function<void(std::uint64_t done, std::uint64_t total)> progress = [](std::uint64_t,
                                                                             std::uint64_t) {};
};

// Errors as of Extractor::extract, without those of the process around it.
Result<text::StructuredText> read_document(Format format, const Input& input);

Result<text::StructuredText> read_text(const Input& input);
Result<text::StructuredText> read_markdown(const Input& input);
Result<text::StructuredText> read_csv(const Input& input);
Result<text::StructuredText> read_json(const Input& input);
Result<text::StructuredText> read_html(const Input& input);
Result<text::StructuredText> read_pdf(const Input& input);
Result<text::StructuredText> read_docx(const Input& input);
Result<text::StructuredText> read_xlsx(const Input& input);
Result<text::StructuredText> read_pptx(const Input& input);
Result<text::StructuredText> read_odt(const Input& input);
Result<text::StructuredText> read_epub(const Input& input);

// HTML as a server sent it: `charset` is what it said of the encoding, or empty. A page without
// text is no error.
Result<WebPage> read_page(const Input& input, std::string_view charset);

// "The file is damaged: " and what is wrong with it.
std::unexpected<Error> damaged(std::string_view what);
std::unexpected<Error> encrypted();

}  // namespace walrus::extract
