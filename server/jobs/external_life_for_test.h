// One life of a server, as far as operations of other people's pipelines go, on a manual loop over
// a store that outlives it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "jobs/external_operations.h"
#include "jobs/jobs_for_test.h"

namespace walrus::jobs {

inline std::shared_ptr<const status::ExternalPlan> import_plan() {
  std::vector<status::ExternalPlan::StepText> steps{
      {"fetch", 10, "Fetching..."}, {"clean", 40, ""}, {"load", 80, "Loading..."}};
  return std::make_shared<const status::ExternalPlan>("import", "Orders", std::move(steps));
}

struct ExternalLife : Ground {
  ExternalLife(testing::ManualLoop& home, store::Store& tables, ExternalOptions options = {})
      : Ground(home, tables), operations({&loop}, store, event_log, hub, log, metrics, options) {}

  Result<std::string> open(std::chrono::seconds silence = std::chrono::seconds(300),
                           json::object metadata = {}, std::string owner = "local") {
    status::Operation operation{.id = hub.new_operation_id(loop),
                                .kind = status::Kind::kExternal,
                                .owner = std::move(owner),
                                .created_at = loop.clock().now(),
                                .plan = import_plan()};
    std::string id = operation.id;
    status::State first = ExternalOperations::first_state(std::move(operation), metadata);
    EXPECT_EQ(first.percent, 0);
    Result<void> opened = testing::run(loop, operations.open(std::move(first), silence));
    if (!opened) return std::unexpected(opened.error());
    return id;
  }
  Result<Reported> report(const std::string& id, std::vector<status::Report> reports,
                          std::string owner = "local") {
    std::vector<std::string> pointers;
    for (std::size_t i = 0; i < reports.size(); ++i) pointers.push_back("/" + std::to_string(i));
    return testing::run(
        loop, operations.report({std::move(owner), id, std::move(reports), std::move(pointers)}));
  }
  Result<Reported> report(const std::string& id, status::Report report) {
    return this->report(id, std::vector<status::Report>{std::move(report)});
  }
  Result<void> cancel(const std::string& id) {
    return testing::run(loop, operations.request_cancel(id));
  }
  void recover() { ASSERT_TRUE(testing::run(loop, operations.recover())); }
  void shut_down() {
    bool done = false;
    operations.shut_down([&done] { done = true; });
    for (int i = 0; i < 10 && !done; ++i) loop.advance(std::chrono::seconds(1));
    EXPECT_TRUE(done);
  }

  ExternalOperations operations;
};

}  // namespace walrus::jobs
