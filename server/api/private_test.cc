// Invariant 12: another owner's things are not to be told from things that do not exist.
#include "api/kept_stream_for_test.h"
#include "api/resources_for_test.h"
#include "base/ids.h"

namespace walrus::api {
namespace {

class PrivateTest : public ResourcesTest {
 protected:
  PrivateTest() : theirs(life.upload("secret.txt", "The walrus hides pearls.", {}, {}, "eve")) {
    EXPECT_TRUE(life.run_until([this] { return outcome() == status::Outcome::kCompleted; }));
  }

  status::Outcome outcome() {
    auto record = testing::run(life.loop, disk.tables.operation("eve", theirs.operation_id));
    return (*record)->state.outcome;
  }

  // The answer with what the client itself said taken out of it. A PATCH brings a file.
  std::string answer(const std::string& method, std::string target, const std::string& id,
                     const std::string& body = {}) {
    target.replace(target.find("{}"), 2, id);
    auto made = request(method, target, body);
    if (method == "PATCH") made.form.push_back(file("mine.txt", "The narwhal eats squid."));
    auto response = call(std::move(made));
    std::string text = std::to_string(response.status) + " " + response.body;
    if (response.stream) {
      Received received;
      auto kept = listen(response, received);
      kept->close();
      life.loop.run_until_idle();
      for (const std::string& event : received.events) text += event;
    }
    for (std::size_t at; (at = text.find(id)) != std::string::npos;)
      text.replace(at, id.size(), "ID");
    return text;
  }

  std::shared_ptr<KeptStream> listen(http::Response& response, Received& out) {
    auto kept = std::make_shared<KeptStream>(life.loop, out, 1000);
    response.stream(kept);
    life.loop.run_until_idle();
    return kept;
  }

  testing::ServerLife::Accepted theirs;
};

TEST_F(PrivateTest, PrivateThingsOfAnotherOwnerAreAsThoughTheyWereNot) {
  struct Asked {
    const char* method;
    const char* target;
    const char* body = "";
  };
  const Asked of_documents[] = {{"GET", "/v1/documents/{}"},
                                {"GET", "/v1/documents/{}/status"},
                                {"GET", "/v1/documents/{}/status?wait=1&after=1"},
                                {"GET", "/v1/documents/{}/status/history"},
                                {"GET", "/v1/documents/{}/events"},
                                {"GET", "/v1/documents/{}/chunks"},
                                {"GET", "/v1/documents/{}/chunks/{}:1:0"},
                                {"GET", "/v1/documents/{}/content"},
                                {"GET", "/v1/documents/status?ids={}"},
                                {"POST", "/v1/documents/{}/cancel"},
                                {"POST", "/v1/documents/{}/retry"},
                                {"PATCH", "/v1/documents/{}"},
                                {"DELETE", "/v1/documents/{}"},
                                {"DELETE", "/v1/documents/website/{}"}};
  const Asked of_operations[] = {{"GET", "/v1/operations/{}"},
                                 {"GET", "/v1/operations/{}/history"},
                                 {"GET", "/v1/operations/{}/events"},
                                 {"GET", "/v1/events?operations={}"},
                                 {"POST", "/v1/operations/{}/cancel"},
                                 {"POST", "/v1/operations/{}/retry"},
                                 {"POST", "/v1/operations/{}/events", R"({"message":"mine"})"}};
  const std::string nothing = new_uuid(clock.now());
  // What its owner is changing at the moment is not to be told from it either.
  Claims::Claim changing = life.claims.take({"eve", theirs.document_id});
  ASSERT_TRUE(changing);
  for (const Asked& asked : of_documents) {
    EXPECT_EQ(answer(asked.method, asked.target, theirs.document_id, asked.body),
              answer(asked.method, asked.target, nothing, asked.body))
        << asked.target;
  }
  for (const Asked& asked : of_operations) {
    EXPECT_EQ(answer(asked.method, asked.target, theirs.operation_id, asked.body),
              answer(asked.method, asked.target, nothing, asked.body))
        << asked.target;
  }
}

TEST_F(PrivateTest, PrivateOperationsOfAnotherOwnerAreNotInTheStreamOfAllOnesOwn) {
  auto response = get("/v1/events");
  ASSERT_TRUE(response.stream);
  Received received;
  auto kept = listen(response, received);
  life.upload("more.txt", "The walrus hides more.", {}, {}, "eve");
  Uploaded mine = uploaded("mine.txt", "The narwhal eats squid.");
  EXPECT_FALSE(received.events.empty());
  for (const std::string& event : received.events) {
    EXPECT_NE(event.find(mine.operation_id), std::string::npos) << event;
  }
  kept->close();
  life.loop.run_until_idle();
}

TEST_F(PrivateTest, PrivateThingsOfAnotherOwnerAreNeitherListedNorFound) {
  EXPECT_EQ(get("/v1/documents/").body, "[]");
  EXPECT_TRUE(parsed(get("/v1/operations")).at("operations").as_array().empty());
  json::value found = parsed(post("/v1/search", R"({"query":"pearls"})"));
  EXPECT_TRUE(found.at("results").as_array().empty());
  EXPECT_EQ(outcome(), status::Outcome::kCompleted);
}

}  // namespace
}  // namespace walrus::api
