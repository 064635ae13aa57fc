// Word: paragraphs, headings by style, tables as rows with tabs, notes at the end.
#include <algorithm>
#include <set>

#include "extract/readers/document_builder.h"
#include "extract/readers/office_parts.h"
#include "extract/readers/reading.h"
#include "extract/readers/xml.h"

namespace walrus::extract {

namespace {

constexpr std::uint64_t kProgressEvents = 20'000;

bool is_heading_name(std::string_view name) {
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  bool numbered =
      lower.starts_with("heading ") && lower.size() == 9 && lower[8] >= '1' && lower[8] <= '9';
  return numbered || lower == "title";
}

// The ids of the styles that make a paragraph a heading. Ids are translated, names are not.
std::set<std::string> heading_styles(const std::string* styles) {
  std::set<std::string> ids;
  if (styles == nullptr) return ids;
  XmlReader reader(*styles);
  std::string id;
  while (reader.next()) {
    if (reader.event() != XmlEvent::kStart) continue;
    if (reader.name() == "style") id = reader.attribute("styleId");
    if (reader.name() == "name" && is_heading_name(reader.attribute("val"))) ids.insert(id);
    if (reader.name() == "outlineLvl" && reader.attribute("val") != "9") ids.insert(id);
  }
  return ids;
}

class BodyHandler {
 public:
  BodyHandler(DocumentBuilder& builder, const std::set<std::string>& headings,
              std::function<void(std::size_t)> progress)
      : builder_(builder), headings_(headings), progress_(std::move(progress)) {}

  void start(XmlReader& reader) {
    if (++events_ % kProgressEvents == 0) progress_(reader.consumed());
    std::string_view name = reader.name();
    if (name == "t") {
      in_text_ = true;
    } else if (name == "p") {
      begin_paragraph();
    } else if (name == "pStyle") {
      heading_ = paragraphs_ == 1 && headings_.contains(reader.attribute("val"));
    } else if (name == "numPr") {
      listed_ = true;
    } else if (name == "tab") {
      if (!in_properties_) paragraph_ += '\t';
    } else if (name == "br" || name == "cr") {
      paragraph_ += cells_ > 0 ? ' ' : '\n';
    } else if (name == "noBreakHyphen") {
      paragraph_ += '-';
    } else if (name == "pPr") {
      in_properties_ = true;
    } else if (name == "tbl") {
      builder_.break_paragraph();
    } else if (name == "tc") {
      begin_cell();
    } else if (is_left_out(name)) {
      reader.skip();
    }
  }

  void end(XmlReader& reader) {
    std::string_view name = reader.name();
    if (name == "t") {
      in_text_ = false;
    } else if (name == "pPr") {
      in_properties_ = false;
    } else if (name == "p") {
      end_paragraph();
    } else if (name == "tc") {
      cells_ = std::max(0, cells_ - 1);
    } else if (name == "tr" && cells_ == 0) {
      first_cell_ = true;
      builder_.break_line();
    } else if (name == "tbl" && cells_ == 0) {
      builder_.break_paragraph();
    }
  }

  void text(std::string_view text) {
    if (in_text_) paragraph_ += text;
  }

 private:
  // Deleted text, field codes, and the older twin of what is already read.
  static bool is_left_out(std::string_view name) {
    return name == "del" || name == "moveFrom" || name == "delText" || name == "instrText" ||
           name == "Fallback";
  }

  void begin_paragraph() {
    // A text box stands inside of a paragraph.
    if (paragraphs_++ > 0) {
      paragraph_ += ' ';
      return;
    }
    paragraph_.clear();
    heading_ = listed_ = false;
  }

  void end_paragraph() {
    if (paragraphs_ > 0) --paragraphs_;
    if (paragraphs_ > 0 || is_blank(paragraph_)) return;
    if (cells_ > 0) {
      if (!builder_.at_line_start()) builder_.append_words(" ");
      builder_.append_words(paragraph_);
      return;
    }
    if (heading_) builder_.begin_section(0, paragraph_);
    if (listed_ && !heading_) builder_.append("- ");
    builder_.append(trim(paragraph_));
    listed_ ? builder_.break_line() : builder_.break_paragraph();
  }

  // Cells of a table inside a cell belong to the outer one.
  void begin_cell() {
    if (cells_++ > 0) return;
    if (!first_cell_) builder_.append_tab();
    first_cell_ = false;
  }

  DocumentBuilder& builder_;
  const std::set<std::string>& headings_;
  std::function<void(std::size_t)> progress_;
  std::string paragraph_;
  std::uint64_t events_ = 0;
  int paragraphs_ = 0;  // open ones
  int cells_ = 0;       // open ones
  bool first_cell_ = true;
  bool in_text_ = false;
  bool in_properties_ = false;
  bool heading_ = false;
  bool listed_ = false;
};

bool is_needed(std::string_view name) {
  bool part =
      name.starts_with("word/") && name.ends_with(".xml") && name.find("/theme") == name.npos;
  return part || name.ends_with(".rels") || name == "docProps/core.xml";
}

}  // namespace

Result<text::StructuredText> read_docx(const Input& input) {
  auto archive = Archive::open(input.bytes, input.limits, is_needed);
  if (!archive) return std::unexpected(std::move(archive.error()));
  const std::string* body = archive->find(main_part(*archive, "word/document.xml"));
  if (body == nullptr) return damaged("it holds no Word document");

  DocumentBuilder builder(input.limits);
  builder.set_title(title_of(*archive));
  auto headings = heading_styles(archive->find("word/styles.xml"));
  BodyHandler handler(builder, headings,
                      [&](std::size_t done) { input.progress(done, body->size()); });
  if (auto parsed = parse_xml(*body, handler); !parsed) return std::unexpected(parsed.error());
  for (const char* notes : {"word/footnotes.xml", "word/endnotes.xml"}) {
    const std::string* bytes = archive->find(notes);
    if (bytes == nullptr) continue;
    BodyHandler notes_handler(builder, headings, [](std::size_t) {});
    builder.break_paragraph();
    if (auto parsed = parse_xml(*bytes, notes_handler); !parsed)
      return std::unexpected(parsed.error());
  }
  input.progress(body->size(), body->size());
  return builder.finish();
}

}  // namespace walrus::extract
