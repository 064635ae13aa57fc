// A retry goes on where the work failed, and makes nothing again that is there.
#include "pipelines/next_attempt.h"

#include <gtest/gtest.h>

#include <set>

#include "pipelines/reconcile.h"
#include "testing/server_life.h"

namespace walrus::pipelines {
namespace {

using namespace std::chrono_literals;
using status::Outcome;
using status::Step;
using testing::ServerLife;

std::string long_text() {
  std::string text;
  for (int i = 0; i < 60; ++i) {
    text += "Walrus number " + std::to_string(i) + " eats clams.\n";
  }
  return text;
}

std::vector<status::Event> of_attempt(std::vector<status::Event> events, int attempt) {
  std::erase_if(events, [attempt](const status::Event& event) { return event.attempt != attempt; });
  return events;
}

class NextAttemptTest : public ::testing::Test {
 protected:
  // An upload whose embedder goes away after two batches.
  ServerLife::Accepted failed_upload(ServerLife& life) {
    life.embedder.before_batch = [&life](std::stop_token) -> Result<void> {
      if (life.embedder.batches <= 2) return {};
      return fail(ErrorCode::kEmbeddingFailed, "away");
    };
    auto accepted = life.upload("a.txt", long_text());
    EXPECT_TRUE(life.run_to_end(accepted.operation_id));
    EXPECT_EQ(life.operation(accepted.operation_id).state.outcome, Outcome::kFailed);
    life.embedder.before_batch = nullptr;
    return accepted;
  }

  testing::ManualClock clock;
  testing::Disk disk{clock};
};

TEST_F(NextAttemptTest, TextIsNotExtractedAndWindowsAreNotEmbeddedAgain) {
  ServerLife life(clock, disk);
  auto ids = failed_upload(life);
  EXPECT_EQ(life.document(ids.document_id).content_status, "failed");
  EXPECT_TRUE(life.find("clams").empty());
  EXPECT_FALSE(life.embedder.texts_seen.empty());
  // Whoever reads the file again finds something else.
  ASSERT_TRUE(disk.blobs.write(original_blob(ids.document_id, 1), "Narwhals eat squid."));

  life.embedder.hangs = true;
  ASSERT_TRUE(life.retry(ids.operation_id));
  EXPECT_EQ(life.document(ids.document_id).content_status, "processing");
  life.embedder.hangs = false;
  ASSERT_TRUE(life.run_to_end(ids.operation_id));
  EXPECT_EQ(life.document(ids.document_id).content_status, "success");
  EXPECT_FALSE(life.find("clams").empty());
  std::multiset<std::string> seen(life.embedder.texts_seen.begin(), life.embedder.texts_seen.end());
  seen.erase("clams");  // was asked for here
  for (const std::string& text : seen) EXPECT_EQ(seen.count(text), 1u) << text;

  auto second = of_attempt(life.events(ids.operation_id), 2);
  ASSERT_FALSE(second.empty());
  EXPECT_EQ(second.front().step, Step::kCreatingEmbeddings);
  EXPECT_EQ(second.front().percent, 75);
  EXPECT_GT(find_integer(second.front().metadata, "chunks_created").value_or(0), 0);
  int percent = 0;
  for (const status::Event& event : second) {
    EXPECT_GE(event.percent, percent);
    percent = event.percent;
  }
  EXPECT_EQ(percent, 100);
}

TEST_F(NextAttemptTest, OneThatWasCancelledInTheQueueBeginsAtItsFirstStep) {
  ServerLife life(clock, disk);
  life.embedder.hangs = true;
  std::vector<ServerLife::Accepted> all;
  for (int i = 0; i < 3; ++i) all.push_back(life.upload("a.txt", long_text()));
  std::string waiting = all.back().operation_id;
  ASSERT_TRUE(testing::run(life.loop, life.jobs.request_cancel(waiting)));
  life.loop.advance(1s);
  ASSERT_EQ(life.operation(waiting).state.error->type, ErrorCode::kCancelled);
  ASSERT_TRUE(life.retry(waiting));
  EXPECT_EQ(life.operation(waiting).state.percent, 0);
  life.embedder.hangs = false;
  for (auto& accepted : all) ASSERT_TRUE(life.run_to_end(accepted.operation_id));
  std::vector<Step> steps;
  for (const status::Event& event : of_attempt(life.events(waiting), 2)) {
    if (event.percent > 0 && (steps.empty() || steps.back() != event.step))
      steps.push_back(event.step);
  }
  EXPECT_EQ(steps.front(), Step::kValidating);
  EXPECT_EQ(steps.size(), 6u);
}

TEST_F(NextAttemptTest, AFailedReplacementLeavesTheOldContentAndCanBeRetried) {
  ServerLife life(clock, disk);
  auto first = life.upload("a.txt", "The beluga eats cod.");
  ASSERT_TRUE(life.run_to_end(first.operation_id));
  life.embedder.before_batch = [](std::stop_token) -> Result<void> {
    return fail(ErrorCode::kEmbeddingFailed, "away");
  };
  auto second = life.upload("b.txt", long_text(), first.document_id);
  ASSERT_TRUE(life.run_to_end(second.operation_id));
  auto superseded = life.retry(first.operation_id);
  ASSERT_FALSE(superseded);
  EXPECT_EQ(superseded.error().code, ErrorCode::kConflict);
  int batches = life.embedder.batches;
  life.embedder.before_batch = nullptr;
  life.embedder.hangs = true;
  ASSERT_TRUE(life.retry(second.operation_id));
  ASSERT_TRUE(life.run_until([&] { return life.embedder.batches > batches; }));
  EXPECT_EQ(life.document(first.document_id).content_status, "success");
  life.embedder.hangs = false;  // what waits goes on when the clock does
  EXPECT_EQ(life.find("cod").size(), 1u);
  ASSERT_TRUE(life.run_to_end(second.operation_id));
  EXPECT_EQ(life.document(first.document_id).active_version, 2);
  EXPECT_TRUE(life.chunks(first.document_id, 1).empty());
}

TEST_F(NextAttemptTest, WhatFailedIsForgottenAfterADayAndThenNotRetried) {
  ServerLife life(clock, disk);
  auto ids = failed_upload(life);
  auto clean_up = [&] {
    ASSERT_TRUE(testing::run(life.loop, remove_expired(life.parts, life.claims)));
  };
  auto windows = [&] {
    return *testing::run(life.loop, disk.tables.window_count(ids.document_id, 1));
  };
  clock.advance(23h);
  clean_up();
  EXPECT_GT(windows(), 0);
  clock.advance(2h);
  clean_up();
  EXPECT_EQ(windows(), 0);
  auto refused = life.retry(ids.operation_id);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
  EXPECT_NE(refused.error().message.find("Upload it again"), std::string::npos);
}

TEST_F(NextAttemptTest, ASuccessRemovesWhatFailedBeforeIt) {
  ServerLife life(clock, disk);
  auto ids = failed_upload(life);
  auto second = life.upload("b.txt", "The beluga eats cod.", ids.document_id);
  ASSERT_TRUE(life.run_to_end(second.operation_id));
  EXPECT_EQ(*testing::run(life.loop, disk.tables.window_count(ids.document_id, 1)), 0);
  EXPECT_FALSE(disk.blobs.exists(original_blob(ids.document_id, 1)));
  EXPECT_TRUE(disk.blobs.exists(original_blob(ids.document_id, 2)));
}

TEST_F(NextAttemptTest, WhatIsDoneIsNotRetried) {
  ServerLife life(clock, disk);
  auto done = life.upload("a.txt", "The beluga eats cod.");
  ASSERT_TRUE(life.run_to_end(done.operation_id));
  auto refused = life.retry(done.operation_id);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
}

// --- Chats

class ChatRetryTest : public NextAttemptTest {
 protected:
  ChatRetryTest() {
    auto owned = std::make_unique<testing::ScriptedModel>(
        llm::ModelInfo{.model_id = "slow", .provider = "walrus"},
        testing::ModelScript{.pieces = {{.text = "clams", .before = 1s}}});
    model = owned.get();
    models.push_back(std::move(owned));
  }
  // A turn whose answer has been asked for and takes another second of the clock.
  std::string turn_at_work(ServerLife& life, std::string query) {
    std::size_t asked = model->prompts().size();
    std::string id = life.ask({.query = std::move(query), .session_id = "debug"});
    EXPECT_TRUE(life.run_until([&] { return model->prompts().size() > asked; }));
    EXPECT_EQ(life.operation(id).state.outcome, Outcome::kProcessing);
    return id;
  }
  std::vector<store::MessageRecord> messages(ServerLife& life) {
    return *testing::run(life.loop, disk.tables.messages("local", "debug", 100));
  }
  std::string cancelled_turn(ServerLife& life) {
    std::string id = turn_at_work(life, "What does it eat?");
    EXPECT_TRUE(testing::run(life.loop, life.jobs.request_cancel(id)));
    EXPECT_TRUE(life.run_to_end(id));
    EXPECT_EQ(life.operation(id).state.error->type, ErrorCode::kCancelled);
    return id;
  }

