// The routes without sockets, on the real parts: what their tests share.
#pragma once

#include <gtest/gtest.h>

#include <fstream>

#include "api/page_for_test.h"
#include "api/routes.h"
#include "api/services_for_test.h"
#include "base/digest.h"

namespace walrus::api {

inline std::vector<std::unique_ptr<llm::Model>> one_model(testing::ModelScript script) {
  std::vector<std::unique_ptr<llm::Model>> models;
  models.push_back(std::make_unique<testing::ScriptedModel>(
      llm::ModelInfo{.model_id = "m", .provider = "openai-compatible"}, std::move(script)));
  return models;
}

class ResourcesTest : public ::testing::Test {
 protected:
  explicit ResourcesTest(testing::ModelScript script =
                             {.pieces = {{"Clams "}, {"and ice.", std::chrono::milliseconds(100)}}})
      : life(clock, disk, one_model(std::move(script))) {}

  http::FormPart file(const std::string& filename, std::string_view content) {
    auto path = disk.blobs.incoming() / std::to_string(++files_);
    std::ofstream(path, std::ios::binary) << content;
    http::FormPart part;
    part.name = "file";
    part.filename = filename;
    part.is_file = true;
    part.file = http::TemporaryFile(path);
    part.size = content.size();
    part.sha256 = sha256_hex(content);
    return part;
  }
  static http::FormPart field(std::string name, std::string value) {
    http::FormPart part;
    part.name = std::move(name);
    part.value = std::move(value);
    return part;
  }

  http::Request request(std::string method, std::string target, std::string body = {}) {
    http::Request made;
    made.method = std::move(method);
    made.path = target.substr(0, target.find('?'));
    if (made.path.size() < target.size()) made.query = target.substr(made.path.size() + 1);
    made.body = std::move(body);
    made.request_id = "r-1";
    made.loop = &life.loop;
    return made;
  }
  http::Request upload(std::string method, std::string target, http::FormPart part) {
    http::Request made = request(std::move(method), std::move(target));
    made.form.push_back(std::move(part));
    return made;
  }

  // Begins a request; `out` has its answer once there is one.
  void start(http::Request made, std::optional<http::Response>& out) {
    auto match = router.match(made.method, made.path);
    ASSERT_TRUE(match.route) << made.method << " " << made.path;
    made.parameters = std::move(match.parameters);
    auto keep = [](Task<http::Response> task, std::optional<http::Response>& answer) -> Task<void> {
      answer.emplace(co_await task);
    };
    tasks.start(keep(match.route->handler(std::move(made)), out));
  }
  http::Response call(http::Request made) {
    std::optional<http::Response> answer;
    start(std::move(made), answer);
    EXPECT_TRUE(life.run_until([&] { return answer.has_value(); }));
    return answer ? std::move(*answer) : http::Response();
  }
  http::Response get(std::string target) { return call(request("GET", std::move(target))); }
  http::Response post(std::string target, std::string body) {
    return call(request("POST", std::move(target), std::move(body)));
  }
  static json::value parsed(const http::Response& response) {
    return parse_json(response.body).value();
  }
  static std::string text(const json::value& object, std::string_view name) {
    return std::string(object.at(name).as_string());
  }

  struct Uploaded {
    std::string document_id;
    std::string operation_id;
  };
  Uploaded uploaded(const std::string& filename, std::string_view content) {
    auto response = call(upload("POST", "/v1/documents/", file(filename, content)));
    EXPECT_EQ(response.status, 202) << response.body;
    Uploaded ids{text(parsed(response), "document_id"), text(parsed(response), "operation_id")};
    EXPECT_TRUE(life.run_to_end(ids.operation_id));
    return ids;
  }

  testing::ManualClock clock;
  testing::Disk disk{clock};
  testing::ServerLife life;
  LifeServices parts{life, disk, clock};
  Services& services = parts.services;
  http::Router router = make_router(services, {"{}", "{}", "<html>", kPageForTest});
  TaskGroup tasks{life.loop, [](std::exception_ptr) { FAIL(); }};

 private:
  int files_ = 0;
};

}  // namespace walrus::api
