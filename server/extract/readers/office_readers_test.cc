#include <fmt/format.h>
#include <gmock/gmock.h>

#include <random>
#include <string>

#include "extract/readers/archive.h"
#include "extract/readers/read_for_test.h"
#include "extract/readers/xlsx_numbers.h"
#include "extract/test_files.h"

namespace walrus::extract {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string paragraph(std::string_view text, std::string_view style = "Normal") {
  return fmt::format(
      "<w:p><w:pPr><w:pStyle w:val=\"{}\"/><w:tabs><w:tab "
      "w:val=\"left\"/></w:tabs></w:pPr><w:r><w:t>{}</w:t></w:r></w:p>",
      style, text);
}

TEST(DocxReader, ParagraphsHeadingsTablesAndNotes) {
  std::string body =
      paragraph("Before") + paragraph("Chapter", "berschrift1") +
      "<w:p><w:pPr><w:numPr/></w:pPr><w:r><w:t>item</w:t></w:r></w:p>"
      "<w:p><w:r><w:t>split "
      "</w:t></w:r><w:r><w:t>run</w:t><w:tab/><w:t>tab</w:t><w:br/><w:t>line</w:t></w:r>"
      "<w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:r><w:instrText>PAGE</w:instrText></"
      "w:r></w:p>"
      "<w:tbl><w:tr><w:tc>" +
      paragraph("a") + paragraph("a2") + "</w:tc><w:tc>" + paragraph("b") +
      "</w:tc></w:tr><w:tr><w:tc>" + paragraph("c") + "</w:tc><w:tc><w:p/></w:tc></w:tr></w:tbl>" +
      "<mc:AlternateContent><mc:Choice>" + paragraph("once") + "</mc:Choice><mc:Fallback>" +
      paragraph("once") + "</mc:Fallback></mc:AlternateContent>";
  auto document = read(
      Format::kDocx,
      make_docx(body,
                {{"word/footnotes.xml", "<w:f xmlns:w=\"w\">" + paragraph("A note") + "</w:f>"},
                 {"word/header1.xml", "<w:h xmlns:w=\"w\">" + paragraph("HEADER") + "</w:h>"}}));
  EXPECT_EQ(document.title, "Core title");
  EXPECT_EQ(
      outline(document),
      ">Before|Chapter>Chapter\n\n- item\nsplit run\ttab\nline\n\na a2\tb\nc\n\nonce\n\nA note");
}

TEST(DocxReader, AnEmptyOneIsAnEmptyDocument) {
  EXPECT_EQ(read_error(Format::kDocx, make_docx("<w:p/>")).code, ErrorCode::kEmptyDocument);
}

TEST(XlsxReader, SheetsRowsStringsAndDates) {
  auto document = read(
      Format::kXlsx,
      make_xlsx("<row><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c>"
                "<c r=\"D1\" t=\"inlineStr\"><is><t>Price</t></is></c></row>"
                "<row><c r=\"A2\" t=\"s\"><v>2</v></c><c r=\"B2\" s=\"1\"><v>45123</v></c>"
                "<c r=\"D2\"><f>1+1</f><v>2.5</v></c></row>"
                "<row><c r=\"A3\" t=\"s\"><v>99</v></c><c r=\"B3\" t=\"b\"><v>1</v></c></row>"));
  // The header has a gap, so the rows stay as they are.
  EXPECT_EQ(outline(document), "People>Name\tBorn\tPrice\nAnna\t2023-07-16\t2.5\nTRUE");
  EXPECT_THAT(document.text, Not(HasSubstr("hidden")));
}

TEST(XlsxReader, RowsCarryTheirHeader) {
  auto document = read(Format::kXlsx,
                       make_xlsx("<row><c t=\"s\"><v>0</v></c><c t=\"s\"><v>1</v></c></row>"
                                 "<row><c t=\"s\"><v>2</v></c><c s=\"1\"><v>1.25</v></c></row>"));
  EXPECT_EQ(document.text, "Name: Anna; Born: 1900-01-01 06:00");
}

TEST(XlsxReader, SerialsAreDatesOnlyWherePlausible) {
  EXPECT_EQ(date_of_serial("1", false), "1900-01-01");
  EXPECT_EQ(date_of_serial("61", false), "1900-03-01");
  EXPECT_EQ(date_of_serial("0.5", false), "12:00");
  EXPECT_EQ(date_of_serial("44196.999999", false), "2021-01-01");
  EXPECT_EQ(date_of_serial("0", true), "1904-01-01");
  EXPECT_EQ(date_of_serial("-1", false), "-1");
  EXPECT_EQ(date_of_serial("1e300", false), "1e300");
  EXPECT_EQ(date_of_serial("nan", false), "nan");
  EXPECT_EQ(date_of_serial("x", false), "x");
}

TEST(PptxReader, SlidesInTheOrderOfTheShowWithNotes) {
  auto slide = [](std::string_view title, std::string_view text) {
    return fmt::format(
        "<p:sp><p:ph "
        "type=\"title\"/><a:p><a:t>{}</a:t></a:p></p:sp><p:sp><a:p><a:r><a:t>{}</a:t></a:r></a:p></"
        "p:sp>"
        "<p:sp><p:ph type=\"sldNum\"/><a:p><a:t>99</a:t></a:p></p:sp>",
        title, text);
  };
  auto document =
      read(Format::kPptx, make_pptx({slide("First", "one"), slide("Second", "two")}, {2, 1}));
  EXPECT_EQ(outline(document), "Second>Second\ntwo|First>First\none\n\nSpeak slowly");
  EXPECT_EQ(document.pages, 2);
  EXPECT_EQ(document.sections[0].page, 1);
  EXPECT_EQ(document.sections[1].page, 2);
}

TEST(PptxReader, WithoutAListTheNumbersCount) {
  std::vector<std::string> slides;
  for (int i = 1; i <= 11; ++i)
    slides.push_back(fmt::format("<p:sp><a:p><a:t>s{}</a:t></a:p></p:sp>", i));
  EXPECT_THAT(read(Format::kPptx, make_pptx(slides, {})).text, HasSubstr("s9\n\ns10\n\ns11"));
}

TEST(OdtReader, ParagraphsHeadingsListsTablesAndNotes) {
  auto document = read(
      Format::kOdt,
      make_odt(
          "<text:h text:outline-level=\"1\">Head</text:h>\n  <text:p>One<text:s text:c=\"2\"/>two"
          "<text:tab/>three<text:note><text:note-citation>1</text:note-citation><text:note-body>"
          "<text:p>the note</text:p></text:note-body></text:note></text:p>"
          "<text:tracked-changes><text:p>deleted</text:p></text:tracked-changes>"
          "<text:list><text:list-item><text:p>item</text:p></text:list-item></text:list>"
          "<table:table><table:table-row><table:table-cell><text:p>a</text:p></table:table-cell>"
          "<table:table-cell><text:p>b</text:p></table:table-cell></table:table-row></"
          "table:table>"));
  EXPECT_EQ(document.title, "Meta title");
  EXPECT_EQ(outline(document), "Head>Head\n\nOne  two\tthree the note\n\n- item\n\na\tb");
}

TEST(OdtReader, EncryptionIsSaid) {
  std::string manifest =
      "<m:manifest xmlns:m=\"m\"><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>";
  EXPECT_EQ(read_error(Format::kOdt, make_odt("x", {{"META-INF/manifest.xml", manifest}})).code,
            ErrorCode::kEncryptedDocument);
}

TEST(EpubReader, ChaptersInTheOrderOfTheSpine) {
  auto document = read(
      Format::kEpub,
      make_epub({"<html><head><title/></head><body><h1>Last</h1><p>end</p></body></html>",
                 "<html><body><h1>First</h1><a id='x'/><p>start</p><p/><p>on</p></body></html>"}));
  EXPECT_EQ(document.title, "The Book");
  EXPECT_EQ(outline(document), "First>First\n\nstart\n\non|Last>Last\n\nend");
}

TEST(EpubReader, ProtectedChaptersAreSaid) {
  auto encryption = [](std::string_view uri) {
    return fmt::format(
        "<encryption><EncryptedData><CipherReference URI=\"{}\"/></EncryptedData></encryption>",
        uri);
  };
  std::string chapter = "<html><body><p>x</p></body></html>";
  EXPECT_EQ(
      read_error(Format::kEpub, make_epub({chapter}, {{"META-INF/encryption.xml",
                                                       encryption("OPS/text/chapter%200.xhtml")}}))
          .code,
      ErrorCode::kEncryptedDocument);
  EXPECT_EQ(read(Format::kEpub,
                 make_epub({chapter}, {{"META-INF/encryption.xml", encryption("OPS/font.otf")}}))
                .text,
            "x");
}

TEST(Archive, BombsAreStoppedByRatioSizeAndCount) {
  Error error = read_error(Format::kDocx, make_docx(paragraph(std::string(200 << 20, 'x'))));
  EXPECT_EQ(error.code, ErrorCode::kTooLarge);

  ExtractLimits limits;
  limits.inflated_bytes = 1000;
  EXPECT_EQ(read_error(Format::kDocx, make_docx(paragraph(std::string(2000, 'x'))), limits).code,
            ErrorCode::kTooLarge);

  Members many;
  for (int i = 0; i < 5000; ++i) many.emplace_back(fmt::format("media/{}", i), "");
  EXPECT_EQ(read_error(Format::kDocx, make_docx(paragraph("x"), many)).code, ErrorCode::kTooLarge);
}

TEST(Archive, MembersThatPackWellButHonestlyAreRead) {
  EXPECT_TRUE(try_read(Format::kDocx, make_docx(paragraph(std::string(1 << 20, 'x')))));
}

TEST(Archive, NamesThatLeadOutsideAreRefused) {
  for (const char* name :
       {"../../etc/passwd", "/etc/passwd", "word/../../x", "C:\\windows\\x", "..\\x"}) {
    EXPECT_EQ(read_error(Format::kDocx, make_docx(paragraph("x"), {{name, "x"}})).code,
              ErrorCode::kExtractionFailed)
        << name;
  }
}

TEST(Archive, ReferencesStayInside) {
  EXPECT_EQ(resolve_member("ppt/slides/slide1.xml", "../notesSlides/n.xml"),
            "ppt/notesSlides/n.xml");
  EXPECT_EQ(resolve_member("xl/workbook.xml", "/xl/worksheets/s.xml"), "xl/worksheets/s.xml");
  EXPECT_EQ(resolve_member("", "word/./document.xml"), "word/document.xml");
  EXPECT_EQ(resolve_member("a/b", "../../../../etc/passwd"), "etc/passwd");
}

TEST(Archive, EveryCutIsAnErrorAndNoCrash) {
  std::string docx = make_docx(paragraph("words"));
  for (std::size_t size = 0; size < docx.size() - 22; size += 7) {
    EXPECT_EQ(read_error(Format::kDocx, docx.substr(0, size)).code, ErrorCode::kExtractionFailed)
        << size;
  }
  EXPECT_EQ(read_error(Format::kDocx, "PK\x03\x04").code, ErrorCode::kExtractionFailed);
  EXPECT_EQ(read_error(Format::kDocx, make_zip({{"a", "b"}})).code, ErrorCode::kExtractionFailed);
}

TEST(Xml, EntitiesAreRefused) {
  std::string laughs =
      "<!DOCTYPE d [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">";
  for (char c = 'c'; c < 'm'; ++c) {
    laughs += fmt::format("<!ENTITY {} \"", c);
    for (int i = 0; i < 10; ++i) laughs += fmt::format("&{};", static_cast<char>(c - 1));
    laughs += "\">";
  }
  const std::string xmls[] = {
      laughs + "]><w:d xmlns:w=\"w\"><w:p><w:t>&l;</w:t></w:p></w:d>",
      "<!DOCTYPE d [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><w:d "
      "xmlns:w=\"w\"><w:t>&x;</w:t></w:d>",
      "<!DOCTYPE d SYSTEM \"http://127.0.0.1:1/x.dtd\"><w:d xmlns:w=\"w\"><w:t>x</w:t></w:d>"};
  for (const std::string& xml : xmls) {
    Error error = read_error(Format::kDocx, make_zip({{"word/document.xml", xml}}));
    EXPECT_EQ(error.code, ErrorCode::kExtractionFailed);
    EXPECT_THAT(error.message, Not(HasSubstr("root:")));
  }
}

TEST(Xml, DepthIsLimited) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<w:r>";
  EXPECT_EQ(read_error(Format::kDocx, make_docx(deep)).code, ErrorCode::kExtractionFailed);
  Error broken = read_error(Format::kDocx, make_docx("<w:p></w:q>"));
  EXPECT_THAT(broken.message, HasSubstr("broken at line 1"));
}

TEST(OfficeReaders, EncryptedOfficeFilesAreSaid) {
  std::string ole = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 EncryptedPackage";
  for (Format format : {Format::kDocx, Format::kXlsx, Format::kPptx}) {
    EXPECT_EQ(read_error(format, ole).code, ErrorCode::kEncryptedDocument);
  }
}

TEST(OfficeReaders, RandomDamageNeverCrashes) {
  unsigned seed = std::random_device()();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  const std::pair<Format, std::string> whole[] = {
      {Format::kDocx, make_docx(paragraph("words"))},
      {Format::kXlsx, make_xlsx("<row><c t=\"s\"><v>0</v></c></row>")},
      {Format::kOdt, make_odt("<text:p>x</text:p>")},
      {Format::kEpub, make_epub({"<p>x</p>"})}};
  for (int round = 0; round < 2000; ++round) {
    auto [format, bytes] = whole[random() % std::size(whole)];
    for (unsigned i = random() % 8; i > 0; --i)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    try_read(format, bytes);
  }
}

}  // namespace
}  // namespace walrus::extract
