// The golden traces, which the clients for TypeScript and Python pass as well.
#include "cli/operation_view.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "cli/client.h"
#include "net/sse_decoder.h"

namespace walrus::cli {
namespace {

std::filesystem::path golden_folder() {
  const char* source = std::getenv("WALRUS_SOURCE_DIR");
  return std::filesystem::path(source ? source : ".") / "contract/golden";
}

std::string text_of(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

struct TracedEvent {
  json::object event;
  std::optional<std::int64_t> id;
};

std::vector<TracedEvent> events_of(const std::string& stream, std::size_t piece) {
  std::vector<TracedEvent> events;
  net::SseDecoder* reading = nullptr;
  auto on_event = [&events, &reading](std::string_view data) {
    std::optional<std::int64_t> id;
    std::string text = reading->last_event_id();
    bool number = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
    if (reading->has_own_id() && number) id = std::stoll(text);
    events.push_back({parse_json(data)->as_object(), id});
  };
  net::SseDecoder decoder(on_event);
  reading = &decoder;
  for (std::size_t at = 0; at < stream.size(); at += piece) {
    EXPECT_TRUE(decoder.feed(std::string_view(stream).substr(at, piece)));
  }
  return events;
}

json::object states_of(const std::map<std::string, OperationView>& views) {
  json::object states;
  for (const auto& [id, view] : views) states[id] = view.state();
  return states;
}

void expect_as_traced(const std::filesystem::path& file, std::size_t piece) {
  std::filesystem::path states = file;
  std::ifstream lines(states.replace_extension(".ndjson"));
  bool many = file.filename().string().starts_with("many_");
  OperationView one;
  std::map<std::string, OperationView> views;
  std::string line;
  int number = 0;
  for (const TracedEvent& each : events_of(text_of(file), piece)) {
    ASSERT_TRUE(std::getline(lines, line)) << "more events than states";
    std::string id = text_member(each.event, "operation_id");
    bool of_stream = text_member(each.event, "type") == "error" && !each.event.contains("step");
    if (!many) one.take(each.event, each.id);
    if (many && !of_stream) views[id].take(each.event, std::nullopt);
    json::object state = many ? states_of(views) : one.state();
    EXPECT_EQ(json::value(state), *parse_json(line)) << "event " << ++number;
  }
  EXPECT_FALSE(std::getline(lines, line)) << "more states than events";
}

TEST(OperationView, IsWhatEveryGoldenTraceSays) {
  int cases = 0;
  for (const auto& entry : std::filesystem::directory_iterator(golden_folder())) {
    if (entry.path().extension() != ".sse") continue;
    SCOPED_TRACE(entry.path().filename().string());
    ++cases;
    for (std::size_t piece : {1u, 7u, 1u << 20}) expect_as_traced(entry.path(), piece);
  }
  EXPECT_GE(cases, 19);
}

TEST(OperationView, SaysWhatIsNotToBeShownAgain) {
  OperationView view;
  json::object event{{"type", "chunk"}, {"operation_id", "a"}, {"attempt", 2}, {"content", "x"}};
  EXPECT_TRUE(view.take(event, 5));
  EXPECT_FALSE(view.take(event, 5));
  EXPECT_FALSE(view.take(event, 4));
  event["attempt"] = 1;
  EXPECT_FALSE(view.take(event, 6)) << "of an earlier attempt";
  EXPECT_TRUE(view.take({{"type", "something new"}}, 7));
  EXPECT_TRUE(view.take({{"type", "error"}, {"error_type", "not_found"}}, {}));
  EXPECT_EQ(text_member(view.state(), "text"), "x");
}

}  // namespace
}  // namespace walrus::cli
