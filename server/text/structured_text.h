// What an extractor makes of a file: its text, and where its pages and headings lie in it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace walrus::text {

// A stretch of the text with one page and one heading over it.
struct Section {
  std::size_t start = 0;  // byte offset; the section reaches to the next one's start
  int page = 0;           // from 1; 0: the format has no pages
  std::string heading;    // the nearest one above, or empty
};

struct StructuredText {
  std::string title;  // the document's own, or empty
  std::string text;   // valid UTF-8, NFC, "\n" line ends, no control characters but \n and \t
  std::vector<Section> sections;  // by start, the first at 0; empty only when the text is
  std::string encoding;  // what a text file was decoded from ("UTF-8", "windows-1252"), or empty
  bool encoding_guessed = false;
  int pages = 0;  // 0: the format has no pages
};

}  // namespace walrus::text
