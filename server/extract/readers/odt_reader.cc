// OpenDocument text: paragraphs, headings, lists, tables as rows with tabs.
#include <algorithm>
#include <charconv>

#include "extract/readers/document_builder.h"
#include "extract/readers/office_parts.h"
#include "extract/readers/reading.h"
#include "extract/readers/xml.h"

namespace walrus::extract {

namespace {

constexpr std::uint64_t kProgressEvents = 20'000;
constexpr int kMaxBlanks = 100;

class ContentHandler {
 public:
  ContentHandler(DocumentBuilder& builder, std::function<void(std::size_t)> progress)
      : builder_(builder), progress_(std::move(progress)) {}

  void start(XmlReader& reader) {
    if (++events_ % kProgressEvents == 0) progress_(reader.consumed());
    std::string_view name = reader.name();
    if (name == "p" || name == "h") {
      begin_paragraph(name == "h");
    } else if (name == "s") {
      paragraph_.append(blanks(reader.attribute("c")), ' ');
    } else if (name == "tab") {
      paragraph_ += '\t';
    } else if (name == "line-break") {
      paragraph_ += in_cells_ > 0 ? ' ' : '\n';
    } else if (name == "list-item") {
      item_begins_ = true;
    } else if (name == "table-cell") {
      begin_cell();
    } else if (name == "note-body" || name == "frame") {
      paragraph_ += ' ';
    } else if (name == "annotation" || name == "tracked-changes" || name == "note-citation" ||
               name == "desc") {
      reader.skip();
    }
  }

  void end(XmlReader& reader) {
    std::string_view name = reader.name();
    if (name == "p" || name == "h") {
      end_paragraph();
    } else if (name == "table-cell") {
      in_cells_ = std::max(0, in_cells_ - 1);
    } else if (name == "table-row" && in_cells_ == 0) {
      first_cell_ = true;
      builder_.break_line();
    } else if (name == "table" || name == "list") {
      if (in_cells_ == 0 && paragraphs_ == 0) builder_.break_paragraph();
    }
  }

  // The indentation of the XML is white space outside of paragraphs; inside it counts as one blank.
  void text(std::string_view text) {
    if (paragraphs_ == 0) return;
    for (char c : text) {
      bool space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
      if (!space) {
        paragraph_ += c;
      } else if (paragraph_.empty() || paragraph_.back() != ' ') {
        paragraph_ += ' ';
      }
    }
  }

 private:
  static std::size_t blanks(const std::string& count) {
    int value = 1;
    std::from_chars(count.data(), count.data() + count.size(), value);
    return static_cast<std::size_t>(std::clamp(value, 1, kMaxBlanks));
  }

  // Notes and frames hold paragraphs inside of paragraphs.
  void begin_paragraph(bool heading) {
    if (paragraphs_++ > 0) return;
    paragraph_.clear();
    heading_ = heading;
  }

  void end_paragraph() {
    if (paragraphs_ > 0) --paragraphs_;
    if (paragraphs_ > 0 || is_blank(paragraph_)) return;
    if (in_cells_ > 0) {
      builder_.append_words(" ");
      builder_.append_words(paragraph_);
      return;
    }
    if (heading_) builder_.begin_section(0, paragraph_);
    bool listed = std::exchange(item_begins_, false) && !heading_;
    if (listed) builder_.append("- ");
    builder_.append(trim(paragraph_));
    listed ? builder_.break_line() : builder_.break_paragraph();
  }

  void begin_cell() {
    if (in_cells_++ > 0) return;
    if (!first_cell_) builder_.append_tab();
    first_cell_ = false;
  }

  DocumentBuilder& builder_;
  std::function<void(std::size_t)> progress_;
  std::string paragraph_;
  std::uint64_t events_ = 0;
  int paragraphs_ = 0;
  int in_cells_ = 0;
  bool first_cell_ = true;
  bool heading_ = false;
  bool item_begins_ = false;
};

bool is_needed(std::string_view name) {
  return name == "content.xml" || name == "meta.xml" || name == "META-INF/manifest.xml";
}

// The manifest gives the key's derivation for each encrypted member.
bool is_encrypted(const Archive& archive) {
  const std::string* manifest = archive.find("META-INF/manifest.xml");
  if (manifest == nullptr) return false;
  XmlReader reader(*manifest);
  while (reader.next()) {
    if (reader.event() == XmlEvent::kStart && reader.name() == "encryption-data") return true;
  }
  return false;
}

}  // namespace

Result<text::StructuredText> read_odt(const Input& input) {
  auto archive = Archive::open(input.bytes, input.limits, is_needed);
  if (!archive) return std::unexpected(std::move(archive.error()));
  if (is_encrypted(*archive)) return encrypted();
  const std::string* content = archive->find("content.xml");
  if (content == nullptr) return damaged("it holds no content");

  DocumentBuilder builder(input.limits);
  builder.set_title(title_of(*archive, "meta.xml"));
  ContentHandler handler(builder, [&](std::size_t done) { input.progress(done, content->size()); });
  if (auto parsed = parse_xml(*content, handler); !parsed) return std::unexpected(parsed.error());
  input.progress(content->size(), content->size());
  return builder.finish();
}

}  // namespace walrus::extract
