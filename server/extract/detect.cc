#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json/stream_parser.hpp>
#include <cctype>
#include <cerrno>
#include <cstring>

#include "base/json.h"
#include "extract/format.h"
#include "extract/zip_names.h"

namespace walrus::extract {

namespace {

constexpr std::size_t kHeadBytes = 8 * 1024;
constexpr std::size_t kPdfHeaderBytes = 1024;
constexpr std::string_view kOle2 = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

class OpenFile {
 public:
  explicit OpenFile(const std::filesystem::path& path)
      : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~OpenFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  bool ok() const { return descriptor_ >= 0; }

  std::uint64_t size() const {
    struct stat status{};
    return ::fstat(descriptor_, &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
  }

  // `failed` is set on an error, and stays.
  std::string read_at(std::uint64_t offset, std::size_t size, bool& failed) const {
    std::string bytes(size, '\0');
    std::size_t got = 0;
    while (got < size) {
      ssize_t n =
          ::pread(descriptor_, bytes.data() + got, size - got, static_cast<off_t>(offset + got));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) failed = true;
      if (n <= 0) break;
      got += static_cast<std::size_t>(n);
    }
    bytes.resize(got);
    return bytes;
  }

 private:
  int descriptor_;
};

std::unexpected<Error> unsupported(std::string_view what) {
  return fail(
      ErrorCode::kUnsupportedMediaType,
      std::string(what) +
          " Supported are PDF, Word (.docx), Excel (.xlsx), PowerPoint (.pptx), OpenDocument "
          "text (.odt), EPUB, HTML, Markdown, CSV, JSON and plain text.");
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](unsigned char c) { return std::tolower(c); });
  return result;
}

std::string_view trim_start(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::size_t start = text.find_first_not_of(" \t\r\n\f");
  return start == std::string_view::npos ? std::string_view() : text.substr(start);
}

bool has_wide_mark(std::string_view head) {
  return head.starts_with("\xFF\xFE") || head.starts_with("\xFE\xFF") ||
         head.starts_with(std::string_view("\0\0\xFE\xFF", 4));
}

// Text may hold a stray control character, but no NUL, and never many.
bool is_text(std::string_view head) {
  if (has_wide_mark(head)) return true;
  auto is_control = [](unsigned char c) { return c < 0x20 && !std::strchr("\t\n\r\f\x1b", c); };
  std::size_t controls = static_cast<std::size_t>(std::ranges::count_if(head, is_control));
  return head.find('\0') == std::string_view::npos && controls * 100 <= head.size();
}

// Readers accept junk before the header, but a text that merely speaks of "%PDF-1.7" is no PDF.
bool is_pdf(std::string_view head) {
  std::string_view start = head.substr(0, kPdfHeaderBytes);
  if (trim_start(start).starts_with("%PDF-")) return true;
  std::size_t at = start.find("\n%PDF-");
  if (at == std::string_view::npos) at = start.find("\r%PDF-");
  if (at == std::string_view::npos) return start.find("%PDF-") != start.npos && !is_text(head);
  return head.find(" obj", at) != std::string_view::npos;
}

bool any_starts_with(const std::vector<std::string>& names, std::string_view prefix) {
  return std::ranges::any_of(names,
                             [&](const std::string& name) { return name.starts_with(prefix); });
}

Result<Format> detect_zip(const ZipNames& zip, std::optional<Format> named) {
  auto has = [&](std::string_view name) {
    return std::ranges::find(zip.names, name) != zip.names.end();
  };
  if (zip.mimetype.starts_with("application/epub+zip")) return Format::kEpub;
  if (zip.mimetype.starts_with("application/vnd.oasis.opendocument.text")) return Format::kOdt;
  if (zip.mimetype.starts_with("application/vnd.oasis.opendocument.")) {
    return unsupported("Of the OpenDocument formats only text (.odt) can be read.");
  }
  if (has("xl/workbook.bin"))
    return unsupported("Binary workbooks (.xlsb) cannot be read: save it as .xlsx.");
  if (has("word/document.xml")) return Format::kDocx;
  if (has("xl/workbook.xml")) return Format::kXlsx;
  if (has("ppt/presentation.xml")) return Format::kPptx;
  if (any_starts_with(zip.names, "word/")) return Format::kDocx;
  if (any_starts_with(zip.names, "xl/")) return Format::kXlsx;
  if (any_starts_with(zip.names, "ppt/")) return Format::kPptx;
  if (has("META-INF/container.xml")) return Format::kEpub;
  if (has("META-INF/manifest.xml") && named == Format::kOdt) return Format::kOdt;
  return unsupported(
      "This is an archive (ZIP) and not a document: upload the files in it one by one.");
}

