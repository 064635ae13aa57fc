#include "extract/readers/reading.h"

#include <string>

namespace walrus::extract {

namespace {

// What Office makes of a document with a password.
constexpr std::string_view kOle2 = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

}  // namespace

Result<text::StructuredText> read_document(Format format, const Input& input) {
  if (input.bytes.starts_with(kOle2)) return encrypted();
  switch (format) {
    case Format::kText:
      return read_text(input);
    case Format::kMarkdown:
      return read_markdown(input);
    case Format::kHtml:
      return read_html(input);
    case Format::kPdf:
      return read_pdf(input);
    case Format::kDocx:
      return read_docx(input);
    case Format::kCsv:
      return read_csv(input);
    case Format::kJson:
      return read_json(input);
    case Format::kXlsx:
      return read_xlsx(input);
    case Format::kPptx:
      return read_pptx(input);
    case Format::kOdt:
      return read_odt(input);
    case Format::kEpub:
      return read_epub(input);
  }
  return fail(ErrorCode::kUnsupportedFormat, "This format cannot be read.");
}

std::unexpected<Error> damaged(std::string_view what) {
  return fail(ErrorCode::kExtractionFailed, "The file is damaged: " + std::string(what) + ".");
}

std::unexpected<Error> encrypted() {
  return fail(ErrorCode::kEncryptedDocument,
              "The document is protected by a password. Remove the password and upload it again.");
}

}  // namespace walrus::extract