  std::vector<std::unique_ptr<llm::Model>> models;  // for the life
  testing::ScriptedModel* model;                    // in it
};

TEST_F(ChatRetryTest, TheAnswerBeginsAnewToTheSameQuestion) {
  ServerLife life(clock, disk, std::move(models));
  std::string id = cancelled_turn(life);
  ASSERT_TRUE(life.retry(id));
  ASSERT_TRUE(life.run_to_end(id));
  EXPECT_EQ(life.operation(id).state.outcome, Outcome::kCompleted);
  auto all = messages(life);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].role, "user");
  EXPECT_EQ(all[1].role, "assistant");
  auto second = of_attempt(life.events(id), 2);
  EXPECT_EQ(second.front().step, Step::kInitializing);
  std::set<Step> steps;
  std::string answer;
  for (const status::Event& event : second) {
    steps.insert(event.step);
    answer += event.content;
  }
  EXPECT_EQ(steps.size(), 6u);
  EXPECT_EQ(answer, all[1].text);
}

TEST_F(ChatRetryTest, NotOnceTheConversationHasGoneOn) {
  ServerLife life(clock, disk, std::move(models));
  std::string id = cancelled_turn(life);
  std::string later = turn_at_work(life, "And where?");
  for (int i = 0; i < 2; ++i) {  // while the later turn runs, and after it
    auto refused = life.retry(id);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
    ASSERT_TRUE(life.run_to_end(later));
  }
  EXPECT_EQ(messages(life).size(), 3u);
}

}  // namespace
}  // namespace walrus::pipelines
