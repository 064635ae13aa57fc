#include "http/multipart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <random>
#include <sstream>

#include "http/form_reader.h"

namespace walrus::http {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view kBoundary = "----WebKitFormBoundary7MA4";

// Collects all that a parser says, so that two runs can be compared.
class Recorder final : public MultipartSink {
 public:
  Result<void> begin_part(PartHead head) override {
    text_ += "[" + head.name + "|" + (head.is_file ? "file " + head.filename : "value") + "|" +
             head.content_type + "]";
    return {};
  }
  Result<void> part_bytes(std::string_view bytes) override {
    EXPECT_FALSE(bytes.empty());
    text_ += bytes;
    return {};
  }
  Result<void> end_part() override {
    text_ += "[end]";
    return {};
  }
  std::string text_;
};

// What came out, or "error: ..."; `cuts` are where the bytes are split.
std::string parse(std::string_view body, std::string_view boundary = kBoundary,
                  const std::vector<std::size_t>& cuts = {}, std::size_t most_parts = 32) {
  Recorder recorder;
  MultipartParser parser(boundary, most_parts, recorder);
  std::size_t begin = 0;
  Result<void> fed;
  for (std::size_t i = 0; i <= cuts.size() && fed; ++i) {
    std::size_t end = i < cuts.size() ? cuts[i] : body.size();
    fed = parser.feed(body.substr(begin, end - begin));
    begin = end;
  }
  if (fed) fed = parser.finish();
  return fed ? recorder.text_ : "error: " + fed.error().message;
}

std::string part(std::string_view fields, std::string_view content) {
  return "--" + std::string(kBoundary) + "\r\n" + std::string(fields) + "\r\n\r\n" +
         std::string(content) + "\r\n";
}

std::string end() {
  return "--" + std::string(kBoundary) + "--\r\n";
}

std::string value_part(std::string_view content) {
  return part("Content-Disposition: form-data; name=\"a\"", content);
}

std::string sample() {
  std::string almost = "\r\n--" + std::string(kBoundary.substr(0, 20)) + "x\r\r\n-\r\n--\r\n";
  return "preamble\r\n--no\r\n" + value_part("value") + value_part("") +
         part(
             "content-disposition: form-data; name=\"f\"; filename=\"a.bin\"\r\n"
             "Content-Type: application/x-b",
             almost + std::string("\0\xff", 2) + almost) +
         end() + "epilogue\r\n--" + std::string(kBoundary) + "\r\n";
}

std::string sample_result() {
  std::string almost = "\r\n--" + std::string(kBoundary.substr(0, 20)) + "x\r\r\n-\r\n--\r\n";
  return "[a|value|]value[end][a|value|][end][f|file a.bin|application/x-b]" + almost +
         std::string("\0\xff", 2) + almost + "[end]";
}

TEST(Multipart, GivesTheSameWhereverTheBytesAreSplit) {
  std::string body = sample();
  ASSERT_EQ(parse(body), sample_result());
  for (std::size_t cut = 0; cut <= body.size(); ++cut) {
    ASSERT_EQ(parse(body, kBoundary, {cut}), sample_result()) << "split at " << cut;
  }
  std::vector<std::size_t> every(body.size());
  for (std::size_t i = 0; i < every.size(); ++i) every[i] = i;
  EXPECT_EQ(parse(body, kBoundary, every), sample_result());
}

TEST(Multipart, RandomContentsComeBackWhateverTheSplits) {
  unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  // Of the boundary's own characters, so that near misses are the rule.
  std::string alphabet = "\r\n-ab";
  std::string boundary = "a-b";
  for (int round = 0; round < 2000; ++round) {
    std::string body, wanted;
    for (unsigned parts = 1 + random() % 3; parts > 0; --parts) {
      std::string content;
      for (unsigned n = random() % 40; n > 0; --n) content += alphabet[random() % alphabet.size()];
      bool holds_delimiter = ("\r\n" + content).contains("\r\n--" + boundary);
      if (holds_delimiter) content = "plain";
      body +=
          "--" + boundary + "\r\nContent-Disposition: form-data; name=x\r\n\r\n" + content + "\r\n";
      wanted += "[x|value|]" + content + "[end]";
    }
    body += "--" + boundary + "--";
    std::vector<std::size_t> cuts;
    for (unsigned n = random() % 12; n > 0; --n) cuts.push_back(random() % (body.size() + 1));
    std::ranges::sort(cuts);
    ASSERT_EQ(parse(body, boundary, cuts), wanted) << "round " << round;
  }
}

TEST(Multipart, ContentMayLookAlmostLikeABoundary) {
  std::string content = "\r\n\r\n--\r\r\n--" + std::string(kBoundary.substr(0, 25));
  EXPECT_EQ(parse(value_part(content) + end()), "[a|value|]" + content + "[end]");
}

TEST(Multipart, SaysWhatIsBroken) {
  auto disposition = [](std::string_view rest) {
    return part("Content-Disposition: " + std::string(rest), "x") + end();
  };
  std::string boundary = "--" + std::string(kBoundary);
  std::vector<std::pair<std::string, std::string>> cases{
      {"", "the boundary never comes"},
      {"nothing here", "the boundary never comes"},
      {value_part("v"), "ends before the closing boundary"},
      {value_part("v") + boundary, "ends before the closing boundary"},
      {value_part("v") + boundary + "-", "ends before the closing boundary"},
      {boundary + "\r\nContent-Disposition: form-data; name=a", "ends before the closing boundary"},
      {boundary + "x\r\n", "followed by a line end"},
      {boundary + "-x", "followed by a line end"},
      {boundary + "\rx", "followed by a line end"},
      {boundary + "\n", "followed by a line end"},
      {boundary + std::string(300, ' ') + "\r\n", "followed by a line end"},
      {boundary + "\r\n\r\nx\r\n" + end(), "no Content-Disposition"},
      {part("Content-Type: text/plain", "x") + end(), "no Content-Disposition"},
      {disposition("attachment; name=a"), "is not 'form-data'"},
      {disposition("form-data"), "has no name"},
      {disposition("form-data; name=\"a"), "cannot be parsed"},
      {disposition("form-data; name=a; name=b"), "cannot be parsed"},
      {disposition("form-data; name=\"\xff\""), "is not UTF-8"},
      {disposition("form-data; name=a; filename*=UTF-8''%zz"), "filename* cannot be decoded"},
      {disposition("form-data; name=a; filename*=UTF-8''%ff"), "filename* cannot be decoded"},
      {disposition("form-data; name=a; filename*=koi8''a"), "filename* cannot be decoded"},
      {disposition("form-data; name=a; filename*=a"), "filename* cannot be decoded"},
      {part("Content-Disposition: form-data; name=a\r\nContent-Disposition: form-data; name=b",
            "") +
           end(),
       "two Content-Dispositions"},
      {part("Content-Disposition : form-data; name=a", "") + end(), "has no name"},
      {part("Content-Disposition: form-data; name=a\nX: y", "") + end(), "control characters"},
      {part("Content-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: base64", "") +
           end(),
       "Content-Transfer-Encoding"},
      {boundary + "\r\nX: " + std::string(9000, 'x'), "longer than 8 KiB"},
  };
  for (auto& [body, words] : cases) {
    EXPECT_THAT(parse(body), HasSubstr(words)) << body.substr(0, 200);
    EXPECT_THAT(parse(body), testing::StartsWith("error: ")) << body.substr(0, 200);
  }
}

TEST(Multipart, PartHeadsMayBeExactlyAsLongAsTheLimit) {
  std::string fields = "Content-Disposition: form-data; name=a\r\nX: ";
  fields += std::string(8192 - fields.size(), 'x');
  EXPECT_EQ(parse(part(fields, "v") + end()), "[a|value|]v[end]");
  EXPECT_THAT(parse(part(fields + "x", "v") + end()), HasSubstr("longer than 8 KiB"));
}

TEST(Multipart, CountsParts) {
  std::string body = value_part("1") + value_part("2") + value_part("3") + end();
  EXPECT_THAT(parse(body, kBoundary, {}, 3), testing::EndsWith("3[end]"));
  EXPECT_THAT(parse(body, kBoundary, {}, 2), HasSubstr("more than 2 parts"));
}

TEST(Multipart, AllowsSpacesAfterABoundary) {
  std::string boundary = "--" + std::string(kBoundary);
  EXPECT_EQ(parse(boundary + " \t\r\nContent-Disposition: form-data; name=a\r\n\r\nv\r\n" +
                  boundary + "--"),
            "[a|value|]v[end]");
}

std::string filename_of(std::string_view parameters) {
  Result<PartHead> head =
      parse_part_head("Content-Disposition: form-data; name=f; " + std::string(parameters));
  return head ? head->filename : "error: " + head.error().message;
}

TEST(PartHead, ReadsFilenamesAsClientsWriteThem) {
  EXPECT_EQ(filename_of(R"(filename="a b.pdf")"), "a b.pdf");
  EXPECT_EQ(filename_of("filename=a.pdf"), "a.pdf");
  EXPECT_EQ(filename_of(R"(filename="say \"hi\" \\.txt")"), R"(say "hi" \.txt)");
  EXPECT_EQ(filename_of(R"(filename="C:\docs\new.txt")"), R"(C:\docs\new.txt)");
  EXPECT_EQ(filename_of(R"(filename="a%22b%0D%0Ac%20%41")"), "a\"b\r\nc%20%41");
  EXPECT_EQ(filename_of("filename=\"\xc3\xbc\xe2\x82\xac.txt\""), "\xc3\xbc\xe2\x82\xac.txt");
  EXPECT_EQ(filename_of("filename=\"\xfc.txt\""), "\xef\xbf\xbd.txt");
  EXPECT_EQ(filename_of("filename=\"plain\"; filename*=UTF-8''%e2%82%ac%20rates"),
            "\xe2\x82\xac rates");
  EXPECT_EQ(filename_of("filename*=iso-8859-1'en'%A3.txt"), "\xc2\xa3.txt");
  EXPECT_EQ(filename_of(R"(filename="../../etc/passwd")"), "../../etc/passwd");
}

TEST(Boundary, IsTakenFromTheContentType) {
  EXPECT_EQ(*multipart_boundary("multipart/form-data; boundary=abc"), "abc");
  EXPECT_EQ(*multipart_boundary("Multipart/Form-Data;charset=utf-8; boundary=\"a b'()+_,-./:=?\""),
            "a b'()+_,-./:=?");
  EXPECT_EQ(multipart_boundary("multipart/form-data; boundary=" + std::string(70, 'x'))->size(),
            70u);
}

TEST(Boundary, IsRefusedWithTheRightCode) {
  auto code = [](const std::string& type) { return multipart_boundary(type).error().code; };
  EXPECT_EQ(code(""), ErrorCode::kUnsupportedMediaType);
  EXPECT_EQ(code("application/json"), ErrorCode::kUnsupportedMediaType);
  EXPECT_EQ(code("multipart/mixed; boundary=a"), ErrorCode::kUnsupportedMediaType);
  EXPECT_EQ(code("multipart/form-data"), ErrorCode::kBadRequest);
  EXPECT_EQ(code("multipart/form-data; boundary="), ErrorCode::kBadRequest);
  EXPECT_EQ(code("multipart/form-data; boundary=\"\""), ErrorCode::kBadRequest);
  EXPECT_EQ(code("multipart/form-data; boundary=\"a \""), ErrorCode::kBadRequest);
  EXPECT_EQ(code("multipart/form-data; boundary=\"a\rb\""), ErrorCode::kBadRequest);
  EXPECT_EQ(code("multipart/form-data; boundary=" + std::string(71, 'x')), ErrorCode::kBadRequest);
}

class FormReaderTest : public ::testing::Test {
 protected:
  FormReaderTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "walrus-form-XXXXXX").string();
    directory_ = mkdtemp(pattern.data());
  }
  ~FormReaderTest() override { std::filesystem::remove_all(directory_); }

