// Equal contents of one owner are embedded once, whoever of them fails or is cancelled.
#include "pipelines/embedding_share.h"

#include <random>

#include "testing/server_life.h"

namespace walrus::pipelines {
namespace {

using status::Kind;
using status::Outcome;
using testing::CountingEmbedder;
using testing::Disk;
using testing::ManualClock;
using testing::ServerLife;

std::string essay() {
  std::string text;
  for (int i = 0; i < 24; ++i) {
    text += "Sentence " + std::to_string(i) + " says that the walrus eats clams, rests on ice " +
            "and meets " + std::to_string(i * i) + " others.\n";
  }
  return text;
}

class EmbeddingShareTest : public ::testing::Test {
 protected:
  // How often a window was embedded that had been before.
  static int repeated(const ServerLife& life) {
    std::multiset<std::string> seen(life.embedder.texts_seen.begin(),
                                    life.embedder.texts_seen.end());
    std::set<std::string> once(seen.begin(), seen.end());
    return static_cast<int>(seen.size() - once.size());
  }
  store::WindowsRecord windows(ServerLife& life, const std::string& document) {
    return *testing::run(life.loop, disk.tables.windows(document, 1, 0, 1000));
  }
  static Outcome outcome(ServerLife& life, const ServerLife::Accepted& accepted) {
    return life.operation(accepted.operation_id).state.outcome;
  }
  static bool idle(ServerLife& life) { return life.jobs.running(Kind::kDocumentUpload) == 0; }
  // Two equal uploads, the first of which hangs in its third batch while the other has taken two.
  std::pair<ServerLife::Accepted, ServerLife::Accepted> two_at_work(ServerLife& life) {
    life.embedder.before_batch = [&life](std::stop_token) -> Result<void> {
      if (life.embedder.batches == 3) life.embedder.hangs = true;
      return {};
    };
    auto first = life.upload("a.txt", essay());
    auto second = life.upload("b.txt", essay());
    EXPECT_TRUE(life.run_until([&] { return life.embedder.hangs; }));
    EXPECT_TRUE(life.run_until([&] {
      return *testing::run(life.loop, disk.tables.window_count(second.document_id, 1)) == 8;
    })) << "it takes what the other one makes, while that works";
    life.embedder.before_batch = {};
    return {first, second};
  }

