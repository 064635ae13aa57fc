// What other people's pipelines may send, and which field is named where they may not.
#include <gtest/gtest.h>

#include "api/report_fields.h"

namespace walrus::api {
namespace {

constexpr std::string_view kPipeline =
    R"({"kind":"import","title":"Orders","steps":[{"name":"fetch","percent":0,"message":"Going"},
        {"name":"load-2.b","percent":60}],"metadata":{"a":1},"timeout_seconds":7})";

json::object pipeline() {
  return parse_json(kPipeline).value().as_object();
}

// The pointer of the field that is refused; empty where nothing is.
template <class Read>
std::string refused(Read read, const json::value& body) {
  auto result = read(body);
  if (result) return "";
  if (result.error().fields.empty()) return "no field: " + result.error().message;
  return result.error().fields.front().pointer;
}
std::string refused_pipeline(const json::object& body) {
  return refused([](const json::value& value) { return pipeline_from_json(value.get_object()); },
                 body);
}
std::string refused_report(std::string_view body) {
  return refused(reports_from_json, parse_json(body).value());
}

TEST(ReportFieldsTest, ReadsAPlan) {
  auto read = pipeline_from_json(pipeline());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->plan->kind(), "import");
  EXPECT_EQ(read->plan->title(), "Orders");
  EXPECT_EQ(read->plan->steps()[0].message, "Going");
  EXPECT_EQ(read->plan->steps()[1].name, "load-2.b");
  EXPECT_EQ(read->plan->steps()[1].percent, 60);
  EXPECT_EQ(read->metadata, (json::object{{"a", 1}}));
  EXPECT_EQ(read->timeout, std::chrono::seconds(7));
  json::object least = pipeline();
  for (const char* name : {"title", "metadata", "timeout_seconds"}) least.erase(name);
  EXPECT_EQ(pipeline_from_json(least)->timeout, std::chrono::seconds(300));
}

TEST(ReportFieldsTest, NamesWhatIsWrongWithAPlan) {
  json::array many;
  for (int i = 0; i < 51; ++i)
    many.push_back(json::object{{"name", "s" + std::to_string(i)}, {"percent", i}});
  auto step = [](json::value name, json::value percent) {
    return json::array{json::object{{"name", std::move(name)}, {"percent", std::move(percent)}}};
  };
  auto letters = [](std::size_t count) { return json::value(json::string(count, 'a')); };
  struct Case {
    const char* member;
    json::value value;
    const char* pointer;
  };
  const Case cases[] = {
      {"kind", nullptr, "/kind"},
      {"kind", "Import", "/kind"},
      {"kind", "", "/kind"},
      {"kind", letters(65), "/kind"},
      {"kind", "chat", "/kind"},
      {"kind", "web_crawl", "/kind"},
      {"title", letters(201), "/title"},
      {"title", 7, "/title"},
      {"steps", nullptr, "/steps"},
      {"steps", json::array(), "/steps"},
      {"steps", many, "/steps"},
      {"steps", json::array{1}, "/steps/0"},
      {"steps", step("Fetch", 1), "/steps/0/name"},
      {"steps", step("fetch", nullptr), "/steps/0/percent"},
      {"steps", step("fetch", 101), "/steps/0/percent"},
      {"steps", step("fetch", -1), "/steps/0/percent"},
      {"steps", step("fetch", 1.5), "/steps/0/percent"},
      {"metadata", json::array(), "/metadata"},
      {"metadata", json::object{{"a", letters(4096)}}, "/metadata"},
      {"timeout_seconds", 0, "/timeout_seconds"},
      {"timeout_seconds", 86'401, "/timeout_seconds"},
  };
  for (const Case& each : cases) {
    json::object body = pipeline();
    body[each.member] = each.value;
    EXPECT_EQ(refused_pipeline(body), each.pointer) << json::serialize(body);
  }
  json::object body = pipeline();
  body["steps"].as_array()[1].as_object()["percent"] = 0;
  EXPECT_EQ(refused_pipeline(body), "/steps/1/percent") << "no further than the step before";
  body = pipeline();
  body["steps"].as_array()[1].as_object()["name"] = "fetch";
  EXPECT_EQ(refused_pipeline(body), "/steps/1/name");
  body = pipeline();
  body["steps"].as_array()[0].as_object()["message"] = letters(501);
  EXPECT_EQ(refused_pipeline(body), "/steps/0/message");
}

TEST(ReportFieldsTest, ReadsAReport) {
  auto read = reports_from_json(
      parse_json(R"([{"report_id":"r1","step":"load","done":3,"total":10,"message":"on",
                      "metadata":{"rows":3},"content":"x\n"},{"status":"completed"},{}])")
          .value());
  ASSERT_TRUE(read);
  ASSERT_EQ(read->reports.size(), 3u);
  const status::Report& report = read->reports[0];
  EXPECT_EQ(report.id, "r1");
  EXPECT_EQ(report.step, "load");
  EXPECT_EQ(report.work->done, 3u);
  EXPECT_EQ(report.work->total, 10u);
  EXPECT_EQ(report.message, "on");
  EXPECT_EQ(report.metadata, (json::object{{"rows", 3}}));
  EXPECT_EQ(report.content, "x\n");
  EXPECT_FALSE(report.ends());
  EXPECT_TRUE(read->reports[1].completed);
  EXPECT_EQ(read->pointers[2], "/2");
}

