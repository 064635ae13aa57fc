// PDF by poppler's programs. One pdftotext streams the whole file, and the form feeds between its
// pages give the progress: one process a page would cost 6 ms and a parse of the whole file each.
#include <algorithm>
#include <charconv>
#include <csignal>
#include <string>

#include "extract/readers/document_builder.h"
#include "extract/readers/program.h"
#include "extract/readers/reading.h"

namespace walrus::extract {

namespace {

constexpr std::size_t kMaxLine = 4096;

struct PdfInfo {
  std::string title;
  int pages = 0;
  bool wrong_password = false;
};

// Reads what pdfinfo prints line by line; hostile files make it print without end.
class InfoReader {
 public:
  bool operator()(std::string_view bytes) {
    for (char c : bytes) {
      if (c == '\n') {
        end_line();
      } else if (line_.size() < kMaxLine) {
        line_ += c;
      }
    }
    return true;
  }

  PdfInfo info;

 private:
  void end_line() {
    std::string_view line = line_;
    if (line.starts_with("Title:")) info.title = trim(line.substr(6));
    if (line.starts_with("Pages:")) {
      std::string_view number = trim(line.substr(6));
      std::from_chars(number.data(), number.data() + number.size(), info.pages);
    }
    if (line.find("Incorrect password") != std::string_view::npos) info.wrong_password = true;
    line_.clear();
  }

  std::string line_;
};

// Pages as they come, with the form feed that ends each.
class PageReader {
 public:
  PageReader(DocumentBuilder& builder, const Input& input, int pages)
      : builder_(builder), input_(input), pages_(pages) {
    builder_.begin_section(1, "");
  }

  bool operator()(std::string_view bytes) {
    while (!bytes.empty()) {
      std::size_t end = std::min(bytes.find_first_of("\f\n"), bytes.size());
      builder_.append(bytes.substr(0, end));
      if (end == bytes.size()) break;
      bytes[end] == '\f' ? end_page() : end_line();
      bytes.remove_prefix(end + 1);
    }
    return !builder_.full() && done_ <= pages_;
  }

  int done() const { return done_; }

 private:
  // Keeps at most one empty line.
  void end_line() {
    if (builder_.at_line_start()) {
      builder_.break_paragraph();
    } else {
      builder_.break_line();
    }
  }

  void end_page() {
    ++done_;
    if (done_ >= pages_) return;
    builder_.begin_section(done_ + 1, "");
    input_.progress(static_cast<std::uint64_t>(done_), static_cast<std::uint64_t>(pages_));
  }

  DocumentBuilder& builder_;
  const Input& input_;
  int pages_;
  int done_ = 0;
};

std::unexpected<Error> stopped_reader(const ProgramEnd& end) {
  if (end.signal == SIGXCPU) {
    return fail(ErrorCode::kTimeout,
                "Reading the PDF took too long. It may be damaged, or too complex.");
  }
  return fail(
      ErrorCode::kExtractionFailed, "The PDF is damaged or cut short and could not be read.",
      "ended with code " + std::to_string(end.code) + ", signal " + std::to_string(end.signal));
}

Result<PdfInfo> inspect(const Input& input) {
  InfoReader reader;
  auto end = run_program(kPdfInfo, Filter::kPdfInfo, {"-enc", "UTF-8", "-"}, input.descriptor, true,
                         [&](std::string_view bytes) { return reader(bytes); });
  if (!end) return std::unexpected(std::move(end.error()));
  if (reader.info.wrong_password) return encrypted();
  if (end->signal != 0 || end->code != 0 || reader.info.pages <= 0) return stopped_reader(*end);
  if (reader.info.pages > input.limits.pages) {
    return fail(ErrorCode::kTooLarge, "The PDF has " + std::to_string(reader.info.pages) +
                                          " pages; at most " + std::to_string(input.limits.pages) +
                                          " are allowed.");
  }
  return std::move(reader.info);
}

}  // namespace

Result<text::StructuredText> read_pdf(const Input& input) {
  auto info = inspect(input);
  if (!info) return std::unexpected(std::move(info.error()));
  input.progress(0, static_cast<std::uint64_t>(info->pages));

  DocumentBuilder builder(input.limits);
  builder.set_title(info->title);
  builder.set_pages(info->pages);
  PageReader reader(builder, input, info->pages);
  auto end =
      run_program(kPdfToText, Filter::kPdfToText, {"-q", "-enc", "UTF-8", "-", "-"},
                  input.descriptor, false, [&](std::string_view bytes) { return reader(bytes); });
  if (!end) return std::unexpected(std::move(end.error()));
  bool whole = end->signal == 0 && end->code == 0;
  if (!whole && !builder.full()) return stopped_reader(*end);
  input.progress(static_cast<std::uint64_t>(info->pages), static_cast<std::uint64_t>(info->pages));
  auto document = builder.finish();
  if (document || document.error().code != ErrorCode::kEmptyDocument) return document;
  return fail(ErrorCode::kEmptyDocument,
              "The PDF holds no text, only pictures of it. Run text recognition (OCR) over the "
              "scan first.");
}

}  // namespace walrus::extract
