#include "store/backup.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "store/blobs.h"
#include "store/data_directory.h"
#include "store/sqlite/sqlite_store.h"
#include "testing/store_fixture.h"

namespace walrus::store {
namespace {

using testing::code_of;
using testing::document_record;
using testing::operation_record;

class BackupTest : public ::testing::Test {
 protected:
  BackupTest() : blobs(*Blobs::open(data / kBlobsName)) {
    store = std::move(*SqliteStore::open(data / kDatabaseName, clock, log, metrics));
  }

  Result<void> put(Mutation mutation) {
    WriteBatch batch;
    batch.mutations.push_back(std::move(mutation));
    return testing::run(loop, store->commit(std::move(batch)));
  }
  bool is_empty_but_for(const std::filesystem::path& directory, std::set<std::string> names) {
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
      if (!names.contains(entry.path().filename().string())) return false;
    }
    return true;
  }

  testing::TemporaryFolder folder;
  std::filesystem::path data = folder.path() / "data";
  std::filesystem::path archive = folder.path() / "walrus.tar";
  std::filesystem::path restored = folder.path() / "restored";
  testing::ManualClock clock;
  testing::ManualLoop loop{clock};
  Log log = Log::none();
  Metrics metrics;
  Blobs blobs;
  std::unique_ptr<SqliteStore> store;
};

TEST_F(BackupTest, HoldsRowsAndFiles) {
  std::string original(200'000, '\xfe');
  ASSERT_TRUE(blobs.write("d-original", original));
  ASSERT_TRUE(blobs.write("empty", ""));
  std::ofstream(blobs.incoming() / "half") << "half an upload";
  ASSERT_TRUE(put(PutDocument{document_record("d", "bob", clock.now())}));
  auto made = backup(data, archive);
  ASSERT_TRUE(made) << made.error().detail;
  struct stat facts;
  ASSERT_EQ(stat(archive.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600u) << "it holds what the data folder hides";
  EXPECT_TRUE(is_empty_but_for(folder.path(), {"data", "walrus.tar"})) << "nothing is left over";

  auto back = restore(archive, restored);
  ASSERT_TRUE(back) << back.error().detail;
  EXPECT_TRUE(is_empty_but_for(restored, {"walrus.db", "blobs"}));
  EXPECT_TRUE(is_empty_but_for(restored / "blobs", {"d-original", "empty"}));
  EXPECT_EQ(Blobs::open(restored / kBlobsName)->read("d-original").value_or(""), original);
  auto copy = SqliteStore::open(restored / kDatabaseName, clock, log, metrics);
  ASSERT_TRUE(copy);
  auto document = testing::run(loop, (*copy)->document("bob", "d"));
  EXPECT_TRUE(document && *document);
}

TEST_F(BackupTest, IsUnpackedByTarToo) {
  ASSERT_TRUE(blobs.write("d-original", "content"));
  ASSERT_TRUE(backup(data, archive));
  std::filesystem::create_directory(restored);
  std::string command = "tar -x -f " + archive.string() + " -C " + restored.string();
  ASSERT_EQ(std::system(command.c_str()), 0);
  EXPECT_EQ(Blobs::open(restored / kBlobsName)->read("d-original").value_or(""), "content");
  EXPECT_TRUE(SqliteStore::open(restored / kDatabaseName, clock, log, metrics));
}

TEST_F(BackupTest, IsConsistentWhileAServerWrites) {
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    testing::ManualClock own_clock;
    testing::ManualLoop own_loop(own_clock);
    for (int i = 0; !stop; ++i) {
      std::string id = "id-" + std::to_string(i);
      WriteBatch batch;
      batch.mutations.push_back(PutOperation{operation_record(id, "bob", own_clock.now())});
      batch.mutations.push_back(AppendEvents{id, {testing::progress_event(1, own_clock.now())}});
      EXPECT_TRUE(testing::run(own_loop, store->commit(std::move(batch))));
    }
  });
  for (int i = 0; i < 3; ++i) {
    auto file = folder.path() / ("backup-" + std::to_string(i));
    auto made = backup(data, file);
    EXPECT_TRUE(made) << made.error().detail;
    auto place = folder.path() / ("restored-" + std::to_string(i));
    EXPECT_TRUE(restore(file, place));
    auto copy = SqliteStore::open(place / kDatabaseName, clock, log, metrics);
    EXPECT_TRUE(copy);
    if (!copy) break;
    for (const OperationRecord& record : *testing::run(loop, (*copy)->open_operations())) {
      const std::string& id = record.state.operation.id;
      EXPECT_EQ(testing::run(loop, (*copy)->events("bob", id, 0, 10))->size(), 1u);
    }
  }
  stop = true;
  writer.join();
}

TEST_F(BackupTest, DoesNotOverwriteAnything) {
  std::ofstream(archive) << "precious";
  EXPECT_EQ(code_of(backup(data, archive)), ErrorCode::kInvalidInput);
  std::string content;
  std::ifstream(archive) >> content;
  EXPECT_EQ(content, "precious");
  std::filesystem::remove(archive);
  ASSERT_TRUE(backup(data, archive));
  EXPECT_EQ(code_of(restore(archive, data)), ErrorCode::kInvalidInput);
}

TEST_F(BackupTest, SaysWhenThereIsNothingToBackUpOrNoPlaceForIt) {
  EXPECT_EQ(code_of(backup(folder.path() / "nowhere", archive)), ErrorCode::kNotFound);
  EXPECT_FALSE(std::filesystem::exists(archive));
  EXPECT_EQ(code_of(backup(data, folder.path() / "absent" / "file")),
            ErrorCode::kStorageUnavailable);
}

TEST_F(BackupTest, ThatIsCutOffIsNotRestored) {
  ASSERT_TRUE(blobs.write("d-original", std::string(300'000, 'x')));
  ASSERT_TRUE(backup(data, archive));
  auto size = std::filesystem::file_size(archive);
  for (std::uintmax_t cut : {std::uintmax_t{0}, std::uintmax_t{100}, size / 3, size - 200'000}) {
    auto part = folder.path() / "part.tar";
    std::filesystem::copy_file(archive, part, std::filesystem::copy_options::overwrite_existing);
    std::filesystem::resize_file(part, cut);
    EXPECT_EQ(code_of(restore(part, restored)), ErrorCode::kInvalidInput) << cut;
    EXPECT_TRUE(!std::filesystem::exists(restored) || std::filesystem::is_empty(restored)) << cut;
  }
}

TEST_F(BackupTest, OfSomebodyElseIsNotRestored) {
  auto outside = folder.path() / "outside";
  std::ofstream(folder.path() / "evil") << "evil";
  for (std::string name : {"../outside", "blobs/../../outside", "/outside", "blobs/.hidden"}) {
    std::string command = "tar -c -P -f " + archive.string() + " -C " + folder.path().string() +
                          " --transform 's,^evil$," + name + ",' evil";
    ASSERT_EQ(std::system(command.c_str()), 0);
    EXPECT_EQ(code_of(restore(archive, restored)), ErrorCode::kInvalidInput) << name;
    EXPECT_FALSE(std::filesystem::exists(outside));
  }
}

}  // namespace
}  // namespace walrus::store
