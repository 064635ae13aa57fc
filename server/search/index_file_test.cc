// What the index does when its file, or the disk under it, is not as it should be.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>

#include "search/index.h"
#include "search/index_test_data.h"
#include "testing/power_loss_vfs.h"

namespace walrus::search {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class IndexFileTest : public ::testing::Test {
 protected:
  std::unique_ptr<SearchIndex> open() {
    auto index = SearchIndex::open(file_, {}, log_);
    EXPECT_TRUE(index) << index.error().detail;
    return index ? std::move(*index) : nullptr;
  }
  static void put(SearchIndex& index, const std::string& document, int version,
                  const std::vector<std::string>& texts) {
    ASSERT_TRUE(index.add(made_version("alice", document, version, texts)));
    ASSERT_TRUE(index.activate("alice", document, version));
  }
  static std::vector<std::string> found(SearchIndex& index, const std::string& text) {
    auto hits = index.search({.owner = "alice", .text = text, .limit = 100});
    EXPECT_TRUE(hits) << hits.error().detail;
    return names(hits.value_or(std::vector<Hit>()));
  }
  void fill_and_close() {
    auto index = open();
    put(*index, "doc", 1, {"walrus"});
  }
  void expect_replaced() {
    auto index = open();
    EXPECT_THAT(index->versions().value(), IsEmpty());
    EXPECT_THAT(found(*index, "walrus"), IsEmpty());
    put(*index, "doc", 1, {"walrus"});
    EXPECT_THAT(found(*index, "walrus"), ElementsAre("doc/1/0"));
  }
  void run_sql(const char* sql) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(file_.c_str(), &database), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(database);
  }

  TemporaryFolder folder_;
  std::filesystem::path file_ = folder_.file("index.db");
  Log log_ = Log::none();
};

TEST_F(IndexFileTest, KeepsWhatIsInIt) {
  fill_and_close();
  auto index = open();
  EXPECT_THAT(found(*index, "walrus"), ElementsAre("doc/1/0"));
  EXPECT_THAT(index->versions().value(), SizeIs(1));
  put(*index, "doc", 2, {"walrus"});
  EXPECT_THAT(found(*index, "walrus"), ElementsAre("doc/2/0"));
}

TEST_F(IndexFileTest, AProcessThatIsKilledLosesNothing) {
  auto index = open();
  put(*index, "doc", 1, {"walrus"});
  ASSERT_TRUE(index->add(made_version("alice", "doc", 2, {"walrus"})));
  // What a killed process leaves: the file and its log, as they are at this moment.
  std::filesystem::path copy = folder_.file("copy.db");
  std::filesystem::copy_file(file_, copy);
  std::filesystem::copy_file(file_.string() + "-wal", copy.string() + "-wal");
  auto reopened = SearchIndex::open(copy, {}, log_).value();
  EXPECT_THAT(found(*reopened, "walrus"), ElementsAre("doc/1/0"));
  EXPECT_THAT(reopened->versions().value(), SizeIs(2));
  ASSERT_TRUE(reopened->activate("alice", "doc", 2));
  EXPECT_THAT(found(*reopened, "walrus"), ElementsAre("doc/2/0"));
}

