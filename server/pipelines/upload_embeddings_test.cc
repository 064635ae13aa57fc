// An embedder that changes the size of its vectors, or gives empty ones, ends an upload with a
// reason; a version never has vectors of two sizes.
#include <gtest/gtest.h>

#include "testing/server_life.h"

namespace walrus::pipelines {
namespace {

using status::Outcome;
using testing::CountingEmbedder;
using testing::Disk;
using testing::ManualClock;
using testing::ServerLife;

std::string essay() {
  std::string text;
  for (int i = 0; i < 24; ++i) {
    text += "Sentence " + std::to_string(i) + " says that the walrus eats clams and rests.\n";
  }
  return text;
}

std::vector<float> vectors(int windows, int dimensions) {
  return std::vector<float>(static_cast<std::size_t>(windows * dimensions), 1.0F);
}

TEST(SharedVectorsTest, TakeWindowsInOrderAndOfOneSizeAlone) {
  SharedVectors shared;
  EXPECT_FALSE(shared.add(0, 0, {})) << "of no size";
  EXPECT_FALSE(shared.add(1, 4, vectors(1, 4))) << "behind a hole";
  EXPECT_TRUE(shared.add(0, 4, vectors(2, 4)));
  EXPECT_TRUE(shared.add(0, 4, vectors(2, 4))) << "what is there is passed over";
  EXPECT_TRUE(shared.add(1, 4, vectors(2, 4)));
  EXPECT_FALSE(shared.add(3, 6, vectors(2, 6))) << "of another size";
  EXPECT_FALSE(shared.add(3, 0, {}));
  EXPECT_FALSE(shared.add(4, 4, vectors(1, 4)));
  EXPECT_EQ(shared.count(), 3);
  EXPECT_EQ(shared.dimensions(), 4);
  EXPECT_EQ(shared.all().size(), 12u);
}

class UploadEmbeddingsTest : public ::testing::Test {
 protected:
  int windows_stored(ServerLife& life, const std::string& document_id) {
    return *testing::run(life.loop, disk.tables.window_count(document_id, 1));
  }
  // Every window of the document that was completed, of `dimensions` numbers each.
  void expect_whole(ServerLife& life, const ServerLife::Accepted& accepted, int dimensions) {
    ASSERT_EQ(life.operation(accepted.operation_id).state.outcome, Outcome::kCompleted);
    auto windows = *testing::run(life.loop, disk.tables.windows(accepted.document_id, 1, 0, 1000));
    auto chunks = life.chunks(accepted.document_id, 1);
    EXPECT_EQ(windows.dimensions, dimensions);
    EXPECT_EQ(std::ssize(windows.vectors), chunks.back().last_window * dimensions);
    EXPECT_FALSE(life.find("clams", {.document_id = accepted.document_id}).empty());
  }
  void expect_failed(ServerLife& life, const ServerLife::Accepted& accepted,
                     std::string_view message) {
    status::State state = life.operation(accepted.operation_id).state;
    ASSERT_EQ(state.outcome, Outcome::kFailed);
    EXPECT_EQ(state.error->type, ErrorCode::kEmbeddingFailed);
    EXPECT_TRUE(state.error->retryable);
    EXPECT_NE(state.error->message.find(message), std::string::npos) << state.error->message;
  }
  // Calls `change` before the third batch, when the vectors of two are there.
  static void before_third_batch(ServerLife& life, std::function<Result<void>()> change) {
    auto allow = [&life, change = std::move(change)](std::stop_token) -> Result<void> {
      return life.embedder.batches == 3 ? change() : Result<void>();
    };
    life.embedder.before_batch = std::move(allow);
  }
  static Result<void> away() { return fail(ErrorCode::kEmbeddingFailed, "The embedder is away."); }

