#include "api/report_fields.h"

#include <fmt/format.h>

#include <set>

#include "api/fields.h"

namespace walrus::api {

namespace {

constexpr std::size_t kMostSteps = 50;
constexpr std::size_t kMostReports = 100;
constexpr std::size_t kTitleLength = 200;
constexpr std::size_t kMessageLength = 500;
constexpr std::size_t kContentBytes = 64 * 1024;
constexpr std::int64_t kMostWork = std::int64_t{1} << 53;  // what every JSON reader can hold
constexpr std::int64_t kDefaultTimeout = 300;
constexpr std::int64_t kMostTimeout = 86'400;
// The field's error as one of an object that lies at `pointer` in the body.
std::unexpected<Error> within(const std::string& pointer, Error error) {
  for (FieldError& field : error.fields) field.pointer = pointer + field.pointer;
  return std::unexpected(std::move(error));
}

const json::value* given(const json::object& body, std::string_view name) {
  const json::value* member = body.if_contains(name);
  return member && !member->is_null() ? member : nullptr;
}

Result<std::string> name_field(const json::object& body, std::string_view name) {
  const json::value* member = given(body, name);
  if (!member) return fail_field(fmt::format("/{}", name), "is required");
  if (!member->is_string() || !is_plan_name(view(member->get_string()))) {
    return fail_field(fmt::format("/{}", name), std::string(kPlanNameRule));
  }
  return std::string(view(member->get_string()));
}

Result<json::object> metadata_field(const json::object& body) {
  const json::value* member = given(body, "metadata");
  if (!member) return json::object();
  if (!member->is_object()) return fail_field("/metadata", "must be an object");
  if (json::serialize(*member).size() > status::kMetadataBytes) {
    return fail_field("/metadata", "must have at most 4 KiB");
  }
  return member->get_object();
}

// --- A plan

Result<status::ExternalPlan::StepText> step_from_json(const json::value& value) {
  if (!value.is_object()) return fail_field("", "must be an object");
  const json::object& body = value.get_object();
  auto name = name_field(body, "name");
  if (!name) return std::unexpected(std::move(name.error()));
  if (!given(body, "percent")) return fail_field("/percent", "is required");
  auto percent = integer_field(body, "percent", 0, 100, 0);
  if (!percent) return std::unexpected(std::move(percent.error()));
  auto message = text_field(body, "message", 0, kMessageLength);
  if (!message) return std::unexpected(std::move(message.error()));
  return status::ExternalPlan::StepText{*name, static_cast<int>(*percent), *message};
}

Result<std::vector<status::ExternalPlan::StepText>> steps_field(const json::object& body) {
  const json::value* member = given(body, "steps");
  bool counts = member && member->is_array() && !member->get_array().empty() &&
                member->get_array().size() <= kMostSteps;
  if (!counts) return fail_field("/steps", fmt::format("must list 1 to {} steps", kMostSteps));
  std::vector<status::ExternalPlan::StepText> steps;
  std::set<std::string> names;
  for (const json::value& value : member->get_array()) {
    std::string pointer = fmt::format("/steps/{}", steps.size());
    auto step = step_from_json(value);
    if (!step) return within(pointer, std::move(step.error()));
    if (!names.insert(step->name).second) {
      return fail_field(pointer + "/name", "is another step's already");
    }
    if (!steps.empty() && step->percent <= steps.back().percent) {
      return fail_field(pointer + "/percent", "must be more than the step's before");
    }
    steps.push_back(std::move(*step));
  }
  return steps;
}

// --- A report

Result<std::optional<status::Report::Work>> work_fields(const json::object& body) {
  bool done_given = given(body, "done");
  if (!done_given && !given(body, "total")) return std::optional<status::Report::Work>();
  if (!done_given) return fail_field("/done", "is required beside 'total'");
  if (!given(body, "total")) return fail_field("/total", "is required beside 'done'");
  auto done = integer_field(body, "done", 0, kMostWork, 0);
  if (!done) return std::unexpected(std::move(done.error()));
  auto total = integer_field(body, "total", 1, kMostWork, 1);
  if (!total) return std::unexpected(std::move(total.error()));
  return status::Report::Work{static_cast<std::uint64_t>(*done),
                              static_cast<std::uint64_t>(*total)};
}

Result<std::string> content_field(const json::object& body) {
  const json::value* member = given(body, "content");
  if (!member) return std::string();
  if (!member->is_string()) return fail_field("/content", "must be a string");
  std::string_view content = view(member->get_string());
  if (content.size() > kContentBytes) return fail_field("/content", "must have at most 64 KiB");
  return std::string(content);
}

// An object, or its message alone.
Result<status::Report::Failure> error_field(const json::object& body, std::string otherwise) {
  status::Report::Failure failure{.message = std::move(otherwise), .retryable = {}};
  const json::value* member = given(body, "error");
  if (!member) return failure;
  json::object error;
  if (member->is_object()) error = member->get_object();
  if (member->is_string()) error["message"] = *member;
  if (error.empty()) return fail_field("/error", "must be an object with 'message', or a string");
  auto message = text_field(error, "message", 1, kMessageLength);
  if (!message) return within("/error", std::move(message.error()));
  failure.message = std::move(*message);
  auto retryable = boolean_field(error, "retryable");
  if (!retryable) return within("/error", std::move(retryable.error()));
  failure.retryable = *retryable;
  const json::value* type = given(error, "type");
  if (!type) return failure;
  auto code = type->is_string() ? error_code_from_word(view(type->get_string())) : std::nullopt;
  if (!code || !info(*code).ends_operation) {
    return fail_field("/error/type", "is none of the types that end an operation");
  }
  failure.type = *code;
  return failure;
}

Result<void> read_end(const json::object& body, status::Report& report) {
  const json::value* member = given(body, "status");
  std::string_view word = member && member->is_string() ? view(member->get_string()) : "";
  if (member && word != "completed" && word != "failed") {
    return fail_field("/status", "must be 'completed' or 'failed'");
  }
  report.completed = word == "completed";
  if (word != "failed") {
    if (given(body, "error")) return fail_field("/error", "goes with the status 'failed' alone");
    return {};
  }
  std::string otherwise =
      report.message.empty() ? "The worker reported a failure." : report.message;
  auto failure = error_field(body, std::move(otherwise));
  if (!failure) return std::unexpected(std::move(failure.error()));
  report.failure = std::move(*failure);
  return {};
}

Result<status::Report> report_from_json(const json::value& value) {
  if (!value.is_object()) return fail_field("", "must be an object");
  const json::object& body = value.get_object();
  status::Report report;
  auto id = label_field(body, "report_id", false);
  if (!id) return std::unexpected(std::move(id.error()));
  report.id = std::move(*id);
  if (given(body, "step")) {
    auto step = name_field(body, "step");
    if (!step) return std::unexpected(std::move(step.error()));
    report.step = std::move(*step);
  }
  auto work = work_fields(body);
  if (!work) return std::unexpected(std::move(work.error()));
  report.work = *work;
  auto message = text_field(body, "message", 0, kMessageLength);
  if (!message) return std::unexpected(std::move(message.error()));
  report.message = std::move(*message);
  auto metadata = metadata_field(body);
  if (!metadata) return std::unexpected(std::move(metadata.error()));
  report.metadata = std::move(*metadata);
  auto content = content_field(body);
  if (!content) return std::unexpected(std::move(content.error()));
  report.content = std::move(*content);
  auto end = read_end(body, report);
  if (!end) return std::unexpected(std::move(end.error()));
  return report;
}

}  // namespace

Result<NewPipeline> pipeline_from_json(const json::object& body) {
  auto kind = name_field(body, "kind");
  if (!kind) return std::unexpected(std::move(kind.error()));
  if (status::kind_from_name(*kind)) {
    return fail_field("/kind", "is one of Walrus's own kinds: choose another name");
  }
  auto title = text_field(body, "title", 0, kTitleLength);
  if (!title) return std::unexpected(std::move(title.error()));
  auto steps = steps_field(body);
  if (!steps) return std::unexpected(std::move(steps.error()));
  auto metadata = metadata_field(body);
  if (!metadata) return std::unexpected(std::move(metadata.error()));
  auto timeout = integer_field(body, "timeout_seconds", 1, kMostTimeout, kDefaultTimeout);
  if (!timeout) return std::unexpected(std::move(timeout.error()));
  auto plan = std::make_shared<const status::ExternalPlan>(std::move(*kind), std::move(*title),
                                                           std::move(*steps));
  return NewPipeline{std::move(plan), std::move(*metadata), std::chrono::seconds(*timeout)};
}

Result<Reports> reports_from_json(const json::value& body) {
  Reports all;
  if (!body.is_array()) {
    auto report = report_from_json(body);
    if (!report) return std::unexpected(std::move(report.error()));
    all.reports.push_back(std::move(*report));
    all.pointers.emplace_back();
    return all;
  }
  const json::array& array = body.get_array();
  if (array.empty() || array.size() > kMostReports) {
    return fail_field("", fmt::format("must be a report, or 1 to {} of them", kMostReports));
  }
  for (const json::value& value : array) {
    std::string pointer = fmt::format("/{}", all.reports.size());
    auto report = report_from_json(value);
    if (!report) return within(pointer, std::move(report.error()));
    all.reports.push_back(std::move(*report));
    all.pointers.push_back(std::move(pointer));
  }
  return all;
}

}  // namespace walrus::api
