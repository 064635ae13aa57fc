#include "extract/test_files.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

namespace walrus::extract {

namespace {

constexpr std::string_view kRelations =
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/";

std::string relations_xml(const std::vector<std::pair<std::string, std::string>>& targets) {
  std::string xml =
      "<?xml version=\"1.0\"?><Relationships "
      "xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">";
  int id = 0;
  for (const auto& [type, target] : targets) {
    xml += fmt::format("<Relationship Id=\"rId{}\" Type=\"{}{}\" Target=\"{}\"/>", ++id, kRelations,
                       type, target);
  }
  return xml + "</Relationships>";
}

Members with(Members members, const Members& more) {
  members.insert(members.end(), more.begin(), more.end());
  return members;
}

}  // namespace

std::string make_zip(const Members& members) {
  std::string bytes;
  archive* writer = archive_write_new();
  archive_write_set_format_zip(writer);
  archive_write_set_bytes_in_last_block(writer, 1);  // no padding
  auto append = [](archive*, void* out, const void* data, size_t size) -> la_ssize_t {
    static_cast<std::string*>(out)->append(static_cast<const char*>(data), size);
    return static_cast<la_ssize_t>(size);
  };
  archive_write_open(writer, &bytes, nullptr, append, nullptr);
  bool first = true;
  for (const auto& [name, content] : members) {
    first ? archive_write_zip_set_compression_store(writer)
          : archive_write_zip_set_compression_deflate(writer);
    first = false;
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_size(entry, static_cast<la_int64_t>(content.size()));
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_write_header(writer, entry);
    archive_write_data(writer, content.data(), content.size());
    archive_entry_free(entry);
  }
  archive_write_close(writer);
  archive_write_free(writer);
  return bytes;
}

std::string make_docx(std::string_view body_xml, const Members& more) {
  std::string styles =
      "<w:styles xmlns:w=\"w\"><w:style w:styleId=\"berschrift1\"><w:name w:val=\"heading "
      "1\"/></w:style>"
      "<w:style w:styleId=\"Normal\"><w:name w:val=\"Normal\"/></w:style></w:styles>";
  return make_zip(
      with({{"[Content_Types].xml", "<Types/>"},
            {"_rels/.rels", relations_xml({{"officeDocument", "word/document.xml"}})},
            {"word/document.xml", fmt::format("<?xml version=\"1.0\"?><w:document xmlns:w=\"w\" "
                                              "xmlns:mc=\"mc\"><w:body>{}</w:body></w:document>",
                                              body_xml)},
            {"word/styles.xml", styles},
            {"docProps/core.xml", "<cp xmlns:dc=\"dc\"><dc:title>Core title</dc:title></cp>"}},
           more));
}

std::string make_xlsx(std::string_view sheet_rows, const Members& more) {
  std::string workbook =
      "<workbook xmlns:r=\"r\"><sheets><sheet name=\"People\" sheetId=\"1\" r:id=\"rId1\"/>"
      "<sheet name=\"Secret\" sheetId=\"2\" state=\"hidden\" r:id=\"rId2\"/></sheets></workbook>";
  std::string strings =
      "<sst><si><t>Name</t></si><si><t>Born</t></si><si><r><t>An</t></r><r><t>na</t></r><rPh><t>x</"
      "t></rPh></si></sst>";
  std::string styles =
      "<styleSheet><numFmts><numFmt numFmtId=\"164\" formatCode=\"dd\\.mm\\.yyyy\"/></numFmts>"
      "<cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs>"
      "<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"164\"/></cellXfs></styleSheet>";
  return make_zip(
      with({{"[Content_Types].xml", "<Types/>"},
            {"xl/workbook.xml", workbook},
            {"xl/_rels/workbook.xml.rels", relations_xml({{"worksheet", "worksheets/sheet1.xml"},
                                                          {"worksheet", "worksheets/sheet2.xml"}})},
            {"xl/sharedStrings.xml", strings},
            {"xl/styles.xml", styles},
            {"xl/worksheets/sheet1.xml",
             fmt::format("<worksheet><sheetData>{}</sheetData></worksheet>", sheet_rows)},
            {"xl/worksheets/sheet2.xml",
             "<worksheet><sheetData><row><c t=\"inlineStr\"><is><t>hidden "
             "cell</t></is></c></row></sheetData></worksheet>"}},
           more));
}

std::string make_pptx(const std::vector<std::string>& slides, const std::vector<int>& order) {
  std::vector<std::pair<std::string, std::string>> targets;
  Members members{{"[Content_Types].xml", "<Types/>"}};
  for (std::size_t i = 0; i < slides.size(); ++i) {
    std::string name = fmt::format("slide{}.xml", i + 1);
    targets.emplace_back("slide", "slides/" + name);
    members.emplace_back(
        "ppt/slides/" + name,
        fmt::format(
            "<p:sld xmlns:p=\"p\" xmlns:a=\"a\"><p:cSld><p:spTree>{}</p:spTree></p:cSld></p:sld>",
            slides[i]));
  }
  std::string list;
  for (int number : order)
    list += fmt::format("<p:sldId id=\"{}\" r:id=\"rId{}\"/>", 255 + number, number);
  members.emplace_back("ppt/_rels/presentation.xml.rels", relations_xml(targets));
  members.emplace_back("ppt/slides/_rels/slide1.xml.rels",
                       relations_xml({{"notesSlide", "../notesSlides/notesSlide1.xml"}}));
  members.emplace_back(
      "ppt/notesSlides/notesSlide1.xml",
      "<p:notes xmlns:p=\"p\" xmlns:a=\"a\"><p:sp><p:ph "
      "type=\"sldNum\"/><a:p><a:t>77</a:t></a:p></p:sp>"
      "<p:sp><p:ph type=\"body\"/><a:p><a:t>Speak slowly</a:t></a:p></p:sp></p:notes>");
  members.emplace_back("ppt/presentation.xml",
                       fmt::format("<p:presentation xmlns:p=\"p\" "
                                   "xmlns:r=\"r\"><p:sldIdLst>{}</p:sldIdLst></p:presentation>",
                                   list));
  return make_zip(members);
}

std::string make_odt(std::string_view text_xml, const Members& more) {
  return make_zip(
      with({{"mimetype", "application/vnd.oasis.opendocument.text"},
            {"content.xml",
             fmt::format(
                 "<o:document xmlns:o=\"o\" xmlns:text=\"t\" xmlns:table=\"b\"><o:body><o:text>{}"
                 "</o:text></o:body></o:document>",
                 text_xml)},
            {"meta.xml", "<m xmlns:dc=\"dc\"><dc:title>Meta title</dc:title></m>"}},
           more));
}

std::string make_epub(const std::vector<std::string>& chapters, const Members& more) {
  std::string manifest;
  std::string spine;
  Members members{
      {"mimetype", "application/epub+zip"},
      {"META-INF/container.xml",
       "<container><rootfiles><rootfile full-path=\"OPS/book.opf\"/></rootfiles></container>"}};
  // The spine goes backwards, so that the order of names or of the manifest does not do.
  for (std::size_t i = 0; i < chapters.size(); ++i) {
    manifest += fmt::format("<item id=\"c{0}\" href=\"text/chapter%20{0}.xhtml\"/>", i);
    spine = fmt::format("<itemref idref=\"c{}\"/>", i) + spine;
    members.emplace_back(fmt::format("OPS/text/chapter {}.xhtml", i), chapters[i]);
  }
  members.emplace_back(
      "OPS/book.opf",
      fmt::format("<package xmlns:dc=\"dc\"><metadata><dc:title>The Book</dc:title></metadata>"
                  "<manifest>{}</manifest><spine>{}</spine></package>",
                  manifest, spine));
  return make_zip(with(members, more));
}

std::string make_pdf(const std::vector<std::string>& pages, std::string_view trailer_entries) {
  std::string kids;
  for (std::size_t i = 0; i < pages.size(); ++i) kids += fmt::format("{} 0 R ", 4 + 2 * i);
  std::vector<std::string> objects{
      "<</Type/Catalog/Pages 2 0 R>>",
      fmt::format("<</Type/Pages/Count {}/Kids[{}]>>", pages.size(), kids),
      "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"};
  for (std::size_t i = 0; i < pages.size(); ++i) {
    std::string content =
        pages[i].empty() ? "" : fmt::format("BT /F1 12 Tf 50 700 Td ({}) Tj ET", pages[i]);
    objects.push_back(fmt::format(
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 3 0 R>>>>"
        "/Contents {} 0 R>>",
        5 + 2 * i));
    objects.push_back(fmt::format("<</Length {}>>stream\n{}\nendstream", content.size(), content));
  }
  std::string pdf = "%PDF-1.4\n";
  std::string offsets;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    offsets += fmt::format("{:010} 00000 n \n", pdf.size());
    pdf += fmt::format("{} 0 obj\n{}\nendobj\n", i + 1, objects[i]);
  }
  std::size_t table = pdf.size();
  return pdf + fmt::format(
                   "xref\n0 {0}\n0000000000 65535 f \n{1}trailer<</Size {0}/Root 1 0 "
                   "R/Info<</Title(Test title)>>{2}>>\n"
                   "startxref\n{3}\n%%EOF\n",
                   objects.size() + 1, offsets, trailer_entries, table);
}

TemporaryFile::TemporaryFile(std::string_view bytes) {
  std::string pattern =
      (std::filesystem::temp_directory_path() / "walrus-extract-test-XXXXXX").string();
  int descriptor = ::mkstemp(pattern.data());
  if (descriptor < 0) std::abort();
  ::close(descriptor);
  path_ = pattern;
  std::ofstream(path_, std::ios::binary)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

TemporaryFile::~TemporaryFile() {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

}  // namespace walrus::extract