TEST(ReportFieldsTest, ReadsAFailureInEachForm) {
  auto failure = [](std::string_view body) {
    return reports_from_json(parse_json(body).value())->reports[0].failure.value();
  };
  EXPECT_EQ(failure(R"({"status":"failed"})").message, "The worker reported a failure.");
  EXPECT_EQ(failure(R"({"status":"failed","message":"Why"})").message, "Why");
  EXPECT_EQ(failure(R"({"status":"failed","error":"No disk."})").message, "No disk.");
  auto whole = failure(
      R"({"status":"failed","error":{"type":"timeout","message":"Late.","retryable":false}})");
  EXPECT_EQ(whole.type, ErrorCode::kTimeout);
  EXPECT_EQ(whole.message, "Late.");
  EXPECT_EQ(whole.retryable, false);
}

TEST(ReportFieldsTest, NamesWhatIsWrongWithAReport) {
  const std::pair<std::string, std::string> cases[] = {
      {R"([{},{"step":"A"}])", "/1/step"},
      {R"({"step":7})", "/step"},
      {R"({"done":1})", "/total"},
      {R"({"total":1})", "/done"},
      {R"({"done":-1,"total":1})", "/done"},
      {R"({"done":0,"total":0})", "/total"},
      {R"({"message":")" + std::string(501, 'a') + R"("})", "/message"},
      {R"({"metadata":[]})", "/metadata"},
      {R"({"content":1})", "/content"},
      {R"({"content":")" + std::string(65'537, 'a') + R"("})", "/content"},
      {R"({"status":"processing"})", "/status"},
      {R"({"status":1})", "/status"},
      {R"({"error":"no"})", "/error"},
      {R"({"status":"completed","error":"no"})", "/error"},
      {R"({"status":"failed","error":7})", "/error"},
      {R"({"status":"failed","error":""})", "/error/message"},
      {R"([{"status":"failed","error":{"type":"not_found","message":"x"}}])", "/0/error/type"},
      {R"({"report_id":""})", "/report_id"},
  };
  for (const auto& [body, pointer] : cases) EXPECT_EQ(refused_report(body), pointer) << body;
  EXPECT_EQ(refused(reports_from_json, json::array()), "");
  EXPECT_FALSE(reports_from_json(json::array()));
  json::array many(101, json::object());
  EXPECT_FALSE(reports_from_json(many));
  many.pop_back();
  EXPECT_TRUE(reports_from_json(many));
}

}  // namespace
}  // namespace walrus::api
