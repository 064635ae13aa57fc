#include "extract/readers/document_builder.h"

#include <algorithm>

#include "base/ascii.h"
#include "base/utf8.h"
#include "extract/frames.h"
#include "text/charset.h"

namespace walrus::extract {

namespace {

constexpr std::string_view kSpace = " \t\n\r\f\v";

bool is_space(char c) {
  return kSpace.find(c) != std::string_view::npos;
}

std::string clean(std::string_view text) {
  return is_valid_utf8(text) ? text::normalize(text) : text::normalize(replace_invalid_utf8(text));
}

void trim_line_end(std::string& text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.pop_back();
}

}  // namespace

bool is_blank(std::string_view text) {
  return text.find_first_not_of(kSpace) == std::string_view::npos;
}

std::string_view trim(std::string_view text) {
  return trimmed(text, kSpace);
}

std::string single_line(std::string_view text, std::size_t limit) {
  std::string line;
  for (char c : trim(text)) {
    bool repeated = is_space(c) && !line.empty() && line.back() == ' ';
    if (!repeated) line += is_space(c) ? ' ' : c;
    if (line.size() > 4 * limit) break;
  }
  line = clean(line);
  std::ranges::replace(line, '\n', ' ');
  std::ranges::replace(line, '\t', ' ');
  if (line.size() <= limit) return line;
  while (limit > 0 && !is_code_point_start(line, limit)) --limit;
  line.resize(limit);
  return line;
}

void DocumentBuilder::set_title(std::string_view title) {
  document_.title = single_line(title, kMaxTitleBytes);
}

void DocumentBuilder::set_encoding(std::string encoding, bool guessed) {
  document_.encoding = std::move(encoding);
  document_.encoding_guessed = guessed;
}

void DocumentBuilder::begin_section(int page, std::string_view heading) {
  std::string line = single_line(heading, kMaxHeadingBytes);
  if (page == page_ && line == heading_) return break_paragraph();
  bool full_of_sections = document_.sections.size() + 2 > kMaxSections;
  if (full_of_sections) return break_paragraph();
  flush();
  page_ = page;
  heading_ = std::move(line);
}

void DocumentBuilder::append(std::string_view text) {
  if (full_ || size() + text.size() > limits_.text_bytes) {
    full_ = true;
    return;
  }
  pending_ += text;
}

void DocumentBuilder::append_words(std::string_view text) {
  if (full_ || size() + text.size() > limits_.text_bytes) {
    full_ = true;
    return;
  }
  for (char c : text) {
    if (!is_space(c)) {
      pending_ += c;
    } else if (!at_line_start() && pending_.back() != ' ' && pending_.back() != '\t') {
      pending_ += ' ';
    }
  }
}

void DocumentBuilder::append_tab() {
  if (!pending_.empty() && pending_.back() == ' ') pending_.pop_back();
  append("\t");
}

void DocumentBuilder::break_line() {
  trim_line_end(pending_);
  if (!at_line_start()) pending_ += '\n';
}

void DocumentBuilder::break_paragraph() {
  break_line();
  if (!pending_.empty() && !pending_.ends_with("\n\n")) pending_ += '\n';
}

// Sections are normalised one by one, so that the offsets are those of the normalised text. They
// end in "\n", which composes with nothing.
void DocumentBuilder::flush() {
  if (is_blank(pending_)) {
    pending_.clear();
    return;
  }
  break_paragraph();
  std::size_t start = document_.text.size();
  document_.text += clean(pending_);
  pending_.clear();
  if (document_.text.size() > start) document_.sections.push_back({start, page_, heading_});
  full_ = full_ || document_.text.size() > limits_.text_bytes + 2;  // the line ends are not final
}

Result<text::StructuredText> DocumentBuilder::finish() {
  flush();
  std::string& text = document_.text;
  text.resize(text.find_last_not_of(kSpace) + 1);
  if (full_ || text.size() > limits_.text_bytes) {
    return fail(ErrorCode::kTooLarge, "The document holds more text than the " +
                                          std::to_string(limits_.text_bytes >> 20) +
                                          " MB that are allowed. Split it into parts.");
  }
  std::erase_if(document_.sections, [&](const text::Section& s) { return s.start >= text.size(); });
  if (text.empty()) return fail(ErrorCode::kEmptyDocument, "No text was found in the file.");
  return std::move(document_);
}

}  // namespace walrus::extract
