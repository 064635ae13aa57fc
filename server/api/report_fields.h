// Reads what other people's pipelines send: their plans and their reports.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/json.h"
#include "status/report.h"

namespace walrus::api {

struct NewPipeline {
  std::shared_ptr<const status::ExternalPlan> plan;
  json::object metadata;
  std::chrono::seconds timeout;
};

// Errors: validation_error, naming the field.
Result<NewPipeline> pipeline_from_json(const json::object& body);

// The reports of a request, which is one report or an array of them, and the JSON pointer of each.
struct Reports {
  std::vector<status::Report> reports;
  std::vector<std::string> pointers;
};
Result<Reports> reports_from_json(const json::value& body);

}  // namespace walrus::api
