// A chat turn on its real parts; the model says what a test wrote for it.
#include "pipelines/chat.h"

#include <gtest/gtest.h>

#include "testing/server_life.h"

namespace walrus::pipelines {
namespace {

using namespace std::chrono_literals;
using status::Event;
using status::EventType;
using status::Outcome;
using status::Step;
using testing::Disk;
using testing::ManualClock;
using testing::ModelScript;
using testing::ScriptedModel;
using testing::ServerLife;

struct NamedScript {
  std::string model_id;
  ModelScript script;
};

std::vector<std::unique_ptr<llm::Model>> models(std::vector<NamedScript> scripts) {
  std::vector<std::unique_ptr<llm::Model>> made;
  for (NamedScript& each : scripts) {
    llm::ModelInfo info{.model_id = each.model_id, .provider = "openai-compatible"};
    made.push_back(std::make_unique<ScriptedModel>(std::move(info), std::move(each.script)));
  }
  return made;
}

// The model is only reached through the catalogue.
std::vector<llm::Prompt> prompts_of(ServerLife& life, std::string_view model_id) {
  auto chosen = *life.catalogue.choose(llm::Approach::kSearchFocused, 0, model_id);
  return dynamic_cast<ScriptedModel*>(chosen.front())->prompts();
}

ChatInput question(std::string query) {
  return {.query = std::move(query), .session_id = "debug"};
}

class ChatTest : public ::testing::Test {
 protected:
  std::string answer_of(ServerLife& life, const std::string& operation_id) {
    std::string text;
    for (const Event& event : life.events(operation_id)) text += event.content;
    return text;
  }
  store::ConversationRecord conversation(ServerLife& life) {
    return **testing::run(life.loop, disk.tables.conversation("local", "debug"));
  }
  std::vector<store::MessageRecord> messages(ServerLife& life) {
    return *testing::run(life.loop, disk.tables.messages("local", "debug", 100));
  }
  std::vector<store::ChatStatusRecord> statuses(ServerLife& life) {
    return *testing::run(life.loop, disk.tables.chat_statuses("local", "debug", 100));
  }
  void upload(ServerLife& life, const std::string& name, std::string_view content,
              json::object metadata = {}) {
    auto accepted = life.upload(name, content, {}, std::move(metadata));
    ASSERT_TRUE(life.run_to_end(accepted.operation_id));
  }

  ManualClock clock;
  Disk disk{clock};
};

TEST_F(ChatTest, OrderOfStepsChunksAndTheOneEnd) {
  ServerLife life(
      clock, disk,
      models({{"m", {.pieces = {{"Clams"}, {", 20ms later", 20ms}, {" and more.", 1s}}}}}));
  upload(life, "walrus.txt", "The walrus eats clams.");
  std::string id = life.ask(question("What does the walrus eat?"));
  ASSERT_TRUE(life.run_to_end(id));
  std::vector<std::pair<EventType, Step>> shape;
  for (const Event& event : life.events(id)) {
    std::pair next{event.type, event.step};
    if (shape.empty() || shape.back() != next) shape.push_back(next);
  }
  EXPECT_EQ(shape, (std::vector<std::pair<EventType, Step>>{
                       {EventType::kStatus, Step::kInitializing},
                       {EventType::kStatus, Step::kRetrievingContext},
                       {EventType::kStatus, Step::kSelectingModel},
                       {EventType::kStatus, Step::kGeneratingResponse},
                       {EventType::kChunk, Step::kGeneratingResponse},
                       {EventType::kStatus, Step::kStoringResponse},
                       {EventType::kStatus, Step::kFinished},
                       {EventType::kComplete, Step::kFinished}}));
  EXPECT_EQ(answer_of(life, id), "Clams, 20ms later and more.");

  auto told = messages(life);
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[0].role, "user");
  EXPECT_EQ(told[1].role, "assistant");
  EXPECT_EQ(told[1].text, answer_of(life, id));  // the chunks joined are what is stored
  EXPECT_EQ(told[1].model_id, "m");
  EXPECT_GE(told[1].latency_ms.value(), 1020);
  EXPECT_EQ(conversation(life).status, "completed");
  EXPECT_EQ(conversation(life).message_count, 2);

  json::object complete = life.events(id).back().metadata;
  EXPECT_EQ(find_integer(complete, "response_length"), std::ssize(told[1].text));
  EXPECT_EQ(find_integer(complete, "chunks_retrieved"), 1);
  EXPECT_EQ(view(*find_string(complete, "selected_model")), "m");
  EXPECT_EQ(view(*find_string(complete, "conversation_id")), "conv#debug");
  EXPECT_EQ(view(*find_string(complete, "session_id")), "debug");
  EXPECT_FALSE(complete.contains("fallback_from"));
  const json::object& source = complete.at("sources").as_array().at(0).as_object();
  EXPECT_EQ(view(*find_string(source, "filename")), "walrus.txt");
  EXPECT_EQ(view(*find_string(source, "snippet")), "The walrus eats clams.");
  EXPECT_TRUE(source.contains("score"));

