// JSON and JSON Lines as "path: value" lines in the file's order, without building a tree.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>

#include "extract/readers/document_builder.h"
#include "extract/readers/reading.h"
#include "text/charset.h"

namespace walrus::extract {

namespace {

namespace json = boost::json;

constexpr std::size_t kMaxDepth = 256;
constexpr std::size_t kChunkBytes = 1u << 20;

// Receives the parser's events. Values of one array stand on one line; the records of a file (the
// elements of an array at the top, or the lines of JSON Lines) are paragraphs.
class LineWriter {
 public:
  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = std::size_t(-1);
  static constexpr std::size_t max_string_size = std::size_t(-1);
  using Failure = boost::system::error_code;

  explicit LineWriter(DocumentBuilder& builder) : builder_(builder) {}

  bool on_document_begin(Failure&) { return true; }
  bool on_document_end(Failure&) {
    builder_.break_paragraph();
    return true;
  }
  bool on_object_begin(Failure&) { return open(false); }
  bool on_object_end(std::size_t, Failure&) { return close(); }
  bool on_array_begin(Failure&) { return open(true); }
  bool on_array_end(std::size_t, Failure&) { return close(); }

  bool on_key_part(std::string_view part, std::size_t, Failure&) { return collect(part); }
  bool on_key(std::string_view part, std::size_t, Failure&) {
    collect(part);
    levels_.back().key = std::exchange(token_, {});
    return true;
  }
  bool on_string_part(std::string_view part, std::size_t, Failure&) { return collect(part); }
  bool on_string(std::string_view part, std::size_t, Failure&) { return value(part); }
  bool on_number_part(std::string_view part, Failure&) { return collect(part); }
  bool on_int64(std::int64_t, std::string_view part, Failure&) { return value(part); }
  bool on_uint64(std::uint64_t, std::string_view part, Failure&) { return value(part); }
  bool on_double(double, std::string_view part, Failure&) { return value(part); }
  bool on_bool(bool yes, Failure&) { return value(yes ? "true" : "false"); }
  bool on_null(Failure&) { return value("null"); }
  bool on_comment_part(std::string_view, Failure&) { return true; }
  bool on_comment(std::string_view, Failure&) { return true; }

 private:
  struct Level {
    bool array;
    std::string key;         // of an object: the member being read
    std::size_t index = 0;   // of an array: the element being read
    bool line_open = false;  // of an array: values stand on the current line
  };

  bool collect(std::string_view part) {
    token_ += part;
    return true;
  }

  bool open(bool array) {
    end_line();
    levels_.push_back({array, {}});
    return true;
  }

  bool close() {
    end_line();
    levels_.pop_back();
    if (levels_.size() == 1 && levels_[0].array) builder_.break_paragraph();
    count_element();
    return true;
  }

  bool value(std::string_view part) {
    token_ += part;
    bool in_array = !levels_.empty() && levels_.back().array;
    if (in_array && levels_.back().line_open) {
      builder_.append(", ");
    } else if (std::string where = path(); !where.empty()) {
      builder_.append(where);
      builder_.append(": ");
    }
    builder_.append_words(std::exchange(token_, {}));
    if (in_array) {
      levels_.back().line_open = true;
    } else {
      builder_.break_line();
    }
    count_element();
    return true;
  }

  void end_line() {
    if (levels_.empty() || !levels_.back().line_open) return;
    levels_.back().line_open = false;
    builder_.break_line();
  }

  void count_element() {
    if (!levels_.empty() && levels_.back().array) ++levels_.back().index;
  }

  // "orders[2].customer.name". The array at the top and the one whose values share a line have no
  // index.
  std::string path() const {
    std::string path;
    for (std::size_t i = 0; i < levels_.size(); ++i) {
      const Level& level = levels_[i];
      if (!level.array) {
        if (!path.empty()) path += '.';
        path += level.key;
      } else if (i > 0 && i + 1 < levels_.size()) {
        path += fmt::format("[{}]", level.index);
      }
    }
    return path;
  }

  DocumentBuilder& builder_;
  std::vector<Level> levels_;
  std::string token_;  // the key, string or number being read
};

std::unexpected<Error> broken_at(std::string_view text, std::size_t at, const std::string& why) {
  at = std::min(at, text.size());
  std::string_view before = text.substr(0, at);
  auto line = 1 + std::ranges::count(before, '\n');
  std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  std::size_t column =
      1 + static_cast<std::size_t>(std::ranges::count_if(
              before.substr(line_start), [](char c) { return (c & 0xC0) != 0x80; }));
  return fail(ErrorCode::kExtractionFailed,
              fmt::format("The JSON is broken at line {}, column {}: {}.", line, column, why));
}

class JsonText {
 public:
  JsonText(std::string_view text, const Input& input, DocumentBuilder& builder)
      : text_(text), input_(input), builder_(builder) {}

  // One value after the other: the whole file, or JSON Lines.
  Result<> read() {
    skip_space();
    while (at_ < text_.size() && !builder_.full()) {
      if (auto read = read_value(); !read) return read;
      skip_space();
    }
    return {};
  }

 private:
  void skip_space() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }

  Result<> read_value() {
    json::parse_options options;
    options.max_depth = kMaxDepth;
    json::basic_parser<LineWriter> parser(options, builder_);
    while (!parser.done() && !builder_.full()) {
      std::size_t size = std::min(kChunkBytes, text_.size() - at_);
      boost::system::error_code error;
      std::size_t used =
          parser.write_some(at_ + size < text_.size(), text_.data() + at_, size, error);
      if (error) return broken_at(text_, at_ + used, error.message());
      at_ += used;
      input_.progress(at_, text_.size());
      if (used == 0) break;
    }
    return {};
  }

  std::string_view text_;
  const Input& input_;
  DocumentBuilder& builder_;
  std::size_t at_ = 0;
};

}  // namespace

Result<text::StructuredText> read_json(const Input& input) {
  DocumentBuilder builder(input.limits);
  text::Decoded decoded = text::decode(input.bytes, "");
  builder.set_encoding(std::move(decoded.encoding), decoded.guessed);
  JsonText json(decoded.text, input, builder);
  if (auto read = json.read(); !read) return std::unexpected(read.error());
  return builder.finish();
}

}  // namespace walrus::extract