// Office wraps encrypted documents into its old container; they are told from old documents by the
// stream "EncryptedPackage" in the directory.
bool is_encrypted_office(std::string_view head, const ReadAt& read_at) {
  if (head.size() < 512) return false;
  auto number = [&](std::size_t at, int size) {
    std::uint64_t value = 0;
    for (int i = size - 1; i >= 0; --i)
      value = value << 8 | static_cast<unsigned char>(head[at + i]);
    return value;
  };
  std::uint64_t sector_shift = number(0x1E, 2);
  if (sector_shift != 9 && sector_shift != 12) return false;
  std::string directory = read_at((number(0x30, 4) + 1) << sector_shift, 4096);
  std::string name;
  for (char c : std::string_view("EncryptedPackage")) name.append({c, '\0'});
  return directory.find(name) != std::string::npos;
}

Result<Format> detect_old_office(bool encrypted, std::optional<Format> named) {
  if (!encrypted) {
    return unsupported(
        "Office files older than 2007 (.doc, .xls, .ppt) cannot be read: save it as .docx, "
        ".xlsx or .pptx.");
  }
  bool other = named == Format::kXlsx || named == Format::kPptx;
  return other ? *named : Format::kDocx;
}

// The sure signs: a text that begins with these is HTML whatever its name.
bool is_html_document(std::string_view head) {
  std::string start = lower(trim_start(head));
  if (start.starts_with("<?xml")) return start.find("<html") != std::string::npos;
  return start.starts_with("<!doctype html") || start.starts_with("<html");
}

bool is_html_fragment(std::string_view head) {
  std::string start = lower(trim_start(head).substr(0, 16));
  constexpr std::string_view kTags[] = {
      "<head", "<body", "<script", "<title", "<meta",  "<div", "<p>",      "<p ",   "<table",
      "<h1",   "<h2",   "<ul",     "<ol",    "<style", "<!--", "<article", "<main", "<section"};
  return std::ranges::any_of(kTags, [&](std::string_view tag) { return start.starts_with(tag); });
}

// Whether `head` is JSON, or the beginning of it where the file goes on.
bool is_json(std::string_view head, bool whole) {
  std::string_view start = trim_start(head);
  if (!start.starts_with('{') && !start.starts_with('[')) return false;
  json::stream_parser parser;
  boost::system::error_code error;
  std::size_t used = parser.write_some(start, error);
  if (error) return false;
  if (!parser.done()) return !whole;
  std::string_view rest = trim_start(start.substr(used));
  return rest.empty() || rest.starts_with('{') || rest.starts_with('[');  // JSON Lines
}

Result<Format> detect_text(std::string_view head, bool whole, std::optional<Format> named) {
  if (head.starts_with("{\\rtf"))
    return unsupported("RTF cannot be read: save it as .docx or PDF.");
  if (head.starts_with("%!PS")) return unsupported("PostScript cannot be read: convert it to PDF.");
  if (is_html_document(head)) return Format::kHtml;
  bool decisive = named == Format::kMarkdown || named == Format::kCsv || named == Format::kJson ||
                  named == Format::kHtml;
  if (decisive) return *named;
  if (is_json(head, whole)) return Format::kJson;
  if (named != Format::kText && is_html_fragment(head)) return Format::kHtml;
  return Format::kText;
}

std::optional<Format> format_of_name(std::string_view filename) {
  std::size_t dot = filename.rfind('.');
  return dot == std::string_view::npos ? std::nullopt : format_from_extension(filename.substr(dot));
}

Result<Format> detect_content(std::string_view head, std::uint64_t size, const ReadAt& read_at,
                              std::optional<Format> named) {
  if (is_pdf(head)) return Format::kPdf;
  if (head.starts_with("PK\x03\x04")) return detect_zip(zip_names(head, size, read_at), named);
  if (head.starts_with(kOle2)) return detect_old_office(is_encrypted_office(head, read_at), named);
  if (is_text(head)) return detect_text(head, size <= head.size(), named);
  if (!named) return unsupported("This file's format is not supported.");
  return unsupported("This file is not what its name says and cannot be read.");
}

}  // namespace

Result<Format> detect(const std::filesystem::path& file, std::string_view filename) {
  OpenFile opened(file);
  auto unreadable = [] {
    return fail(ErrorCode::kStorageUnavailable, "The stored file could not be read.",
                std::string("detect: ") + std::strerror(errno));
  };
  if (!opened.ok()) return unreadable();
  bool failed = false;
  ReadAt read_at = [&](std::uint64_t offset, std::size_t size) {
    return opened.read_at(offset, size, failed);
  };
  std::string head = read_at(0, kHeadBytes);
  if (failed) return unreadable();
  Result<Format> format = detect_content(head, opened.size(), read_at, format_of_name(filename));
  if (failed) return unreadable();
  return format;
}

}  // namespace walrus::extract
