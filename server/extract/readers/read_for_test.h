// Reading bytes in a test, without a child process.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "extract/readers/reading.h"

namespace walrus::extract {

inline Result<text::StructuredText> try_read(Format format, std::string_view bytes,
                                             ExtractLimits limits = {}) {
  Input input;
  input.bytes = bytes;
  input.limits = limits;
  return read_document(format, input);
}

inline text::StructuredText read(Format format, std::string_view bytes) {
  auto document = try_read(format, bytes);
  EXPECT_TRUE(document) << (document ? "" : document.error().message);
  return document ? *document : text::StructuredText();
}

inline Error read_error(Format format, std::string_view bytes, ExtractLimits limits = {}) {
  auto document = try_read(format, bytes, limits);
  EXPECT_FALSE(document) << document->text.substr(0, 200);
  return document ? Error{} : document.error();
}

// "heading>text|heading>text" of the sections.
inline std::string outline(const text::StructuredText& document) {
  std::string result;
  for (std::size_t i = 0; i < document.sections.size(); ++i) {
    std::size_t start = document.sections[i].start;
    std::size_t end =
        i + 1 < document.sections.size() ? document.sections[i + 1].start : document.text.size();
    std::string text = document.text.substr(start, end - start);
    text.erase(text.find_last_not_of('\n') + 1);
    result += (i == 0 ? "" : "|") + document.sections[i].heading + ">" + text;
  }
  return result;
}

}  // namespace walrus::extract