  auto rows = statuses(life);
  ASSERT_EQ(rows.size(), 6u);
  EXPECT_EQ(rows.back().step, Step::kFinished);
  EXPECT_TRUE(rows.back().metadata.contains("latency_ms"));
  EXPECT_TRUE(rows.back().metadata.contains("response_length"));
}

TEST_F(ChatTest, AModelThatFailsBeforeItsFirstPieceMakesRoomForTheNext) {
  ServerLife life(clock, disk,
                  models({{"away", {.fail_after = 0}}, {"good", {.pieces = {{"Yes."}}}}}));
  std::string id = life.ask(question("Is it?"));
  ASSERT_TRUE(life.run_to_end(id));
  EXPECT_EQ(answer_of(life, id), "Yes.");
  json::object complete = life.events(id).back().metadata;
  EXPECT_EQ(view(*find_string(complete, "selected_model")), "good");
  EXPECT_EQ(json::serialize(complete.at("fallback_from")),
            R"([{"model":"away","error_type":"model_unavailable"}])");
  EXPECT_EQ(messages(life).back().model_id, "good");
}

TEST_F(ChatTest, TheLastResortAnswersWhenAllElseIsAway) {
  ServerLife life(clock, disk, models({{"away", {.fail_after = 0}}}));
  std::string id = life.ask(question("Is it?"));
  ASSERT_TRUE(life.run_to_end(id));
  EXPECT_EQ(answer_of(life, id), "ok");
  EXPECT_EQ(life.operation(id).state.outcome, Outcome::kCompleted);
}

TEST_F(ChatTest, OneEndWhenTheModelBreaksOffAfterItsFirstPiece) {
  ServerLife life(clock, disk,
                  models({{"m", {.pieces = {{"Half an"}, {" answer"}}, .fail_after = 1}},
                          {"other", {.pieces = {{"never asked"}}}}}));
  std::string id = life.ask(question("Is it?"));
  auto watcher = life.watch(id);
  ASSERT_TRUE(life.run_to_end(id));
  status::State state = life.operation(id).state;
  ASSERT_EQ(state.outcome, Outcome::kFailed);
  EXPECT_EQ(state.error->type, ErrorCode::kModelFailed);
  EXPECT_EQ(state.error->step, Step::kGeneratingResponse);
  EXPECT_TRUE(state.error->retryable);
  EXPECT_EQ(answer_of(life, id), "Half an");
  EXPECT_EQ(life.events(id).back().type, EventType::kError);
  EXPECT_TRUE(prompts_of(life, "other").empty());
  EXPECT_EQ(messages(life).size(), 1u);  // the question alone
  EXPECT_EQ(conversation(life).status, "failed");
  auto rows = statuses(life);
  EXPECT_EQ(rows.back().status, Outcome::kFailed);
  EXPECT_EQ(rows.back().step, Step::kGeneratingResponse);

  // And the next turn is a turn like any other.
  std::string next = life.ask(question("And now?"));
  ASSERT_TRUE(life.run_until([&] { return life.jobs.running(status::Kind::kChat) == 0; }));
  EXPECT_EQ(conversation(life).operation_id, next);
}

TEST_F(ChatTest, CancelIsQuickAndKeepsWhatWasSaid) {
  ServerLife life(clock, disk, models({{"m", {.pieces = {{"Once"}, {" upon", 3600s}}}}}));
  std::string id = life.ask(question("Tell me."));
  ASSERT_TRUE(life.run_until([&] { return answer_of(life, id) == "Once"; }));
  TimePoint asked = clock.now();
  auto cancel = [](jobs::Jobs& jobs, std::string one, bool& done) -> Task<void> {
    done = (co_await jobs.cancel(std::move(one))).has_value();
  };
  bool done = false;
  TaskGroup group(life.loop, [](std::exception_ptr) { FAIL(); });
  group.start(cancel(life.jobs, id, done));
  ASSERT_TRUE(life.run_until([&] { return group.running() == 0; }));
  EXPECT_TRUE(done);
  EXPECT_LE(clock.now() - asked, 1s);
  status::State state = life.operation(id).state;
  EXPECT_EQ(state.error->type, ErrorCode::kCancelled);
  EXPECT_EQ(answer_of(life, id), "Once");
  EXPECT_EQ(conversation(life).status, "failed");
}

TEST_F(ChatTest, EarlierMessagesGoAlongTheQuestionItselfOnce) {
  ServerLife life(clock, disk, models({{"m", {.pieces = {{"An answer."}}}}}));
  for (std::string query : {"First?", "Second?", "Third?", "Fourth?", "Fifth?"}) {
    ASSERT_TRUE(life.run_to_end(life.ask(question(query))));
  }
  auto prompts = prompts_of(life, "m");
  ASSERT_EQ(prompts.size(), 5u);
  EXPECT_TRUE(prompts[0].history.empty());
  ASSERT_EQ(prompts[1].history.size(), 2u);
  EXPECT_EQ(prompts[1].history[0].text, "First?");
  EXPECT_EQ(prompts[1].history[1].role, "assistant");
  EXPECT_EQ(prompts[4].history.size(), 6u);  // the newest
  EXPECT_EQ(prompts[4].history.back().text, "An answer.");
  for (const llm::Turn& turn : prompts[4].history) EXPECT_NE(turn.text, "Fifth?");
  EXPECT_EQ(conversation(life).message_count, 10);
}

TEST_F(ChatTest, SourcesComeInRankOrderAndFromWhatTheFilterAdmits) {
  ServerLife life(clock, disk, models({{"m", {.pieces = {{"So."}}}}}));
  upload(life, "a.txt", "The walrus eats clams.", {{"team", "red"}});
  upload(life, "b.txt", "The walrus sleeps on ice and eats clams too.", {{"team", "blue"}});
  ChatInput narrow = question("What does the walrus eat?");
  narrow.filter.metadata["team"] = "blue";
  ASSERT_TRUE(life.run_to_end(life.ask(question("What does the walrus eat?"))));
  ASSERT_TRUE(life.run_to_end(life.ask(narrow)));
  auto prompts = prompts_of(life, "m");
  EXPECT_EQ(prompts[0].sources.size(), 2u);
  ASSERT_EQ(prompts[1].sources.size(), 1u);
  EXPECT_EQ(prompts[1].sources[0].label, "b.txt");
}

TEST_F(ChatTest, AConversationDeletedUnderItsFeetIsNotBroughtBack) {
  ServerLife life(clock, disk, models({{"m", {.pieces = {{"Once"}, {" upon", 2s}}}}}));
  std::string id = life.ask(question("Tell me."));
  auto watcher = life.watch(id);
  store::WriteBatch remove;
  remove.mutations.push_back(store::DeleteConversation{"local", "debug"});
  ASSERT_TRUE(testing::run(life.loop, disk.tables.commit(std::move(remove))));
  ASSERT_TRUE(life.run_until([&] { return life.jobs.running(status::Kind::kChat) == 0; }));
  EXPECT_TRUE(watcher->closed);
  EXPECT_FALSE(watcher->ended);
  EXPECT_FALSE(testing::run(life.loop, disk.tables.conversation("local", "debug"))->has_value());
  EXPECT_TRUE(messages(life).empty());
}

// Invariant 6: after a crash the turn has ended, and the conversation goes on.
TEST_F(ChatTest, NeverStuckATurnThatACrashCutEndsInterrupted) {
  std::string id;
  {
    ServerLife life(clock, disk, models({{"m", {.pieces = {{"Once"}, {" upon", 3600s}}}}}));
    id = life.ask(question("Tell me."));
    ASSERT_TRUE(life.run_until([&] { return answer_of(life, id) == "Once"; }));
    // The server dies: its store takes nothing any more.
    life.store.go_away();
    ASSERT_TRUE(life.shut_down());
  }
  ServerLife next(clock, disk);
  next.recover();
  ASSERT_TRUE(next.run_to_end(id));
  store::OperationRecord record = next.operation(id);
  EXPECT_EQ(record.state.error->type, ErrorCode::kInterrupted);
  EXPECT_GT(record.state.sequence, 1000u);  // above what was reserved
  EXPECT_EQ(answer_of(next, id), "Once");
  EXPECT_EQ(conversation(next).status, "failed");
}

TEST(ChatInputTest, IsReadAsItWasWritten) {
  ChatInput input{
      .query = "Q \"1\"\n", .session_id = "s", .retrieval_k = 3, .model = "m", .turn = 7};
  input.filter.file_type = ".pdf";
  input.filter.metadata["year"] = 2024;
  auto stored = parse_json(json::serialize(to_json(input))).value().as_object();
  ChatInput read = chat_input_from(stored);
  EXPECT_EQ(read.query, input.query);
  EXPECT_EQ(read.session_id, "s");
  EXPECT_EQ(read.retrieval_k, 3);
  EXPECT_EQ(read.model, "m");
  EXPECT_EQ(read.turn, 7);
  EXPECT_EQ(read.filter.file_type, ".pdf");
  EXPECT_EQ(read.filter.metadata.at("year"), json::value(2024));
}

}  // namespace
}  // namespace walrus::pipelines