  ManualClock clock;
  Disk disk{clock};
};

TEST_F(EmbeddingShareTest, AHundredEqualUploadsAtOnceAreAHundredDocumentsAndOneRun) {
  ServerLife life(clock, disk);
  std::vector<ServerLife::Accepted> all;
  for (int i = 0; i < 100; ++i) all.push_back(life.upload(std::to_string(i) + ".txt", essay()));
  ASSERT_TRUE(life.run_until([&] { return idle(life); }));
  EXPECT_EQ(repeated(life), 0);
  store::WindowsRecord of_first = windows(life, all[0].document_id);
  EXPECT_EQ(of_first.vectors.size() / 16, life.embedder.texts_seen.size());
  EXPECT_GT(life.embedder.batches, 3);
  std::set<std::string> documents;
  for (const ServerLife::Accepted& accepted : all) {
    documents.insert(accepted.document_id);
    ASSERT_EQ(outcome(life, accepted), Outcome::kCompleted);
    EXPECT_EQ(life.operation(accepted.operation_id).state.percent, 100);
    EXPECT_EQ(windows(life, accepted.document_id).vectors, of_first.vectors);
    EXPECT_FALSE(life.find("clams", {.document_id = accepted.document_id}).empty());
  }
  EXPECT_EQ(documents.size(), 100u);
}

TEST_F(EmbeddingShareTest, OneThatIsCancelledLeavesTheWorkToTheNext) {
  ServerLife life(clock, disk);
  auto [first, second] = two_at_work(life);
  ASSERT_TRUE(testing::run(life.loop, life.jobs.cancel(first.operation_id)));
  life.embedder.hangs = false;
  ASSERT_TRUE(life.run_until([&] { return idle(life); }));
  EXPECT_EQ(life.operation(first.operation_id).state.error->type, ErrorCode::kCancelled);
  EXPECT_EQ(outcome(life, second), Outcome::kCompleted);
  EXPECT_EQ(repeated(life), 0);
  EXPECT_FALSE(life.find("clams", {.document_id = second.document_id}).empty());
}

TEST_F(EmbeddingShareTest, OneThatWaitsIsCancelledAtOnce) {
  ServerLife life(clock, disk);
  auto [first, second] = two_at_work(life);
  auto watcher = life.watch(second.operation_id);
  ASSERT_TRUE(testing::run(life.loop, life.jobs.cancel(second.operation_id)));
  EXPECT_TRUE(watcher->ended);
  life.embedder.hangs = false;
  ASSERT_TRUE(life.run_until([&] { return idle(life); }));
  EXPECT_EQ(outcome(life, first), Outcome::kCompleted);
  EXPECT_EQ(repeated(life), 0);
}

TEST_F(EmbeddingShareTest, OneThatFailsLeavesTheWorkToTheNext) {
  ServerLife life(clock, disk);
  auto [first, second] = two_at_work(life);
  life.embedder.before_batch = [&life](std::stop_token) -> Result<void> {
    if (life.embedder.batches != 4) return {};
    return fail(ErrorCode::kEmbeddingFailed, "The embedder is away.");
  };
  life.embedder.hangs = false;
  ASSERT_TRUE(life.run_until([&] { return idle(life); }));
  std::multiset<Outcome> outcomes{outcome(life, first), outcome(life, second)};
  EXPECT_EQ(outcomes, (std::multiset{Outcome::kCompleted, Outcome::kFailed}));
  EXPECT_EQ(repeated(life), 0);
}

// A batch that never comes back ends the one that asked for it, and nobody who waits for it.
TEST_F(EmbeddingShareTest, OneThatIsStuckLeavesTheWorkToTheNext) {
  ServerLife life(clock, disk);
  auto [first, second] = two_at_work(life);
  auto watcher = life.watch(first.operation_id);
  for (int i = 0; i < 4 && !watcher->ended; ++i) {
    life.run_until([&] { return watcher->ended; });
  }
  EXPECT_EQ(life.operation(first.operation_id).state.error->type, ErrorCode::kTimeout);
  EXPECT_EQ(outcome(life, second), Outcome::kProcessing);
  life.embedder.hangs = false;
  ASSERT_TRUE(life.run_until([&] { return idle(life); }));
  EXPECT_EQ(outcome(life, second), Outcome::kCompleted);
}

TEST_F(EmbeddingShareTest, AnotherOwnersEqualContentIsEmbeddedAnew) {
  ServerLife life(clock, disk);
  life.upload("a.txt", essay());
  life.upload("b.txt", essay(), {}, {}, "eve");
  ASSERT_TRUE(life.run_until([&] { return idle(life); }));
  int windows_of_one = static_cast<int>(life.embedder.texts_seen.size()) / 2;
  EXPECT_EQ(repeated(life), windows_of_one);
  life.upload("c.txt", essay(), {}, {}, "mallory");
  ASSERT_TRUE(life.run_until([&] { return idle(life); }));
  EXPECT_EQ(repeated(life), 2 * windows_of_one);
}

TEST_F(EmbeddingShareTest, AFinishedDocumentsVectorsAreCopied) {
  ServerLife life(clock, disk);
  auto first = life.upload("a.txt", essay());
  ASSERT_TRUE(life.run_to_end(first.operation_id));
  int batches = life.embedder.batches;
  auto second = life.upload("b.md", essay());
  ASSERT_TRUE(life.run_to_end(second.operation_id));
  EXPECT_EQ(life.embedder.batches, batches);
  EXPECT_EQ(windows(life, second.document_id).vectors, windows(life, first.document_id).vectors);

  // Once the last one with the content is gone, there is nothing to copy.
  for (const auto& accepted : {first, second}) {
    store::WriteBatch remove;
    remove.mutations.push_back(store::DeleteDocument{"local", accepted.document_id});
    ASSERT_TRUE(testing::run(life.loop, disk.tables.commit(std::move(remove))));
  }
  auto third = life.upload("c.txt", essay());
  ASSERT_TRUE(life.run_to_end(third.operation_id));
  EXPECT_GT(life.embedder.batches, batches);
  EXPECT_EQ(outcome(life, third), Outcome::kCompleted);
}

TEST_F(EmbeddingShareTest, AReplacedVersionsVectorsAreNoMore) {
  ServerLife life(clock, disk);
  auto first = life.upload("a.txt", essay());
  ASSERT_TRUE(life.run_to_end(first.operation_id));
  auto replaced = life.upload("a.txt", "It sleeps.", first.document_id);
  ASSERT_TRUE(life.run_to_end(replaced.operation_id));
  int batches = life.embedder.batches;
  auto second = life.upload("b.txt", essay());
  ASSERT_TRUE(life.run_to_end(second.operation_id));
  EXPECT_GT(life.embedder.batches, batches);
  EXPECT_EQ(outcome(life, second), Outcome::kCompleted);
}

TEST_F(EmbeddingShareTest, VectorsOfAnotherEmbedderAreNotTaken) {
  {
    ServerLife life(clock, disk);
    ASSERT_TRUE(life.run_to_end(life.upload("a.txt", essay()).operation_id));
  }
  ServerLife next(clock, disk, {}, CountingEmbedder("other/1", 24));
  auto second = next.upload("b.txt", essay());
  ASSERT_TRUE(next.run_to_end(second.operation_id));
  EXPECT_GT(next.embedder.batches, 0);
  EXPECT_EQ(windows(next, second.document_id).dimensions, 24);
}

TEST_F(EmbeddingShareTest, AfterARestartTheyGoOnTogether) {
  std::vector<std::string> embedded;
  std::pair<ServerLife::Accepted, ServerLife::Accepted> both;
  {
    ServerLife life(clock, disk);
    both = two_at_work(life);
    embedded = life.embedder.texts_seen;
    ASSERT_TRUE(life.shut_down());
  }
  ServerLife next(clock, disk);
  next.embedder.texts_seen = embedded;
  next.recover();
  ASSERT_TRUE(next.run_to_end(both.first.operation_id));
  ASSERT_TRUE(next.run_to_end(both.second.operation_id));
  EXPECT_EQ(outcome(next, both.first), Outcome::kCompleted);
  EXPECT_EQ(outcome(next, both.second), Outcome::kCompleted);
  EXPECT_EQ(repeated(next), 0);
}

// The other one may be done before it goes on: what that made is in the store by then.
TEST_F(EmbeddingShareTest, ARetryTakesWhatTheOtherMadeMeanwhile) {
  ServerLife life(clock, disk);
  auto [first, second] = two_at_work(life);
  ASSERT_TRUE(testing::run(life.loop, life.jobs.cancel(second.operation_id)));
  life.embedder.hangs = false;
  ASSERT_TRUE(life.run_to_end(first.operation_id));
  int batches = life.embedder.batches;
  ASSERT_TRUE(life.retry(second.operation_id));
  ASSERT_TRUE(life.run_to_end(second.operation_id));
  EXPECT_EQ(outcome(life, second), Outcome::kCompleted);
  EXPECT_EQ(life.embedder.batches, batches);
  EXPECT_EQ(repeated(life), 0);
  EXPECT_EQ(windows(life, second.document_id).vectors, windows(life, first.document_id).vectors);
}

// Any schedule of arrivals, cancels and failures: each ends for a reason of its own.
TEST_F(EmbeddingShareTest, InAnyScheduleNobodySuffersForAnother) {
  unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 dice(seed);
  for (int round = 0; round < 8; ++round) {
    ManualClock own_clock;
    Disk own_disk{own_clock};
    ServerLife life(own_clock, own_disk);
    int failures = 0;
    life.embedder.before_batch = [&](std::stop_token) -> Result<void> {
      if (dice() % 8 != 0) return {};
      ++failures;
      return fail(ErrorCode::kEmbeddingFailed, "The embedder is away.");
    };
    std::vector<ServerLife::Accepted> all;
    std::set<std::string> cancelled;
    for (int i = 0; i < 8; ++i) {
      all.push_back(life.upload(std::to_string(i) + ".txt", essay()));
      if (dice() % 2 == 0) life.loop.run_until_idle();
      const std::string& any = all[dice() % all.size()].operation_id;
      if (dice() % 4 != 0 || cancelled.contains(any)) continue;
      if (testing::run(life.loop, life.jobs.cancel(any))) cancelled.insert(any);
    }
    ASSERT_TRUE(life.run_until([&] { return idle(life); }));
    for (const ServerLife::Accepted& accepted : all) {
      auto error = life.operation(accepted.operation_id).state.error;
      if (!error) {
        EXPECT_FALSE(life.find("clams", {.document_id = accepted.document_id}).empty());
      } else if (!cancelled.contains(accepted.operation_id)) {
        EXPECT_EQ(error->type, ErrorCode::kEmbeddingFailed);
        --failures;
      }
    }
    EXPECT_GE(failures, 0) << "somebody failed for another's failure";
  }
}

}  // namespace
}  // namespace walrus::pipelines
