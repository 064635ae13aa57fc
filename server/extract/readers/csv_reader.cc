// CSV (RFC 4180) with the separator found out from the text.
#include <algorithm>
#include <array>
#include <map>

#include "extract/readers/reading.h"
#include "extract/readers/table_writer.h"
#include "text/charset.h"

namespace walrus::extract {

namespace {

constexpr std::array kSeparators{',', ';', '\t', '|'};
constexpr std::size_t kSampleRecords = 50;
constexpr std::size_t kProgressBytes = 1u << 20;

// Cuts text into records. A quote counts only at the start of a field.
class RecordReader {
 public:
  RecordReader(std::string_view text, char separator) : text_(text), separator_(separator) {}

  bool done() const { return at_ >= text_.size(); }
  std::size_t position() const { return at_; }

  std::vector<std::string> next() {
    std::vector<std::string> cells;
    bool more = true;
    while (more) {
      cells.push_back(field());
      more = at_ < text_.size() && text_[at_] == separator_;
      if (at_ < text_.size()) ++at_;
    }
    return cells;
  }

 private:
  std::string field() {
    std::size_t start = std::min(text_.find_first_not_of(' ', at_), text_.size());
    if (start < text_.size() && text_[start] == '"') {
      if (auto end = quoted_end(start + 1); end != std::string_view::npos)
        return quoted(start + 1, end);
    }
    return plain();
  }

  std::string plain() {
    std::size_t end = at_;
    while (end < text_.size() && text_[end] != separator_ && text_[end] != '\n') ++end;
    std::string value(text_.substr(at_, end - at_));
    at_ = end;
    return value;
  }

  // The closing quote, if there is one; without it the opening one is an ordinary character, so
  // that one stray quote does not swallow the rest of the file.
  std::size_t quoted_end(std::size_t at) {
    if (unclosed_from_ <= at) return std::string_view::npos;
    std::size_t start = at;
    while (true) {
      at = text_.find('"', at);
      if (at == std::string_view::npos) {
        unclosed_from_ = start;
        return at;
      }
      if (at + 1 >= text_.size() || text_[at + 1] != '"') return at;
      at += 2;
    }
  }

  std::string quoted(std::size_t start, std::size_t end) {
    std::string value;
    for (std::size_t i = start; i < end; ++i) {
      value += text_[i];
      if (text_[i] == '"') ++i;  // doubled
    }
    at_ = end + 1;
    return value + plain();
  }

  std::string_view text_;
  char separator_;
  std::size_t at_ = 0;
  std::size_t unclosed_from_ = std::string_view::npos;
};

// How well `separator` explains the first records: the most frequent number of columns, times the
// share of records that have it.
double score(std::string_view text, char separator) {
  RecordReader records(text, separator);
  std::map<std::size_t, std::size_t> widths;
  std::size_t read = 0;
  for (; !records.done() && read < kSampleRecords; ++read) ++widths[records.next().size()];
  std::size_t best = 0;
  double result = 0;
  for (auto [width, count] : widths) {
    if (width < 2 || count < best) continue;
    best = count;
    result =
        static_cast<double>(count) / static_cast<double>(read) + 0.001 * static_cast<double>(width);
  }
  return result;
}

char find_separator(std::string_view text) {
  return *std::ranges::max_element(kSeparators, {},
                                   [&](char separator) { return score(text, separator); });
}

}  // namespace

Result<text::StructuredText> read_csv(const Input& input) {
  DocumentBuilder builder(input.limits);
  text::Decoded decoded = text::decode(input.bytes, "");
  builder.set_encoding(std::move(decoded.encoding), decoded.guessed);
  std::string text = text::normalize(decoded.text);

  TableWriter table(builder);
  RecordReader records(text, find_separator(text));
  std::size_t reported = 0;
  while (!records.done() && !builder.full()) {
    table.add_row(records.next());
    if (records.position() - reported < kProgressBytes) continue;
    reported = records.position();
    input.progress(reported, text.size());
  }
  table.finish();
  input.progress(text.size(), text.size());
  return builder.finish();
}

}  // namespace walrus::extract