  Result<std::vector<FormPart>> read(std::string_view body, std::size_t piece = 1000) {
    FormReader reader(kBoundary, limits_, directory_);
    for (; !body.empty(); body.remove_prefix(std::min(piece, body.size()))) {
      Result<void> written = reader.write(body.substr(0, piece));
      if (!written) return std::unexpected(written.error());
    }
    return reader.take();
  }
  std::size_t files() const {
    auto all = std::filesystem::directory_iterator(directory_);
    return static_cast<std::size_t>(std::distance(begin(all), std::filesystem::end(all)));
  }
  static std::string file_part(std::string_view content) {
    return part(
        "Content-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n"
        "Content-Type: text/plain",
        content);
  }

  std::filesystem::path directory_;
  Limits limits_;
};

TEST_F(FormReaderTest, WritesFilesAndHashesThem) {
  std::string content;
  for (int i = 0; content.size() < 300'000; ++i) content += "line " + std::to_string(i) + "\r\n";
  auto form = read(file_part(content) + file_part("abc") + value_part("v") + end());
  ASSERT_TRUE(form) << form.error().message;
  ASSERT_EQ(form->size(), 3u);
  std::stringstream stored;
  stored << std::ifstream((*form)[0].file.path(), std::ios::binary).rdbuf();
  EXPECT_EQ(stored.str(), content);
  EXPECT_EQ((*form)[0].size, content.size());
  EXPECT_EQ((*form)[1].sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ((*form)[1].content_type, "text/plain");
  EXPECT_EQ((*form)[2].value, "v");
  EXPECT_FALSE((*form)[2].is_file);
  struct stat status;
  ASSERT_EQ(stat((*form)[0].file.path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  EXPECT_EQ(files(), 2u);
  form->clear();
  EXPECT_EQ(files(), 0u);
}

TEST_F(FormReaderTest, AFileMayBeExactlyAsLargeAsTheLimit) {
  limits_.file_bytes = 1000;
  EXPECT_TRUE(read(file_part(std::string(1000, 'x')) + end()));
  auto over = read(file_part(std::string(1001, 'x')) + end(), 1);
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().code, ErrorCode::kPayloadTooLarge);
  EXPECT_EQ(files(), 0u);
}

TEST_F(FormReaderTest, LimitsValuesAndTheWhole) {
  limits_.form_value = 10;
  EXPECT_TRUE(read(value_part("0123456789") + end()));
  EXPECT_EQ(read(value_part("0123456789a") + end()).error().code, ErrorCode::kPayloadTooLarge);
  limits_.file_bytes = 10;
  limits_.form_parts = 1;
  std::string epilogue(largest_form(limits_), 'e');
  EXPECT_EQ(read(value_part("v") + end() + epilogue).error().code, ErrorCode::kPayloadTooLarge);
}

TEST_F(FormReaderTest, AnEmptyFileIsAFile) {
  auto form = read(part("Content-Disposition: form-data; name=f; filename=\"\"", "") + end());
  ASSERT_TRUE(form);
  EXPECT_TRUE((*form)[0].is_file);
  EXPECT_EQ((*form)[0].size, 0u);
  EXPECT_EQ((*form)[0].sha256, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_F(FormReaderTest, LeavesNoFileWhereverItIsCutOff) {
  std::string body = file_part("first") + file_part("second") + end();
  for (std::size_t size = 0; size < body.size() - 2; ++size) {
    auto form = read(body.substr(0, size));
    if (form) form->clear();
    ASSERT_EQ(files(), 0u) << "cut at " << size;
  }
}

TEST_F(FormReaderTest, SaysWhenTheDiskFails) {
  directory_ /= "none";
  auto form = read(file_part("x") + end());
  ASSERT_FALSE(form);
  EXPECT_EQ(form.error().code, ErrorCode::kStorageUnavailable);
  EXPECT_THAT(form.error().message, testing::Not(HasSubstr("none")));
  directory_ = directory_.parent_path();
}

}  // namespace
}  // namespace walrus::http
