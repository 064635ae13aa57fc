// At a start the tables are the truth: index and blobs are brought in line with them.
#include "pipelines/reconcile.h"

#include <gtest/gtest.h>

#include "testing/server_life.h"

namespace walrus::pipelines {
namespace {

using testing::Disk;
using testing::ManualClock;
using testing::ServerLife;

// No less than what run_until moves the clock by.
constexpr std::chrono::milliseconds kMoment{50};

class ReconcileTest : public ::testing::Test {
 protected:
  ServerLife::Accepted upload(ServerLife& life, std::string_view content,
                              std::string document_id = {}) {
    auto accepted = life.upload("a.txt", content, std::move(document_id));
    EXPECT_TRUE(life.run_to_end(accepted.operation_id));
    return accepted;
  }
  // After its first vectors were kept. No two windows of any two are equal.
  static ServerLife::Accepted upload_that_fails(ServerLife& life) {
    int first = life.embedder.batches;
    life.embedder.before_batch = [&life, first](std::stop_token) -> Result<void> {
      if (life.embedder.batches < first + 3) return {};
      return fail(ErrorCode::kEmbeddingFailed, "away");
    };
    std::string text;
    for (int i = 0; i < 24; ++i) {
      std::string number = std::to_string(first) + "-" + std::to_string(i);
      text += "Walrus " + number + " eats clams, rests and meets number " + number + ".\n";
    }
    auto accepted = life.upload("a.txt", text);
    EXPECT_TRUE(life.run_to_end(accepted.operation_id));
    life.embedder.before_batch = {};
    return accepted;
  }
  static Task<void> keep(Task<Result<void>> task, std::optional<Result<void>>& out) {
    out = co_await task;
  }
  void reconcile_now(ServerLife& life) {
    auto open = testing::run(life.loop, disk.tables.open_operations());
    ASSERT_TRUE(testing::run(life.loop, reconcile(life.parts, std::move(*open))));
  }
  // Every version in the index, as "version of document, seen or not".
  std::set<std::tuple<std::string, int, bool>> indexed() {
    std::set<std::tuple<std::string, int, bool>> all;
    for (const auto& each : *disk.index->versions()) {
      all.emplace(each.document_id, each.version, each.active);
    }
    return all;
  }
  void lose_index() { disk.index = *search::SearchIndex::open(":memory:", {}, disk.log); }