TEST_F(IndexFileTest, ReplacesAFileThatIsNoDatabase) {
  std::ofstream(file_) << std::string(100'000, 'x');
  expect_replaced();
  EXPECT_TRUE(std::filesystem::exists(file_.string() + ".old"));
}

TEST_F(IndexFileTest, TakesAnEmptyFile) {
  std::ofstream(file_).close();
  expect_replaced();
  EXPECT_FALSE(std::filesystem::exists(file_.string() + ".old"));
}

TEST_F(IndexFileTest, ReplacesAFileThatIsCutOff) {
  fill_and_close();
  std::filesystem::resize_file(file_, std::filesystem::file_size(file_) / 2);
  expect_replaced();
}

TEST_F(IndexFileTest, ReplacesAnotherSchema) {
  fill_and_close();
  run_sql("PRAGMA user_version = 999");
  expect_replaced();
}

TEST_F(IndexFileTest, ReplacesSomebodyElsesDatabase) {
  run_sql("CREATE TABLE precious (id INTEGER); INSERT INTO precious VALUES (1)");
  expect_replaced();
  EXPECT_TRUE(std::filesystem::exists(file_.string() + ".old"));
}

TEST_F(IndexFileTest, ReplacesAFileWithoutItsTables) {
  fill_and_close();
  run_sql("DROP TABLE versions");
  expect_replaced();
}

TEST_F(IndexFileTest, AFolderThatIsNotThereIsAnError) {
  auto index = SearchIndex::open(folder_.file("no/such/index.db"), {}, log_);
  ASSERT_FALSE(index);
  EXPECT_EQ(index.error().code, ErrorCode::kStorageUnavailable);
  EXPECT_EQ(index.error().message.find("no/such"), std::string::npos);
}

TEST_F(IndexFileTest, DamageMetAtRunTimeIsRepairedAtTheNextStart) {
  fill_and_close();
  {
    auto index = open();
    // Behind the index's back: all pages but the first become noise.
    std::fstream raw(file_, std::ios::in | std::ios::out | std::ios::binary);
    raw.seekp(16384);
    std::string noise(std::filesystem::file_size(file_) - 16384, '\x5a');
    raw.write(noise.data(), static_cast<std::streamsize>(noise.size()));
    raw.close();
    auto hits = index->search({.owner = "alice", .text = "walrus"});
    ASSERT_FALSE(hits);
    EXPECT_EQ(hits.error().code, ErrorCode::kStorageUnavailable);
  }
  EXPECT_TRUE(std::filesystem::exists(file_.string() + ".damaged"));
  expect_replaced();
  EXPECT_FALSE(std::filesystem::exists(file_.string() + ".damaged"));
}

TEST_F(IndexFileTest, TermsThatAreNotWhatWasWrittenAreDamage) {
  auto index = open();
  put(*index, "doc", 1, {"walrus"});
  put(*index, "other", 1, {"seal"});
  run_sql("UPDATE terms SET compressed = x'00112233445566778899'");
  Result<void> removed = index->remove("doc");
  ASSERT_FALSE(removed);
  EXPECT_EQ(removed.error().code, ErrorCode::kStorageUnavailable);
  EXPECT_THAT(found(*index, "walrus"), ElementsAre("doc/1/0")) << "nothing was changed by half";
  index.reset();
  expect_replaced();
}

// A disk of the tests' own. Everything opened while it lives is on it.
class Disk {
 public:
  Disk() : vfs_("search-index-test") {
    sqlite3_vfs_register(sqlite3_vfs_find("search-index-test"), 1);
  }
  testing::PowerLossVfs* operator->() { return &vfs_; }

 private:
  testing::PowerLossVfs vfs_;
};

// Two documents, the one changed and the other removed: what is interrupted below.
void change(SearchIndex& index, std::vector<Result<void>>& outcomes) {
  std::vector<std::string> texts(4, "walrus second");
  outcomes.push_back(index.add(made_version("alice", "doc", 2, texts)));
  outcomes.push_back(index.activate("alice", "doc", 2));
  outcomes.push_back(index.remove("other"));
}

TEST_F(IndexFileTest, ALostPowerLeavesTheOldOrTheNew) {
  constexpr unsigned kSeed = 20240115;
  int lost = 0;
  for (int nth = 1; nth < 400; ++nth) {
    Disk disk;
    {
      auto index = open();
      put(*index, "doc", 1, std::vector<std::string>(4, "walrus first"));
      put(*index, "other", 1, {"seal"});
      disk->lose_power_at(nth);
      std::vector<Result<void>> outcomes;
      change(*index, outcomes);
    }
    if (!disk->struck()) break;
    ++lost;
    std::mt19937_64 random(kSeed + nth);
    disk->power_on(random);
    auto index = open();
    ASSERT_TRUE(index);
    auto hits = found(*index, "walrus");
    ASSERT_TRUE(hits.empty() || hits.size() == 4) << "power lost at " << nth << " seed " << kSeed;
    auto first = found(*index, "first");
    auto second = found(*index, "second");
    EXPECT_EQ(first.size() + second.size(), hits.size()) << nth;
    put(*index, "doc", 3, {"walrus third"});
    EXPECT_THAT(found(*index, "walrus"), ElementsAre("doc/3/0")) << nth;
    EXPECT_THAT(found(*index, "second"), IsEmpty()) << nth;
  }
  EXPECT_GT(lost, 5);
}

TEST_F(IndexFileTest, ADiskThatFailsIsAnErrorAndNoMore) {
  for (bool persistent : {false, true}) {
    int failed = 0;
    for (int nth = 1; nth < 400; ++nth) {
      Disk disk;
      auto index = open();
      put(*index, "doc", 1, std::vector<std::string>(4, "walrus first"));
      put(*index, "other", 1, {"seal"});
      disk->fail_at(nth, persistent);
      std::vector<Result<void>> outcomes;
      change(*index, outcomes);
      bool struck = disk->struck();
      disk->repair();
      bool any_failed = false;
      for (const Result<void>& outcome : outcomes) {
        if (outcome) continue;
        any_failed = true;
        bool expected = outcome.error().code == ErrorCode::kStorageUnavailable ||
                        (!outcomes[0] && outcome.error().code == ErrorCode::kNotFound);
        EXPECT_TRUE(expected) << outcome.error().detail;
      }
      if (any_failed) ++failed;
      EXPECT_THAT(found(*index, "walrus"), SizeIs(4)) << nth;
      EXPECT_THAT(found(*index, outcomes[1] ? "second" : "first"), SizeIs(4)) << nth;
      EXPECT_EQ(found(*index, "seal").empty(), outcomes[2].has_value()) << nth;
      outcomes.clear();
      change(*index, outcomes);
      for (const Result<void>& outcome : outcomes) EXPECT_TRUE(outcome) << outcome.error().detail;
      EXPECT_THAT(found(*index, "second"), SizeIs(4)) << nth;
      if (!struck) break;
    }
    EXPECT_GT(failed, 3) << persistent;
  }
}

TEST_F(IndexFileTest, ADiskThatFailsWhileTheFileIsMade) {
  for (int nth = 1; nth < 100; ++nth) {
    Disk disk;
    disk->fail_at(nth, true);
    auto index = SearchIndex::open(file_, {}, log_);
    bool struck = disk->struck();
    if (struck) {
      EXPECT_FALSE(index);
    }
    if (index) index->reset();
    disk->repair();
    expect_replaced();
    if (!struck) break;
  }
}

}  // namespace
}  // namespace walrus::search
