// Puts a StructuredText together from pieces in reading order.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "extract/limits.h"
#include "text/structured_text.h"

namespace walrus::extract {

class DocumentBuilder {
 public:
  explicit DocumentBuilder(const ExtractLimits& limits) : limits_(limits) {}

  void set_title(std::string_view title);
  void set_pages(int pages) { document_.pages = pages; }
  void set_encoding(std::string encoding, bool guessed);

  // What follows lies on `page` under `heading`. The text does not get the heading by itself.
  void begin_section(int page, std::string_view heading);
  // As it is, but for normalisation. Ill-formed UTF-8 is replaced.
  void append(std::string_view text);
  // Collapses white space into single blanks, none at the start of a line.
  void append_words(std::string_view text);
  // Between the cells of a row.
  void append_tab();
  // Ends the line if there is anything on it.
  void break_line();
  // The same, and leaves an empty line.
  void break_paragraph();

  bool at_line_start() const { return pending_.empty() || pending_.back() == '\n'; }
  const std::string& heading() const { return heading_; }
  // The text is longer than allowed; the rest would be thrown away.
  bool full() const { return full_; }
  // Bytes so far.
  std::size_t size() const { return document_.text.size() + pending_.size(); }

  // Errors: too_large, empty_document.
  Result<text::StructuredText> finish();

 private:
  void flush();

  ExtractLimits limits_;
  text::StructuredText document_;
  std::string pending_;  // the current section's text, not yet normalised
  std::string heading_;
  int page_ = 0;
  bool full_ = false;
};

// One line for a title or heading: white space collapsed, normalised, at most `limit` bytes.
std::string single_line(std::string_view text, std::size_t limit);

bool is_blank(std::string_view text);
std::string_view trim(std::string_view text);

}  // namespace walrus::extract
