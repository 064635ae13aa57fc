#include <gmock/gmock.h>

#include <random>

#include "extract/format.h"
#include "extract/test_files.h"
#include "extract/zip_names.h"

namespace walrus::extract {
namespace {

using testing::HasSubstr;

Result<Format> detect_bytes(std::string_view bytes, std::string_view name) {
  TemporaryFile file(bytes);
  return detect(file.path(), name);
}

Format format_of(std::string_view bytes, std::string_view name) {
  auto format = detect_bytes(bytes, name);
  EXPECT_TRUE(format) << (format ? "" : format.error().message);
  return format.value_or(Format::kText);
}

Error refusal(std::string_view bytes, std::string_view name) {
  auto format = detect_bytes(bytes, name);
  EXPECT_FALSE(format) << info(*format).name;
  return format ? Error{} : format.error();
}

TEST(Formats, EveryFormatIsFoundByItsOwnExtension) {
  for (int i = 0; i <= static_cast<int>(Format::kEpub); ++i) {
    auto format = static_cast<Format>(i);
    EXPECT_EQ(info(format).format, format);
    EXPECT_EQ(format_from_extension(info(format).extension), format);
    EXPECT_EQ(format_from_extension(info(format).extension.substr(1)), format);
    EXPECT_FALSE(info(format).content_type.empty());
  }
  EXPECT_EQ(format_from_extension(".PDF"), Format::kPdf);
  EXPECT_EQ(format_from_extension("htm"), Format::kHtml);
  EXPECT_EQ(format_from_extension("exe"), std::nullopt);
  EXPECT_EQ(format_from_extension(""), std::nullopt);
}

TEST(Detect, GoesByContentWhateverTheName) {
  EXPECT_EQ(format_of(make_pdf({"x"}), "report.txt"), Format::kPdf);
  EXPECT_EQ(format_of("\n\n" + make_pdf({"x"}), "report"), Format::kPdf);
  EXPECT_EQ(format_of(std::string(900, '\x01') + make_pdf({"x"}), "mail.pdf"), Format::kPdf);
  EXPECT_EQ(format_of(make_docx("<w:p/>"), "a.zip"), Format::kDocx);
  EXPECT_EQ(format_of(make_xlsx(""), "a.docx"), Format::kXlsx);
  EXPECT_EQ(format_of(make_pptx({""}, {1}), "x"), Format::kPptx);
  EXPECT_EQ(format_of(make_odt(""), "x"), Format::kOdt);
  EXPECT_EQ(format_of(make_epub({"<p/>"}), "x"), Format::kEpub);
  EXPECT_EQ(format_of("Just words.", "report.pdf"), Format::kText);
  EXPECT_EQ(format_of("  <!DOCTYPE html><p>x", "page.txt"), Format::kHtml);
  EXPECT_EQ(format_of("\xEF\xBB\xBF<?xml version=\"1.0\"?><html xmlns=\"x\"/>", "page"),
            Format::kHtml);
  EXPECT_EQ(format_of("{\"a\": [1, 2]}", "notes.txt"), Format::kJson);
}

TEST(Detect, GoesByNameAmongTexts) {
  EXPECT_EQ(format_of("# Title", "README.md"), Format::kMarkdown);
  EXPECT_EQ(format_of("<h1 align=center>x</h1>\n# y", "README.md"), Format::kMarkdown);
  EXPECT_EQ(format_of("a,b\n1,2", "t.CSV"), Format::kCsv);
  EXPECT_EQ(format_of("{broken", "x.json"), Format::kJson);
  EXPECT_EQ(format_of("<p>x</p>", "x.html"), Format::kHtml);
  EXPECT_EQ(format_of("<p>x</p>", "x"), Format::kHtml);
  EXPECT_EQ(format_of("<p>x</p>", "x.txt"), Format::kText);
  EXPECT_EQ(format_of("[1] A reference", "x"), Format::kText);
  EXPECT_EQ(format_of("plain", "x.py"), Format::kText);
  EXPECT_EQ(format_of("", "x.md"), Format::kMarkdown);
}

TEST(Detect, TextThatSpeaksOfPdfIsText) {
  EXPECT_EQ(format_of("A file begins with\n%PDF-1.7 and so on", "x.txt"), Format::kText);
  EXPECT_EQ(format_of("In short: %PDF-1.7", "x.txt"), Format::kText);
}

TEST(Detect, TakesTextInWideEncodings) {
  EXPECT_EQ(format_of(std::string_view("\xFF\xFEh\0i\0", 6), "x.txt"), Format::kText);
  EXPECT_EQ(format_of(std::string_view("\xFE\xFF\0h\0i", 6), "x"), Format::kText);
  EXPECT_EQ(format_of("Gr\xFC\xDF"
                      "e aus K\xF6ln",
                      "x.txt"),
            Format::kText);
}

TEST(Detect, RefusesWhatCannotBeReadAndSaysWhatCan) {
  std::string_view png("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16);
  Error error = refusal(png, "scan.pdf");
  EXPECT_EQ(error.code, ErrorCode::kUnsupportedMediaType);
  EXPECT_THAT(error.message, HasSubstr("not what its name says"));
  EXPECT_THAT(error.message, HasSubstr(".docx"));
  EXPECT_THAT(refusal(png, "scan.png").message, HasSubstr("not supported"));
  EXPECT_THAT(refusal(make_zip({{"a.txt", "x"}}), "a.docx").message, HasSubstr("archive"));
  EXPECT_THAT(
      refusal(make_zip({{"mimetype", "application/vnd.oasis.opendocument.spreadsheet"}}), "a.ods")
          .message,
      HasSubstr(".odt"));
  EXPECT_THAT(refusal("{\\rtf1 x}", "a.txt").message, HasSubstr("RTF"));
  EXPECT_THAT(refusal(std::string("MZ\0\0", 4), "a.exe").message, HasSubstr("Supported"));
}

// The old container with one directory sector, in which `stream` is named.
std::string old_office_file(std::string_view stream) {
  std::string file(2048, '\0');
  file.replace(0, 8, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
  file[0x1E] = 9;
  file[0x30] = 1;
  for (std::size_t i = 0; i < stream.size(); ++i) file[1024 + 2 * i] = stream[i];
  return file;
}

TEST(Detect, TellsEncryptedOfficeFilesFromOldOnes) {
  EXPECT_THAT(refusal(old_office_file("WordDocument"), "a.doc").message, HasSubstr("2007"));
  EXPECT_EQ(format_of(old_office_file("EncryptedPackage"), "a.docx"), Format::kDocx);
  EXPECT_EQ(format_of(old_office_file("EncryptedPackage"), "a.xlsx"), Format::kXlsx);
}

TEST(Detect, KnowsAnArchiveThatWasCutShort) {
  std::string docx = make_docx("<w:p><w:r><w:t>words</w:t></w:r></w:p>");
  EXPECT_EQ(format_of(docx.substr(0, docx.size() - 30), "a.docx"), Format::kDocx);
}

TEST(Detect, AMissingFileIsAStorageFault) {
  auto format = detect("/nonexistent/file", "a.txt");
  ASSERT_FALSE(format);
  EXPECT_EQ(format.error().code, ErrorCode::kStorageUnavailable);
  EXPECT_THAT(format.error().message, testing::Not(HasSubstr("nonexistent")));
}

TEST(Detect, SurvivesRandomDamage) {
  unsigned seed = std::random_device()();
  RecordProperty("seed", static_cast<int>(seed));
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  const std::string whole[] = {make_docx("<w:p/>"), make_epub({"<p>x</p>"}),
                               old_office_file("EncryptedPackage"), make_pdf({"x"})};
  for (int round = 0; round < 2000; ++round) {
    std::string bytes = whole[random() % std::size(whole)];
    for (unsigned i = random() % 20; i > 0; --i)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    bytes.resize(random() % (bytes.size() + 1));
    ReadAt read_at = [&](std::uint64_t offset, std::size_t size) {
      return offset < bytes.size() ? bytes.substr(offset, size) : std::string();
    };
    zip_names(std::string_view(bytes).substr(0, 8192), bytes.size(), read_at);
    if (round % 20 == 0) detect_bytes(bytes, "a.docx");
  }
}

}  // namespace
}  // namespace walrus::extract
