// Invariant 6: an upload goes on from its last checkpoint, wherever the server was killed; nothing
// is extracted or embedded again without need. Invariant 10: a store that fails now and then.
#include <gtest/gtest.h>

#include <set>

#include "pipelines/reconcile.h"
#include "testing/server_life.h"

namespace walrus::pipelines {
namespace {

using status::Outcome;
using testing::CountingEmbedder;
using testing::Disk;
using testing::Fault;
using testing::ManualClock;
using testing::ServerLife;

std::string essay() {
  std::string text;
  for (int i = 0; i < 24; ++i) {
    text += "Sentence " + std::to_string(i) + " says that the walrus eats clams and rests.\n";
  }
  return text;
}

// What is wrong with a completed document, or nothing.
std::string fault_in(ServerLife& life, const ServerLife::Accepted& accepted) {
  status::State state = life.operation(accepted.operation_id).state;
  if (state.outcome != Outcome::kCompleted) return "it did not complete";
  std::uint64_t last = 0;
  int percent = 0;
  int ends = 0;
  for (const status::Event& event : life.events(accepted.operation_id)) {
    if (event.sequence != last + 1) return "a hole in the log";
    if (event.percent < percent) return "progress falls";
    last = event.sequence;
    percent = event.percent;
    ends += status::is_terminal(status::Kind::kDocumentUpload, event);
  }
  if (ends != 1) return "not one end";
  store::DocumentRecord document = life.document(accepted.document_id);
  auto chunks = life.chunks(document.id, document.active_version);
  if (chunks.empty() || std::ssize(chunks) != document.chunk_count) return "chunks are missing";
  auto windows = testing::run(
      life.loop, life.disk.tables.windows(document.id, document.active_version, 0, 10'000));
  if (std::ssize(windows->vectors) != chunks.back().last_window * windows->dimensions) {
    return "vectors are missing";
  }
  if (life.find("clams").empty()) return "it is not found";
  return "";
}

class UploadResumeTest : public ::testing::Test {
 protected:
  // Starts over what the last life left.
  void take_up(ServerLife& life) {
    auto open = testing::run(life.loop, disk->tables.open_operations());
    ASSERT_TRUE(testing::run(life.loop, reconcile(life.parts, std::move(*open))));
    life.recover();
  }

  ManualClock clock;
  std::unique_ptr<Disk> disk = std::make_unique<Disk>(clock);
};

// The store goes away for good after the Nth commit, with or without that commit's effect, and the
// server dies. For every N there is.
TEST_F(UploadResumeTest, NeverStuckItGoesOnFromEveryCommit) {
  for (Fault last_one : {Fault::kBeforeCommit, Fault::kAfterCommit}) {
    bool all = false;
    for (int nth = 2; !all; ++nth) {  // the first is the accepting one
      SCOPED_TRACE("commit " + std::to_string(nth) + (last_one == Fault::kAfterCommit ? "+" : "-"));
      ASSERT_LT(nth, 100);
      disk = std::make_unique<Disk>(clock);
      ServerLife::Accepted accepted;
      std::vector<std::string> embedded;
      {
        ServerLife life(clock, *disk);
        life.store.fail_commit(nth, last_one);
        for (int later = nth + 1; later < nth + 3000; ++later) {
          life.store.fail_commit(later, Fault::kBeforeCommit);
        }
        accepted = life.upload("walrus.txt", essay());
        all = !life.run_until([&] { return life.store.commits() >= nth + 2; });
        embedded = life.embedder.texts_seen;
        ASSERT_TRUE(life.shut_down());
      }
      ServerLife next(clock, *disk);
      take_up(next);
      ASSERT_TRUE(next.run_to_end(accepted.operation_id));
      ASSERT_EQ(fault_in(next, accepted), "");
      std::vector<std::string> again = next.embedder.texts_seen;
      std::erase(again, "clams");  // fault_in's query
      std::set<std::string> before(embedded.begin(), embedded.end());
      auto twice = std::ranges::count_if(again, [&](auto& text) { return before.contains(text); });
      // At most the batch whose commit failed.
      EXPECT_LE(twice, last_one == Fault::kAfterCommit ? 0 : next.embedder.batch_size());
      ASSERT_TRUE(next.shut_down());
    }
  }
}

// A single fault anywhere: it waits, or fails with the reason and leaves nothing.
TEST_F(UploadResumeTest, AllOrNothingWithAFaultAtEveryCommit) {
  for (Fault fault : {Fault::kBeforeCommit, Fault::kAfterCommit}) {
    bool all = false;
    for (int nth = 2; !all; ++nth) {
      SCOPED_TRACE("commit " + std::to_string(nth));
      ASSERT_LT(nth, 100);
      disk = std::make_unique<Disk>(clock);
      ServerLife life(clock, *disk);
      life.store.fail_commit(nth, fault);
      auto accepted = life.upload("walrus.txt", essay());
      ASSERT_TRUE(life.run_to_end(accepted.operation_id));
      all = life.store.commits() < nth;
      status::State state = life.operation(accepted.operation_id).state;
      if (state.outcome == Outcome::kCompleted) {
        ASSERT_EQ(fault_in(life, accepted), "");
      } else {
        EXPECT_EQ(state.error->type, ErrorCode::kStorageUnavailable);
        EXPECT_TRUE(state.error->retryable);
        EXPECT_EQ(life.document(accepted.document_id).content_status, "failed");
        EXPECT_TRUE(life.chunks(accepted.document_id, 1).empty());
        EXPECT_TRUE(life.find("clams").empty());
        EXPECT_TRUE(disk->index->versions()->empty());
      }
      ASSERT_TRUE(life.shut_down());
    }
  }
}

TEST_F(UploadResumeTest, TheTextIsExtractedOnce) {
  ServerLife::Accepted accepted;
  {
    ServerLife life(clock, *disk);
    life.embedder.hangs = true;
    accepted = life.upload("walrus.txt", essay());
    ASSERT_TRUE(life.run_until([&] { return life.embedder.batches > 0; }));
    ASSERT_TRUE(life.shut_down());
  }
  // Were the file read again, this would be found.
  ASSERT_TRUE(disk->blobs.write(original_blob(accepted.document_id, 1), "Nothing but seals."));
  ServerLife next(clock, *disk);
  take_up(next);
  ASSERT_TRUE(next.run_to_end(accepted.operation_id));
  EXPECT_EQ(fault_in(next, accepted), "");
}

// What kills the server in the same place each time ends, though its text is there each time.
TEST_F(UploadResumeTest, NeverStuckAFileThatKillsTheServerThreeTimesEnds) {
  ServerLife::Accepted accepted;
  for (int life_number = 0; life_number <= 3; ++life_number) {
    ServerLife life(clock, *disk);
    life.embedder.hangs = true;
    if (life_number == 0) {
      accepted = life.upload("walrus.txt", essay());
    } else {
      take_up(life);
    }
    ASSERT_TRUE(life.run_until([&] { return life.embedder.batches > 0; })) << life_number;
    ASSERT_TRUE(life.shut_down());
    EXPECT_EQ(life.operation(accepted.operation_id).resumptions, life_number);
  }
  ServerLife last(clock, *disk);
  take_up(last);
  ASSERT_TRUE(last.run_to_end(accepted.operation_id));
  status::State state = last.operation(accepted.operation_id).state;
  ASSERT_EQ(state.outcome, Outcome::kFailed);
  EXPECT_EQ(state.error->type, ErrorCode::kInternal);
  EXPECT_EQ(last.embedder.batches, 0);
  EXPECT_EQ(last.document(accepted.document_id).content_status, "failed");
}

// Vectors of two models, or of windows cut in two ways, are never mixed.
TEST_F(UploadResumeTest, VectorsOfAnotherEmbedderAreMadeAnew) {
  ServerLife::Accepted accepted;
  {
    ServerLife life(clock, *disk);
    life.embedder.before_batch = [&](std::stop_token) -> Result<void> {
      if (life.embedder.batches == 3) life.embedder.hangs = true;
      return {};
    };
    accepted = life.upload("walrus.txt", essay());
    ASSERT_TRUE(life.run_until([&] { return life.embedder.hangs; }));
    ASSERT_TRUE(life.shut_down());
  }
  ASSERT_EQ(*testing::run(*std::make_unique<testing::ManualLoop>(clock),
                          disk->tables.window_count(accepted.document_id, 1)),
            8);
  ServerLife next(clock, *disk, {}, CountingEmbedder("other/1", 24));
  take_up(next);
  ASSERT_TRUE(next.run_to_end(accepted.operation_id));
  EXPECT_EQ(fault_in(next, accepted), "");
  auto windows = *testing::run(next.loop, disk->tables.windows(accepted.document_id, 1, 0, 1000));
  EXPECT_EQ(windows.dimensions, 24);
  EXPECT_EQ(next.document(accepted.document_id).embedder, "other/1");
}

}  // namespace
}  // namespace walrus::pipelines
