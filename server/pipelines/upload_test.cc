// Invariant 7, all or nothing, and 6, never stuck, on the upload's real parts.
#include "pipelines/upload.h"

#include <gtest/gtest.h>

#include "testing/server_life.h"

namespace walrus::pipelines {
namespace {

using status::Event;
using status::Outcome;
using status::Step;
using testing::Disk;
using testing::Fault;
using testing::ManualClock;
using testing::ServerLife;

// Enough for several chunks and several batches of windows.
std::string essay(std::string_view animal) {
  std::string text;
  for (int i = 0; i < 24; ++i) {
    text += "Sentence " + std::to_string(i) + " says that the " + std::string(animal) +
            " eats clams and rests on ice.\n";
  }
  return text;
}

class UploadTest : public ::testing::Test {
 protected:
  // Whether the index finds the word now; usable while events are heard.
  bool is_found(const std::string& word) {
    auto hits = disk.index->search({.owner = "local", .text = word, .limit = 5, .embedder = {}});
    return hits && !hits->empty();
  }
  // Everything a version of a document may leave; one that failed keeps its windows for a retry.
  std::string leftovers(ServerLife& life, const std::string& document, int version) {
    if (*testing::run(life.loop, disk.tables.window_count(document, version)) > 0) return "windows";
    return leftovers_of_failed(life, document, version);
  }
  std::string leftovers_of_failed(ServerLife& life, const std::string& document, int version) {
    if (!life.chunks(document, version).empty()) return "chunks";
    for (const auto& indexed : *disk.index->versions()) {
      if (indexed.document_id == document && indexed.version == version) return "index";
    }
    return "";
  }
  static int ends(const std::vector<Event>& events) {
    return static_cast<int>(std::ranges::count_if(events, [](const Event& event) {
      return status::is_terminal(status::Kind::kDocumentUpload, event);
    }));
  }
  void expect_found_whole(ServerLife& life, const ServerLife::Accepted& accepted,
                          std::string_view content) {
    store::DocumentRecord document = life.document(accepted.document_id);
    EXPECT_EQ(document.content_status, "success");
    auto chunks = life.chunks(document.id, document.active_version);
    ASSERT_EQ(std::ssize(chunks), document.chunk_count);
    ASSERT_GT(chunks.size(), 3u);
    for (const auto& chunk : chunks) {
      EXPECT_NE(content.find(chunk.text), std::string_view::npos);
    }
    EXPECT_FALSE(life.find("clams").empty());
  }

