// For the commands' tests: a command as a whole, from arguments to exit code and output, against a
// scripted server.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "base/json.h"
#include "cli/commands.h"
#include "testing/scripted_http_server.h"

namespace walrus::cli {

using testing::Script;
using testing::ScriptedHttpServer;
using testing::SeenRequest;
using testing::whole_reply;

struct Outcome {
  int code = kDone;
  std::string out;
  std::string error;
};

inline Outcome run(std::vector<std::string> arguments) {
  CLI::App app;
  Outcome outcome;
  add_commands(app, outcome.code);
  std::ranges::reverse(arguments);  // as CLI11 wants a vector
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  try {
    app.parse(arguments);
  } catch (const CLI::ParseError& error) {
    outcome.code = app.exit(error) == 0 ? kDone : kUsage;
  }
  outcome.out = ::testing::internal::GetCapturedStdout();
  outcome.error = ::testing::internal::GetCapturedStderr();
  return outcome;
}

inline std::vector<json::object> lines_of(const std::string& out) {
  std::vector<json::object> rows;
  std::istringstream lines(out);
  for (std::string line; std::getline(lines, line);) {
    auto parsed = parse_json(line);
    EXPECT_TRUE(parsed && parsed->is_object()) << line;
    if (parsed && parsed->is_object()) rows.push_back(parsed->as_object());
  }
  return rows;
}

inline bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

inline std::string event(int id, std::string_view data) {
  return fmt::format("id: {}\ndata: {}\n\n", id, data);
}

// The body of a stream with these events, from id 1 on.
inline std::string stream_text(const std::vector<std::string>& events) {
  std::string text;
  int id = 0;
  for (const std::string& data : events) text += event(++id, data);
  return text;
}

inline Script stream_of(const std::vector<std::string>& events) {
  return whole_reply(200, stream_text(events), "text/event-stream");
}

inline const std::string kProcessing =
    R"({"type":"status","processing_status":"processing","processing_step":"chunking_text",)"
    R"("progress_percentage":50,"status_message":"Splitting into chunks...","error":null})";
inline const std::string kCompleted =
    R"({"type":"status","processing_status":"completed","processing_step":"finished",)"
    R"("progress_percentage":100,"status_message":"Upload completed successfully","error":null,)"
    R"("status_metadata":{"chunks_created":3,"total_tokens":400}})";
inline const std::string kFailedStatus =
    R"({"type":"status","processing_status":"failed","processing_step":"extracting_text",)"
    R"("progress_percentage":25,"status_message":"Failed","error":{"type":"encrypted_document",)"
    R"("message":"The PDF has a password. Remove it.","step":"extracting_text","retryable":false}})";

inline const std::string kStep =
    R"({"type":"status","status":"processing","step":"retrieving_context",)"
    R"("message":"Retrieving relevant context...","operation_id":"op-1"})";
inline const std::string kFirst = R"({"type":"chunk","content":"Up to "})";
inline const std::string kSecond = R"({"type":"chunk","content":"2000 kg."})";
inline const std::string kComplete =
    R"({"type":"complete","metadata":{"status":"completed","latency_ms":5,"sources":[)"
    R"({"filename":"report.pdf","page":3,"snippet":"They weigh\nup to 2000 kg."},)"
    R"({"url":"https://example.org/","snippet":"s"},7]}})";

}  // namespace walrus::cli