  ManualClock clock;
  Disk disk{clock};
};

TEST_F(ReconcileTest, AnIndexThatIsLostIsBuiltFromTheTables) {
  std::string walrus;
  std::vector<double> scores;
  {
    ServerLife life(clock, disk);
    walrus = upload(life, "The walrus eats clams and mussels.").document_id;
    upload(life, "Narwhals eat squid under the ice.");
    for (const Passage& passage : life.find("which clams")) scores.push_back(passage.score);
  }
  lose_index();
  ServerLife next(clock, disk);
  EXPECT_TRUE(next.find("which clams").empty());
  reconcile_now(next);
  EXPECT_EQ(next.embedder.texts_seen, std::vector<std::string>{"which clams"});  // vectors are kept
  auto found = next.find("which clams");
  ASSERT_EQ(found.size(), scores.size());
  EXPECT_EQ(found[0].chunk.document_id, walrus);
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_DOUBLE_EQ(found[i].score, scores[i]);
  auto before = indexed();
  reconcile_now(next);  // again: nothing is left to do
  EXPECT_EQ(indexed(), before);
}

// Killed between the commit that ends an upload and its becoming visible.
TEST_F(ReconcileTest, AllOrNothingACommittedVersionThatWasNotShownIsShown) {
  std::string id;
  {
    ServerLife life(clock, disk);
    id = upload(life, "The walrus eats clams.").document_id;
  }
  lose_index();
  search::IndexedVersion left{.owner = "local", .document_id = id, .version = 1};
  left.entries.push_back({.title = {}, .text = "The walrus eats clams.", .windows = {}});
  ASSERT_TRUE(disk.index->add(left));
  ServerLife next(clock, disk);
  EXPECT_TRUE(next.find("clams").empty());
  reconcile_now(next);
  EXPECT_EQ(next.find("clams").size(), 1u);
  EXPECT_EQ(indexed(), (std::set<std::tuple<std::string, int, bool>>{{id, 1, true}}));
}

TEST_F(ReconcileTest, WhatHasNoRowGoesFromIndexAndBlobsAndWhatIsUnderWayStays) {
  std::string kept;
  ServerLife::Accepted running;
  {
    ServerLife life(clock, disk);
    kept = upload(life, "The walrus eats clams.").document_id;
    life.embedder.hangs = true;
    running = life.upload("b.txt", "Narwhals eat squid.");
    ASSERT_TRUE(life.run_until([&] { return life.embedder.batches > 1; }));
    ASSERT_TRUE(life.shut_down());
  }
  for (std::string id : {kept, running.document_id, std::string("gone")}) {
    search::IndexedVersion extra{.owner = "local", .document_id = id, .version = 7};
    extra.entries.push_back({.title = {}, .text = "surplus", .windows = {}});
    ASSERT_TRUE(disk.index->add(extra));
  }
  ASSERT_TRUE(disk.index->activate("local", "gone", 7));
  ASSERT_TRUE(disk.blobs.write("gone.1.original", "x"));
  ASSERT_TRUE(disk.blobs.write(original_blob(kept, 2), "x"));  // of no version there is

  ServerLife next(clock, disk);
  reconcile_now(next);
  EXPECT_EQ(indexed(), (std::set<std::tuple<std::string, int, bool>>{
                           {kept, 1, true}, {running.document_id, 7, false}}));
  EXPECT_FALSE(disk.blobs.exists("gone.1.original"));
  EXPECT_FALSE(disk.blobs.exists(original_blob(kept, 2)));
  EXPECT_TRUE(disk.blobs.exists(original_blob(kept, 1)));
  EXPECT_TRUE(disk.blobs.exists(original_blob(running.document_id, 1)));
  EXPECT_TRUE(disk.blobs.exists(text_blob(running.document_id, 1)));
}

TEST_F(ReconcileTest, AStoreThatIsAwayIsSaidAndNothingIsSwept) {
  ServerLife life(clock, disk);
  auto accepted = upload(life, "The walrus eats clams.");
  life.store.go_away();
  auto done = testing::run(life.loop, reconcile(life.parts, {}));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::kStorageUnavailable);
  EXPECT_TRUE(disk.blobs.exists(original_blob(accepted.document_id, 1)));
  EXPECT_EQ(indexed().size(), 1u);
}

TEST_F(ReconcileTest, AFailedOriginalIsKeptForADayAndAGoodOneForEver) {
  ServerLife life(clock, disk);
  auto good = upload(life, "The walrus eats clams.");
  life.embedder.before_batch = [](std::stop_token) -> Result<void> {
    return fail(ErrorCode::kEmbeddingFailed, "away");
  };
  auto failed = upload(life, "Narwhals eat squid.");
  auto clean_up = [&] {
    ASSERT_TRUE(testing::run(life.loop, remove_expired(life.parts, life.claims)));
  };
  clock.advance(std::chrono::hours(23));
  clean_up();
  EXPECT_TRUE(disk.blobs.exists(original_blob(failed.document_id, 1)));
  EXPECT_FALSE(life.events(failed.operation_id).empty());
  clock.advance(std::chrono::hours(2));
  clean_up();
  EXPECT_FALSE(disk.blobs.exists(original_blob(failed.document_id, 1)));
  EXPECT_TRUE(disk.blobs.exists(original_blob(good.document_id, 1)));
  EXPECT_TRUE(life.events(failed.operation_id).empty());
  EXPECT_EQ(life.find("clams").size(), 1u);
}

// Whenever a retry comes, it finds all that the failed attempt kept, or is refused.
TEST_F(ReconcileTest, ARetryThatComesWhileFailedVersionsAreRemovedGetsAllOrNothing) {
  int retried = 0;
  int refused = 0;
  for (auto moment = std::chrono::milliseconds(0); refused < 3; moment += kMoment) {
    SCOPED_TRACE(std::to_string(moment.count()) + " ms");
    ASSERT_LT(moment, std::chrono::seconds(10));
    ManualClock own_clock;
    Disk own_disk{own_clock};
    ServerLife life(own_clock, own_disk);
    // Of two, so that there is a time between the look at all and the removal.
    upload_that_fails(life);
    auto failed = upload_that_fails(life);
    std::vector<std::string> embedded = life.embedder.texts_seen;
    own_clock.advance(std::chrono::hours(25));
    life.store.delay_reads(2 * kMoment);
    life.store.answer_late(2 * kMoment);
    life.embedder.hangs = true;  // so that what runs again is at work while the rest is removed

    TaskGroup tasks(life.loop, [](std::exception_ptr) { FAIL(); });
    std::optional<Result<void>> removal;
    std::optional<Result<void>> retry;
    tasks.start(keep(remove_expired(life.parts, life.claims), removal));
    Duration asked_at = own_clock.monotonic() + moment;
    ASSERT_TRUE(life.run_until([&] { return own_clock.monotonic() >= asked_at; }));
    tasks.start(keep(life.begin_retry(failed.operation_id), retry));
    ASSERT_TRUE(life.run_until([&] { return tasks.running() == 0; }));
    ASSERT_TRUE(*removal);
    life.embedder.hangs = false;

    if (*retry) {
      ++retried;
      ASSERT_TRUE(life.run_to_end(failed.operation_id));
      ASSERT_EQ(life.operation(failed.operation_id).state.outcome, status::Outcome::kCompleted);
      int windows = life.chunks(failed.document_id, 1).back().last_window;
      EXPECT_EQ(*testing::run(life.loop, own_disk.tables.window_count(failed.document_id, 1)),
                windows);
      EXPECT_TRUE(own_disk.blobs.exists(original_blob(failed.document_id, 1)));
      std::vector<std::string> again(life.embedder.texts_seen.begin() + std::ssize(embedded),
                                     life.embedder.texts_seen.end());
      for (const std::string& text : again) {
        EXPECT_EQ(std::ranges::count(embedded, text), 0) << "embedded again: " << text;
      }
    } else {
      ++refused;
      EXPECT_EQ(retry->error().code, ErrorCode::kConflict);
      EXPECT_FALSE(own_disk.blobs.exists(original_blob(failed.document_id, 1)));
    }
    ASSERT_TRUE(life.shut_down());  // what its work has cost is on its way to the store
  }
  EXPECT_GT(retried, 3);
}

TEST_F(ReconcileTest, ADocumentThatSomebodyIsChangingIsLeftForTheNextTime) {
  ServerLife life(clock, disk);
  auto failed = upload_that_fails(life);
  clock.advance(std::chrono::hours(25));
  Claims::Claim changing = life.claims.take({"local", failed.document_id});
  ASSERT_TRUE(testing::run(life.loop, remove_expired(life.parts, life.claims)));
  EXPECT_TRUE(disk.blobs.exists(original_blob(failed.document_id, 1)));
  changing.reset();
  ASSERT_TRUE(testing::run(life.loop, remove_expired(life.parts, life.claims)));
  EXPECT_FALSE(disk.blobs.exists(original_blob(failed.document_id, 1)));
}

TEST_F(ReconcileTest, NobodyElseCanChangeADocumentUntilAllThatFailedIsRemoved) {
  ServerLife life(clock, disk);
  auto failed = upload_that_fails(life);
  clock.advance(std::chrono::hours(25));
  life.store.delay_reads(2 * kMoment);
  TaskGroup tasks(life.loop, [](std::exception_ptr) { FAIL(); });
  std::optional<Result<void>> removal;
  tasks.start(keep(remove_expired(life.parts, life.claims), removal));
  auto file_is_gone = [&] { return !disk.blobs.exists(original_blob(failed.document_id, 1)); };
  ASSERT_TRUE(life.run_until(file_is_gone));
  EXPECT_FALSE(removal) << "the windows are still to go";
  EXPECT_FALSE(life.claims.take({"local", failed.document_id}));
  ASSERT_TRUE(life.run_until([&] { return removal.has_value(); }));
  EXPECT_TRUE(life.claims.take({"local", failed.document_id}));
}

TEST(EmbedderChangeTest, NamesTheDocumentsThatAnotherEmbedderMade) {
  std::vector<store::DocumentVersion> documents(3);
  documents[0] = {.document_id = "ours", .active_version = 1, .embedder = "a/1"};
  documents[1] = {.document_id = "theirs", .active_version = 2, .embedder = "b/1"};
  documents[2] = {.document_id = "unfinished", .active_version = 0, .embedder = ""};
  auto outdated = made_by_another_embedder(documents, "a/1");
  ASSERT_EQ(outdated.size(), 1u);
  EXPECT_EQ(outdated[0].document_id, "theirs");
}

}  // namespace
}  // namespace walrus::pipelines