  ManualClock clock;
  Disk disk{clock};
};

TEST_F(UploadTest, OrderEveryStepIsReportedWithItsWordsAndPercentage) {
  ServerLife life(clock, disk);
  auto accepted = life.upload("walrus.txt", essay("walrus"));
  ASSERT_TRUE(life.run_to_end(accepted.operation_id));
  std::vector<Step> steps;
  for (const Event& event : life.events(accepted.operation_id)) {
    if (steps.empty() || steps.back() != event.step) {
      steps.push_back(event.step);
      EXPECT_EQ(event.percent,
                status::planned_step(status::Kind::kDocumentUpload, event.step).percent);
    }
  }
  EXPECT_EQ(steps,
            (std::vector{Step::kValidating, Step::kExtractingText, Step::kChunkingText,
                         Step::kCreatingEmbeddings, Step::kStoringMetadata, Step::kFinished}));
  expect_found_whole(life, accepted, essay("walrus"));

  store::DocumentRecord document = life.document(accepted.document_id);
  status::State state = life.operation(accepted.operation_id).state;
  EXPECT_EQ(state.message, "Upload completed successfully");
  EXPECT_EQ(find_integer(state.metadata, "chunks_created"), document.chunk_count);
  EXPECT_EQ(find_integer(state.metadata, "chunks_embedded"), document.chunk_count);
  EXPECT_EQ(find_integer(state.metadata, "total_tokens"), document.total_tokens);
  EXPECT_EQ(document.embedder, "counting/1");
  EXPECT_EQ(document.language, "en");
  EXPECT_EQ(document.sequence, state.sequence);
}

TEST_F(UploadTest, AllOrNothingItIsFoundWithItsEndAndNotBefore) {
  ServerLife life(clock, disk);
  auto accepted = life.upload("walrus.txt", essay("walrus"));
  int seen = 0;
  auto watcher = life.watch(accepted.operation_id, [&](const Event& event) {
    ++seen;
    EXPECT_EQ(is_found("walrus"), event.outcome == Outcome::kCompleted)
        << status::name_of(event.step);
  });
  ASSERT_TRUE(life.run_to_end(accepted.operation_id));
  EXPECT_TRUE(watcher->ended);
  EXPECT_GE(seen, 4);
}

TEST_F(UploadTest, AllOrNothingAFailedOneLeavesNothing) {
  ServerLife life(clock, disk);
  life.embedder.before_batch = [&](std::stop_token) -> Result<void> {
    if (life.embedder.batches < 3) return {};
    return fail(ErrorCode::kEmbeddingFailed, "The embedder is away.");
  };
  auto accepted = life.upload("walrus.txt", essay("walrus"));
  ASSERT_TRUE(life.run_to_end(accepted.operation_id));
  status::State state = life.operation(accepted.operation_id).state;
  ASSERT_EQ(state.outcome, Outcome::kFailed);
  EXPECT_EQ(state.error->type, ErrorCode::kEmbeddingFailed);
  EXPECT_EQ(state.error->step, Step::kCreatingEmbeddings);
  EXPECT_EQ(life.document(accepted.document_id).content_status, "failed");
  EXPECT_EQ(life.document(accepted.document_id).active_version, 0);
  EXPECT_EQ(leftovers_of_failed(life, accepted.document_id, 1), "");
  EXPECT_FALSE(is_found("walrus"));
}

// The wish is durable when all but the last commit is done.
TEST_F(UploadTest, AllOrNothingOneThatIsCancelledAtTheLastMomentLeavesNothing) {
  ServerLife life(clock, disk);
  auto accepted = life.upload("walrus.txt", essay("walrus"));
  auto wish = [](store::Store& tables, std::string id) -> Task<void> {
    store::WriteBatch batch;
    batch.mutations.push_back(store::RequestCancel{std::move(id)});
    EXPECT_TRUE(co_await tables.commit(std::move(batch)));
  };
  TaskGroup group(life.loop, [](std::exception_ptr) { FAIL(); });
  auto watcher = life.watch(accepted.operation_id, [&](const Event& event) {
    if (event.step != Step::kStoringMetadata || event.error) return;
    group.start(wish(disk.tables, accepted.operation_id));
  });
  ASSERT_TRUE(life.run_to_end(accepted.operation_id));
  status::State state = life.operation(accepted.operation_id).state;
  ASSERT_EQ(state.outcome, Outcome::kFailed);
  EXPECT_EQ(state.error->type, ErrorCode::kCancelled);
  EXPECT_EQ(ends(watcher->events), 1);
  EXPECT_EQ(leftovers_of_failed(life, accepted.document_id, 1), "");
  EXPECT_FALSE(is_found("walrus"));
}

TEST_F(UploadTest, AllOrNothingAReplacedOneServesTheOldUntilTheNewIsReady) {
  ServerLife life(clock, disk);
  auto first = life.upload("a.txt", essay("walrus"));
  ASSERT_TRUE(life.run_to_end(first.operation_id));
  std::uint64_t before = life.document(first.document_id).sequence;
  auto second = life.upload("b.txt", essay("narwhal"), first.document_id);
  auto watcher = life.watch(second.operation_id, [&](const Event& event) {
    bool done = event.outcome == Outcome::kCompleted;
    EXPECT_EQ(is_found("walrus"), !done);
    EXPECT_EQ(is_found("narwhal"), done);
  });
  ASSERT_TRUE(life.run_to_end(second.operation_id));
  EXPECT_TRUE(watcher->ended);
  EXPECT_GT(life.events(second.operation_id).front().sequence, before);
  expect_found_whole(life, second, essay("narwhal"));
  EXPECT_EQ(life.document(first.document_id).filename, "b.txt");
  EXPECT_EQ(leftovers(life, first.document_id, 1), "");
  EXPECT_FALSE(disk.blobs.exists(original_blob(first.document_id, 1)));
  EXPECT_FALSE(disk.blobs.exists(text_blob(first.document_id, 1)));
  EXPECT_TRUE(disk.blobs.exists(original_blob(first.document_id, 2)));
}

TEST_F(UploadTest, AllOrNothingAFailedReplacementLeavesTheOldAsItWas) {
  ServerLife life(clock, disk);
  auto first = life.upload("a.txt", essay("walrus"));
  ASSERT_TRUE(life.run_to_end(first.operation_id));
  life.embedder.before_batch = [](std::stop_token) -> Result<void> {
    return fail(ErrorCode::kEmbeddingFailed, "The embedder is away.");
  };
  auto second = life.upload("b.txt", essay("narwhal"), first.document_id);
  ASSERT_TRUE(life.run_to_end(second.operation_id));
  EXPECT_EQ(life.operation(second.operation_id).state.outcome, Outcome::kFailed);
  expect_found_whole(life, first, essay("walrus"));
  store::DocumentRecord document = life.document(first.document_id);
  EXPECT_EQ(document.active_version, 1);
  EXPECT_EQ(document.filename, "a.txt");
  EXPECT_EQ(leftovers_of_failed(life, first.document_id, 2), "");
  // The next one does not meet what the failed one left.
  life.embedder.before_batch = {};
  auto third = life.upload("c.txt", essay("beluga"), first.document_id);
  ASSERT_TRUE(life.run_to_end(third.operation_id));
  expect_found_whole(life, third, essay("beluga"));
  EXPECT_EQ(life.document(first.document_id).active_version, 3);
}

TEST_F(UploadTest, SaysWhatIsWrongWithTheFile) {
  ServerLife life(clock, disk);
  auto ended_with = [&](const std::string& name, std::string_view content) {
    auto accepted = life.upload(name, content);
    EXPECT_TRUE(life.run_to_end(accepted.operation_id));
    auto error = life.operation(accepted.operation_id).state.error;
    return error ? std::pair(error->type, error->step)
                 : std::pair(ErrorCode::kInternal, Step::kFinished);
  };
  EXPECT_EQ(ended_with("a.txt", std::string_view("\x7F"
                                                 "ELF\x02\x01\x01\0\0\0\0\0",
                                                 12)),
            std::pair(ErrorCode::kUnsupportedFormat, Step::kValidating));
  auto [empty, where] = ended_with("b.txt", " \n\t\n ");
  EXPECT_EQ(empty, ErrorCode::kEmptyDocument);
  EXPECT_EQ(ended_with("c.pdf", "%PDF-1.7\nnothing of a PDF follows").second,
            Step::kExtractingText);
}

TEST_F(UploadTest, ADocumentDeletedUnderItsFeetIsNotBroughtBack) {
  ServerLife life(clock, disk);
  life.embedder.before_batch = [&](std::stop_token) -> Result<void> {
    life.embedder.hangs = life.embedder.batches == 2;
    return {};
  };
  auto accepted = life.upload("walrus.txt", essay("walrus"));
  auto watcher = life.watch(accepted.operation_id);
  ASSERT_TRUE(life.run_until([&] { return life.embedder.hangs; }));
  store::WriteBatch remove;
  remove.mutations.push_back(store::DeleteDocument{"local", accepted.document_id});
  ASSERT_TRUE(testing::run(life.loop, disk.tables.commit(std::move(remove))));
  life.embedder.hangs = false;
  ASSERT_TRUE(life.run_until([&] { return watcher->closed; }));
  EXPECT_TRUE(
      life.run_until([&] { return life.jobs.running(status::Kind::kDocumentUpload) == 0; }));
  EXPECT_TRUE(testing::run(life.loop, disk.tables.document_versions())->empty());
  EXPECT_EQ(leftovers(life, accepted.document_id, 1), "");
}

}  // namespace
}  // namespace walrus::pipelines