  ManualClock clock;
  Disk disk{clock};
};

TEST_F(UploadEmbeddingsTest, ASizeThatChangesBetweenTwoBatchesEndsTheRunAndARetryStartsAnew) {
  ServerLife life(clock, disk);
  before_third_batch(life, [&life]() -> Result<void> {
    life.embedder.dimensions = 24;
    return {};
  });
  auto accepted = life.upload("a.txt", essay());
  ASSERT_TRUE(life.run_to_end(accepted.operation_id));
  expect_failed(life, accepted, "24 numbers, where it gave 16 before");
  EXPECT_EQ(life.embedder.batches, 3);
  EXPECT_EQ(windows_stored(life, accepted.document_id), 0);
  ASSERT_TRUE(life.retry(accepted.operation_id));
  ASSERT_TRUE(life.run_to_end(accepted.operation_id));
  expect_whole(life, accepted, 24);
}

TEST_F(UploadEmbeddingsTest, ASizeThatChangesBetweenTwoRunsEndsTheSecondAndARetryStartsAnew) {
  ServerLife::Accepted accepted;
  {
    ServerLife life(clock, disk);
    before_third_batch(life, [&life]() -> Result<void> {
      life.embedder.hangs = true;
      return {};
    });
    accepted = life.upload("a.txt", essay());
    ASSERT_TRUE(life.run_until([&] { return life.embedder.hangs; }));
    ASSERT_TRUE(life.shut_down());
    ASSERT_EQ(windows_stored(life, accepted.document_id), 8);
  }
  ServerLife next(clock, disk, {}, CountingEmbedder("counting/1", 24));
  next.recover();
  ASSERT_TRUE(next.run_to_end(accepted.operation_id));
  expect_failed(next, accepted, "24 numbers, where it gave 16 before");
  EXPECT_EQ(next.embedder.batches, 1);
  ASSERT_TRUE(next.retry(accepted.operation_id));
  ASSERT_TRUE(next.run_to_end(accepted.operation_id));
  expect_whole(next, accepted, 24);
}

// The windows of the first run are of another size than what an equal upload makes meanwhile.
TEST_F(UploadEmbeddingsTest, WindowsOfAnotherSizeThanTheSharedOnesGo) {
  ServerLife life(clock, disk);
  before_third_batch(life, away);
  auto first = life.upload("a.txt", essay());
  ASSERT_TRUE(life.run_to_end(first.operation_id));
  ASSERT_EQ(windows_stored(life, first.document_id), 8);

  life.embedder.batches = 0;
  life.embedder.dimensions = 24;
  before_third_batch(life, [&life]() -> Result<void> {
    life.embedder.hangs = true;
    return {};
  });
  auto second = life.upload("b.txt", essay());
  ASSERT_TRUE(life.run_until([&] { return life.embedder.hangs; }));
  ASSERT_TRUE(life.retry(first.operation_id));
  ASSERT_TRUE(life.run_until([&] {
    auto windows = *testing::run(life.loop, disk.tables.windows(first.document_id, 1, 0, 1000));
    return windows.dimensions == 24;
  }));
  life.embedder.hangs = false;
  ASSERT_TRUE(life.run_to_end(first.operation_id));
  ASSERT_TRUE(life.run_to_end(second.operation_id));
  expect_whole(life, first, 24);
  expect_whole(life, second, 24);
}

TEST_F(UploadEmbeddingsTest, EmptyVectorsEndTheRunAndWhatIsThereStays) {
  ServerLife life(clock, disk);
  before_third_batch(life, [&life]() -> Result<void> {
    life.embedder.dimensions = 0;
    return {};
  });
  auto accepted = life.upload("a.txt", essay());
  ASSERT_TRUE(life.run_to_end(accepted.operation_id));
  expect_failed(life, accepted, "empty vectors");
  EXPECT_EQ(windows_stored(life, accepted.document_id), 8);
  life.embedder.dimensions = 16;
  ASSERT_TRUE(life.retry(accepted.operation_id));
  ASSERT_TRUE(life.run_to_end(accepted.operation_id));
  expect_whole(life, accepted, 16);
}

TEST_F(UploadEmbeddingsTest, EmptyVectorsFromTheFirstOnEndTheRun) {
  ServerLife life(clock, disk, {}, CountingEmbedder("counting/1", 0));
  auto accepted = life.upload("a.txt", essay());
  ASSERT_TRUE(life.run_to_end(accepted.operation_id));
  expect_failed(life, accepted, "empty vectors");
  EXPECT_EQ(life.embedder.batches, 1);
}

}  // namespace
}  // namespace walrus::pipelines
