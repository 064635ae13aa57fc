// Excel: each visible sheet under its name, rows with their header, formulas by their last value.
#include <charconv>

#include "extract/readers/office_parts.h"
#include "extract/readers/reading.h"
#include "extract/readers/table_writer.h"
#include "extract/readers/xlsx_numbers.h"
#include "extract/readers/xml.h"

namespace walrus::extract {

namespace {

constexpr std::size_t kMaxColumns = 1024;

struct Workbook {
  struct Sheet {
    std::string name;
    std::string relation;
  };
  std::vector<Sheet> sheets;
  bool from_1904 = false;
};

Result<Workbook> read_workbook(std::string_view bytes) {
  Workbook workbook;
  XmlReader reader(bytes);
  while (reader.next()) {
    if (reader.event() != XmlEvent::kStart) continue;
    if (reader.name() == "workbookPr") {
      std::string value = reader.attribute("date1904");
      workbook.from_1904 = value == "1" || value == "true";
    }
    std::string state = reader.name() == "sheet" ? reader.attribute("state") : "none";
    if (state.empty() || state == "visible") {
      workbook.sheets.push_back({reader.attribute("name"), reader.qualified_attribute("id")});
    }
  }
  if (auto status = reader.status(); !status) return std::unexpected(status.error());
  return workbook;
}

// Each string is the text of its runs, without the phonetic guide.
class StringsHandler {
 public:
  void start(XmlReader& reader) {
    if (reader.name() == "si") strings.emplace_back();
    if (reader.name() == "t") in_text_ = true;
    if (reader.name() == "rPh") reader.skip();
  }
  void end(XmlReader& reader) {
    if (reader.name() == "t") in_text_ = false;
  }
  void text(std::string_view text) {
    if (in_text_ && !strings.empty()) strings.back() += text;
  }

  std::vector<std::string> strings;

 private:
  bool in_text_ = false;
};

// "BC23" is column 54.
std::size_t column_of(std::string_view reference) {
  std::size_t column = 0;
  for (char c : reference) {
    if (c < 'A' || c > 'Z' || column > kMaxColumns) break;
    column = column * 26 + static_cast<std::size_t>(c - 'A' + 1);
  }
  return column == 0 ? 0 : column - 1;
}

class SheetHandler {
 public:
  SheetHandler(TableWriter& table, const std::vector<std::string>& strings,
               const DateFormats& formats, bool from_1904)
      : table_(table), strings_(strings), formats_(formats), from_1904_(from_1904) {}

  void start(XmlReader& reader) {
    std::string_view name = reader.name();
    if (name == "c") {
      begin_cell(reader);
    } else if (name == "v" || name == "t") {
      in_value_ = true;
    } else if (name == "f" || name == "rPh" || name == "headerFooter" ||
               name == "dataValidations") {
      reader.skip();
    }
  }

  void end(XmlReader& reader) {
    std::string_view name = reader.name();
    if (name == "v" || name == "t") in_value_ = false;
    if (name == "c") end_cell();
    if (name == "row") table_.add_row(std::exchange(cells_, {}));
  }

  void text(std::string_view text) {
    if (in_value_) value_ += text;
  }

 private:
  void begin_cell(XmlReader& reader) {
    std::string reference = reader.attribute("r");
    column_ = reference.empty() ? cells_.size() : column_of(reference);
    type_ = reader.attribute("t");
    std::string style = reader.attribute("s");
    format_ = 0;
    std::from_chars(style.data(), style.data() + style.size(), format_);
    value_.clear();
  }

  void end_cell() {
    if (value_.empty() || column_ >= kMaxColumns) return;
    if (cells_.size() <= column_) cells_.resize(column_ + 1);
    cells_[column_] = shown();
  }

  std::string shown() {
    if (type_ == "s") return shared();
    if (type_ == "b") return value_ == "1" ? "TRUE" : "FALSE";
    bool number = type_.empty() || type_ == "n";
    if (number && formats_.is_date(format_)) return date_of_serial(value_, from_1904_);
    return std::move(value_);
  }

  std::string shared() const {
    std::size_t index = strings_.size();
    std::from_chars(value_.data(), value_.data() + value_.size(), index);
    return index < strings_.size() ? strings_[index] : std::string();
  }

  TableWriter& table_;
  const std::vector<std::string>& strings_;
  const DateFormats& formats_;
  bool from_1904_;
  std::vector<std::string> cells_;
  std::string value_;
  std::string type_;
  std::size_t column_ = 0;
  std::size_t format_ = 0;
  bool in_value_ = false;
};

bool is_needed(std::string_view name) {
  bool part = name.starts_with("xl/") && name.ends_with(".xml") && !name.starts_with("xl/theme") &&
              !name.starts_with("xl/drawings") && !name.starts_with("xl/charts") &&
              !name.starts_with("xl/pivot");
  return part || name.ends_with(".rels") || name == "docProps/core.xml";
}

}  // namespace

Result<text::StructuredText> read_xlsx(const Input& input) {
  auto archive = Archive::open(input.bytes, input.limits, is_needed);
  if (!archive) return std::unexpected(std::move(archive.error()));
  std::string book_member = main_part(*archive, "xl/workbook.xml");
  const std::string* book_bytes = archive->find(book_member);
  if (book_bytes == nullptr) return damaged("it holds no workbook");
  auto workbook = read_workbook(*book_bytes);
  if (!workbook) return std::unexpected(std::move(workbook.error()));

  StringsHandler strings;
  if (const std::string* bytes = archive->find("xl/sharedStrings.xml")) {
    if (auto parsed = parse_xml(*bytes, strings); !parsed) return std::unexpected(parsed.error());
  }
  DateFormats formats(archive->find("xl/styles.xml"));
  auto sheets = relations(*archive, book_member);
  DocumentBuilder builder(input.limits);
  builder.set_title(title_of(*archive));
  std::uint64_t done = 0;
  for (const Workbook::Sheet& sheet : workbook->sheets) {
    const std::string* bytes = archive->find(sheets[sheet.relation].member);
    if (bytes == nullptr || builder.full()) continue;
    builder.begin_section(0, sheet.name);
    TableWriter table(builder);
    SheetHandler handler(table, strings.strings, formats, workbook->from_1904);
    if (auto parsed = parse_xml(*bytes, handler); !parsed) return std::unexpected(parsed.error());
    table.finish();
    input.progress(++done, workbook->sheets.size());
  }
  return builder.finish();
}

}  // namespace walrus::extract
