#include "extract/readers/document_builder.h"
#include "extract/readers/reading.h"
#include "text/charset.h"

namespace walrus::extract {

Result<text::StructuredText> read_text(const Input& input) {
  DocumentBuilder builder(input.limits);
  text::Decoded decoded = text::decode(input.bytes, "");
  builder.set_encoding(std::move(decoded.encoding), decoded.guessed);
  builder.append(decoded.text);
  input.progress(input.bytes.size(), input.bytes.size());
  return builder.finish();
}

}  // namespace walrus::extract
