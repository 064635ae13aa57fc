#include "api/document_json.h"

#include <gtest/gtest.h>

#include "api/fields.h"
#include "api/responses.h"

namespace walrus::api {
namespace {

TEST(CleanFilenameTest, TakesTheTricksOut) {
  EXPECT_EQ(clean_filename("report.pdf"), "report.pdf");
  EXPECT_EQ(clean_filename("../../etc/passwd"), "passwd");
  EXPECT_EQ(clean_filename("C:\\Users\\me\\a.docx"), "a.docx");
  EXPECT_EQ(clean_filename(std::string("a\0b\r\nc\x7F.txt", 11)), "abc.txt");
  EXPECT_EQ(clean_filename("a\xE2\x80\xAE"
                           "fdp.exe"),
            "afdp.exe");  // right-to-left override
  EXPECT_EQ(clean_filename("\xFF.txt"), "\xEF\xBF\xBD.txt");
  for (auto nothing : {"", ".", "..", "/", "a/", "\x01"})
    EXPECT_EQ(clean_filename(nothing), "upload") << nothing;
  EXPECT_EQ(clean_filename(std::string(1000, 'x')).size(), 255u);
}

TEST(AttachmentTest, CannotBeBrokenOutOf) {
  EXPECT_EQ(attachment("a\"b.pdf"), "attachment; filename=\"a_b.pdf\"; filename*=UTF-8''a%22b.pdf");
  EXPECT_EQ(attachment("ä.pdf"), "attachment; filename=\"__.pdf\"; filename*=UTF-8''%C3%A4.pdf");
}

json::object body(std::string_view text) {
  return parse_json(text)->as_object();
}

TEST(FieldsTest, NameWhatIsWrong) {
  auto wrong = text_field(body(R"({"query":7})"), "query", 1, 10);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, ErrorCode::kValidationError);
  EXPECT_EQ(wrong.error().fields.at(0).pointer, "/query");
  EXPECT_FALSE(text_field(body(R"({})"), "query", 1, 10));
  EXPECT_FALSE(text_field(body(R"({"query":"12345678901"})"), "query", 1, 10));
  EXPECT_TRUE(
      text_field(body(R"({"query":"ääääääääää"})"), "query", 1, 10));  // characters, not bytes
  EXPECT_FALSE(integer_field(body(R"({"k":0})"), "k", 1, 20, 8));
  EXPECT_FALSE(integer_field(body(R"({"k":1.5})"), "k", 1, 20, 8));
  EXPECT_FALSE(integer_field(body(R"({"k":"8"})"), "k", 1, 20, 8));
  EXPECT_EQ(integer_field(body(R"({})"), "k", 1, 20, 8), 8);
  EXPECT_FALSE(boolean_field(body(R"({"stream":"true"})"), "stream"));
  for (auto bad : {R"({"s":""})", R"({"s":"a/b"})", R"({"s":"a\nb"})", R"({"s":1})"}) {
    EXPECT_FALSE(label_field(body(bad), "s", true)) << bad;
  }
  EXPECT_EQ(without_prefix("conv#a"), "a");
  EXPECT_EQ(without_prefix("conv#conv#a"), "conv#a");
}

TEST(StatusResponseTest, AnswersNotModifiedForTheTagItGave) {
  http::Request request;
  EXPECT_EQ(status_response(request, 41, "{}").headers.get("etag"), "\"41\"");
  for (auto tag : {"\"41\"", "W/\"41\"", "\"1\", \"41\"", "*"}) {
    request.headers.set("If-None-Match", tag);
    EXPECT_EQ(status_response(request, 41, "{}").status, 304) << tag;
  }
  for (auto tag : {"\"4\"", "\"411\"", "41"}) {
    request.headers.set("If-None-Match", tag);
    EXPECT_EQ(status_response(request, 41, "{}").status, 200) << tag;
  }
}

}  // namespace
}  // namespace walrus::api
