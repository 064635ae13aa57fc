// The routes of webhooks. No dispatcher runs here: what is put into the outbox stays there.
#include "api/webhooks.h"

#include "api/resources_for_test.h"
#include "testing/store_fixture.h"

namespace walrus::api {
namespace {

constexpr std::string_view kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

class WebhookRoutes : public ::testing::Test {
 protected:
  http::Request request(std::string name, std::string body = {}, std::string query = {}) {
    http::Request made;
    made.parameters = {{"name", std::move(name)}};
    made.body = std::move(body);
    made.query = std::move(query);
    return made;
  }
  Result<http::Response> put(std::string name, std::string body) {
    return testing::run(life.loop, routes.put(request(std::move(name), std::move(body))));
  }
  // The pointer of the field that is refused.
  std::string refused(std::string name, std::string body) {
    auto answer = put(std::move(name), std::move(body));
    if (answer) return "taken";
    EXPECT_EQ(answer.error().code, ErrorCode::kValidationError) << answer.error().message;
    return answer.error().fields.empty() ? "" : answer.error().fields[0].pointer;
  }
  static json::object parsed(const Result<http::Response>& response) {
    return parse_json(response.value().body).value().as_object();
  }
  static std::string good() { return R"({"url":"https://a.example/","events":["operation.*"]})"; }

  testing::ManualClock clock;
  testing::Disk disk{clock};
  testing::ServerLife life{clock, disk};
  LifeServices parts{life, disk, clock};
  webhooks::Registry& registry = parts.registry;
  Services& services = parts.services;
  Webhooks routes{services};
};

TEST_F(WebhookRoutes, AreMadeReplacedAndDeleted) {
  auto made = put("ci", good());
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->status, 201);
  EXPECT_TRUE(parsed(made).at("secret").as_string().starts_with("whsec_"));
  EXPECT_EQ(registry.names("local").size(), 1u);
  auto shown = testing::run(life.loop, routes.show(request("ci")));
  EXPECT_FALSE(parsed(shown).contains("secret"));

  auto replaced =
      put("ci", R"({"url":"https://b.example/","events":["operation.failed"],"secret":")" +
                    std::string(kSecret) + R"("})");
  ASSERT_TRUE(replaced);
  EXPECT_EQ(replaced->status, 200);
  EXPECT_EQ(replaced->body.find(kSecret), std::string::npos);
  EXPECT_EQ(registry.find("local", "ci")->secret, kSecret);
  EXPECT_EQ(registry.find("local", "ci")->url, "https://b.example/");

  EXPECT_EQ(testing::run(life.loop, routes.remove(request("ci")))->status, 200);
  EXPECT_FALSE(registry.find("local", "ci"));
  auto again = testing::run(life.loop, routes.remove(request("ci")));
  EXPECT_EQ(again.error().code, ErrorCode::kNotFound);
}

using WebhookChanges = ResourcesTest;

TEST_F(WebhookChanges, WaitForEachOtherAndFindWhatIsThereThen) {
  std::vector<std::optional<http::Response>> answers(4);
  auto change = [&](std::size_t at, std::string method, std::string body = {}) {
    start(request(std::move(method), "/v1/webhooks/ci", std::move(body)), answers[at]);
  };
  std::string good = R"({"url":"https://a.example/","events":["operation.*"]})";
  life.store.answer_late(std::chrono::milliseconds(100));
  change(0, "PUT", good);
  change(1, "DELETE");
  change(2, "DELETE");
  change(3, "PUT", good);
  ASSERT_TRUE(life.run_until([&] { return tasks.running() == 0; }));
  EXPECT_EQ(answers[0]->status, 201);
  EXPECT_EQ(answers[1]->status, 200);
  EXPECT_EQ(answers[2]->status, 404);
  EXPECT_EQ(answers[3]->status, 201);
  EXPECT_TRUE(parts.registry.find("local", "ci"));
}

TEST_F(WebhookRoutes, AFieldThatIsWrongIsNamed) {
  EXPECT_EQ(refused("Upper", good()), "name");
  EXPECT_EQ(refused(std::string(65, 'a'), good()), "name");
  EXPECT_EQ(refused("ci", R"({"events":["operation.*"]})"), "/url");
  EXPECT_EQ(refused("ci", R"({"url":"http://a.example/","events":["operation.*"]})"), "/url");
  EXPECT_EQ(refused("ci", R"({"url":"https://127.0.0.1/","events":["operation.*"]})"), "/url");
  for (std::string_view events :
       {"null", "[]", R"("operation.*")", R"(["operation.started"])", "[1]", R"(["*"])"}) {
    EXPECT_EQ(refused("ci", R"({"url":"https://a.example/","events":)" + std::string(events) + "}"),
              "/events");
  }
  for (std::string_view secret : {"7", R"("word")", R"("whsec_c2hvcnQ=")"}) {
    EXPECT_EQ(refused("ci", R"({"url":"https://a.example/","events":["operation.*"],"secret":)" +
                                std::string(secret) + "}"),
              "/secret");
  }
  EXPECT_TRUE(registry.all().empty());
}

TEST_F(WebhookRoutes, AreTwentyAtMost) {
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(put("hook-" + std::to_string(i), good()));
  auto refused = put("one-more", good());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
  EXPECT_FALSE(registry.find("local", "one-more"));
  EXPECT_TRUE(put("hook-7", good())) << "replacing is no more";
}

TEST_F(WebhookRoutes, ATestGoesIntoTheLog) {
  ASSERT_TRUE(put("ci", good()));
  auto accepted = testing::run(life.loop, routes.test(request("ci")));
  ASSERT_TRUE(accepted);
  EXPECT_EQ(accepted->status, 202);
  auto log = parsed(testing::run(life.loop, routes.deliveries(request("ci"))));
  const json::value& row = log.at("deliveries").at(0);
  EXPECT_EQ(row.at("delivery_id"), parsed(accepted).at("delivery_id"));
  EXPECT_EQ(view(row.at("type").as_string()), "webhook.test");
  EXPECT_EQ(view(row.at("state").as_string()), "pending");
  EXPECT_TRUE(row.at("operation_id").is_null());
  EXPECT_TRUE(log.at("next_cursor").is_null());
  auto missing = testing::run(life.loop, routes.test(request("none")));
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
}

TEST_F(WebhookRoutes, OfAnotherOwnerAreNotThere) {
  store::WebhookRecord theirs{.owner = "eve", .name = "ci", .url = "https://eve.example/"};
  store::WriteBatch batch;
  batch.mutations.push_back(store::PutWebhook{theirs, 20});
  ASSERT_TRUE(testing::run(life.loop, life.store.commit(std::move(batch))));
  EXPECT_EQ(testing::run(life.loop, routes.show(request("ci"))).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(testing::run(life.loop, routes.remove(request("ci"))).error().code,
            ErrorCode::kNotFound);
  EXPECT_EQ(testing::run(life.loop, routes.deliveries(request("ci"))).error().code,
            ErrorCode::kNotFound);
  EXPECT_EQ(testing::run(life.loop, routes.test(request("ci"))).error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(
      parsed(testing::run(life.loop, routes.list(request("")))).at("webhooks").as_array().empty());
}

}  // namespace
}  // namespace walrus::api
