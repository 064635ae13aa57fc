// An extracted text as a blob: the checkpoint between extracting and chunking.
#pragma once

#include <string>

#include "base/error.h"
#include "text/structured_text.h"

namespace walrus::pipelines {

std::string to_blob(const text::StructuredText& text);
// Errors: internal, if the blob is not what to_blob wrote.
Result<text::StructuredText> text_from_blob(const std::string& blob);

}  // namespace walrus::pipelines
