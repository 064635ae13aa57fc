#include "http/message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "http/field_text.h"
#include "http/response_head.h"

namespace walrus::http {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

TEST(PercentDecode, DecodesPairsOfHexDigits) {
  EXPECT_EQ(percent_decode("%41b%c3%A9"), "Ab\xc3\xa9");
  EXPECT_EQ(percent_decode(""), "");
  EXPECT_EQ(percent_decode("a+b"), "a+b");
  EXPECT_EQ(percent_decode("a+b", true), "a b");
  EXPECT_EQ(percent_decode("%2B", true), "+");
  EXPECT_EQ(percent_decode("%00"), std::string(1, '\0'));
}

TEST(PercentDecode, RefusesWhatIsNot) {
  for (std::string_view bad : {"%", "%4", "a%", "%4g", "%g4", "%%41", "%+1", "% 1"}) {
    EXPECT_EQ(percent_decode(bad), std::nullopt) << bad;
  }
}

TEST(Headers, CompareNamesWithoutCaseAndKeepOrder) {
  Headers headers;
  headers.add("Accept", "a");
  headers.add("accept", "b");
  headers.add("Host", "h");
  EXPECT_EQ(headers.get("ACCEPT"), "a");
  EXPECT_EQ(headers.get("Accep"), std::nullopt);
  headers.set("ACCEPT", "c");
  EXPECT_THAT(headers.fields(), ElementsAre(Pair("Host", "h"), Pair("ACCEPT", "c")));
}

TEST(Query, IsDecodedInOrder) {
  Request request;
  request.query = "a=1&b=x+y%26&a=2&&empty=&bare&=v&bad=%zz&eq=a=b";
  EXPECT_THAT(request.query_parameters(),
              ElementsAre(Pair("a", "1"), Pair("b", "x y&"), Pair("a", "2"), Pair("empty", ""),
                          Pair("bare", ""), Pair("", "v"), Pair("bad", "%zz"), Pair("eq", "a=b")));
  EXPECT_EQ(request.query_parameter("a"), "1");
  EXPECT_EQ(request.query_parameter("bare"), "");
  EXPECT_EQ(request.query_parameter("none"), std::nullopt);
}

TEST(TemporaryFile, GoesUnlessTaken) {
  auto path =
      std::filesystem::temp_directory_path() / ("walrus-temporary-" + std::to_string(getpid()));
  std::ofstream(path) << "x";
  {
    TemporaryFile file(path);
    TemporaryFile moved(std::move(file));
    EXPECT_EQ(moved.take(), path);
  }
  EXPECT_TRUE(std::filesystem::exists(path));
  {
    TemporaryFile file(path);
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(FieldText, ParsesParameters) {
  auto parsed = parse_parameterized("Form-Data ; Name=\"a;\\\"b\\\\\"; filename = x");
  EXPECT_FALSE(parsed);  // no space around '='
  parsed = parse_parameterized("Form-Data ; Name=\"a;\\\"b\\\\\" ;filename=x;");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->value, "form-data");
  EXPECT_THAT(parsed->parameters, ElementsAre(Pair("name", "a;\"b\\"), Pair("filename", "x")));
  parsed = parse_parameterized(R"(x; f="C:\dir\a.txt")");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(*parsed->find("f"), R"(C:\dir\a.txt)");
}

TEST(FieldText, RefusesMalformedParameters) {
  for (std::string_view bad : {"", ";a=b", "x; a", "x; a=", "x; =b", "x; a=\"b", "x; a=b; A=c",
                               "x; a=\"b\"c", "x; a=b c"}) {
    EXPECT_FALSE(parse_parameterized(bad)) << bad;
  }
}

TEST(ResponseHead, HoldsWhatItMust) {
  Response response = Response::json(404, "{}");
  response.headers.add("X-A", "1");
  std::string out;
  append_head(out, response, {.date = "D", .request_id = "r1", .keep_alive = true, .length = 2});
  EXPECT_EQ(out,
            "HTTP/1.1 404 Not Found\r\nDate: D\r\nContent-Type: application/json\r\n"
            "X-Request-Id: r1\r\nX-A: 1\r\nContent-Length: 2\r\n\r\n");
}

TEST(ResponseHead, LetsNoValueEndItsLine) {
  Response response = Response::text(200, "");
  response.headers.add("X-A", "1\r\nSet-Cookie: evil=1\x01");
  std::string out;
  append_head(out, response, {.date = "D"});
  EXPECT_THAT(out, Not(HasSubstr("\nSet-Cookie")));
  EXPECT_THAT(out, HasSubstr("X-A: 1  Set-Cookie: evil=1 \r\n"));
}

TEST(ResponseHead, WritesDates) {
  using namespace std::chrono;
  auto time = sys_days(2024y / January / 15) + 10h + 30min + 45s + 999999us;
  EXPECT_EQ(http_date(time), "Mon, 15 Jan 2024 10:30:45 GMT");
}

}  // namespace
}  // namespace walrus::http
