#include "store/data_directory.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "base/ids.h"
#include "testing/store_fixture.h"

namespace walrus::store {
namespace {

class DataDirectoryTest : public ::testing::Test {
 protected:
  Result<DataDirectory> open() { return DataDirectory::open(directory, clock.now(), log); }
  testing::TemporaryFolder folder;
  std::filesystem::path directory = folder.path() / "made" / "walrus-data";
  testing::ManualClock clock;
  Log log = Log::none();
};

TEST_F(DataDirectoryTest, MakesTheFolderForItsOwnerAlone) {
  auto opened = open();
  ASSERT_TRUE(opened) << opened.error().detail;
  struct stat facts;
  ASSERT_EQ(stat(directory.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0700u);
  EXPECT_EQ(opened->database(), directory / "walrus.db");
  EXPECT_EQ(opened->blobs(), directory / "blobs");
}

TEST_F(DataDirectoryTest, ClosesAFolderThatWasOpenToOthers) {
  std::filesystem::create_directories(directory);
  ASSERT_EQ(chmod(directory.c_str(), 0755), 0);
  ASSERT_TRUE(open());
  struct stat facts;
  ASSERT_EQ(stat(directory.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0700u);
}

TEST_F(DataDirectoryTest, IsForOneServer) {
  {
    auto first = open();
    ASSERT_TRUE(first);
    auto second = open();
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::kStorageUnavailable);
    EXPECT_NE(second.error().message.find("Another Walrus server"), std::string::npos);
    EXPECT_EQ(second.error().message.find(directory.string()), std::string::npos);
  }
  EXPECT_TRUE(open()) << "the lock goes with its holder";
}

TEST_F(DataDirectoryTest, IsNotHeldByChildrenThatOutliveTheServer) {
  int to_child[2];
  int from_child[2];
  ASSERT_EQ(pipe2(to_child, O_CLOEXEC), 0);
  ASSERT_EQ(pipe2(from_child, O_CLOEXEC), 0);
  pid_t child = 0;
  {
    auto first = open();
    ASSERT_TRUE(first);
    child = fork();
    if (child == 0) {
      dup2(to_child[0], 0);
      dup2(from_child[1], 1);
      execl("/bin/cat", "cat", nullptr);
      _exit(1);
    }
    // It echoes, so it is past its exec.
    char byte = 'x';
    ASSERT_EQ(write(to_child[1], &byte, 1), 1);
    ASSERT_EQ(read(from_child[0], &byte, 1), 1);
  }
  EXPECT_TRUE(open()) << "while the child lives";
  for (int end : {to_child[0], to_child[1], from_child[0], from_child[1]}) close(end);
  int code = 0;
  waitpid(child, &code, 0);
}

TEST_F(DataDirectoryTest, KeepsItsNodeId) {
  std::string id = open()->node_id();
  EXPECT_TRUE(is_uuid(id));
  clock.advance(std::chrono::hours(1));
  EXPECT_EQ(open()->node_id(), id);
  std::ofstream(directory / "node-id") << "half";
  std::string fresh = open()->node_id();
  EXPECT_TRUE(is_uuid(fresh));
  EXPECT_NE(fresh, id);
}

TEST_F(DataDirectoryTest, SaysWhenTheFolderCannotBeMade) {
  std::ofstream(folder.path() / "made") << "a file";
  auto refused = open();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kStorageUnavailable);
  EXPECT_EQ(refused.error().message.find(folder.path().string()), std::string::npos);
}

TEST(FileSystems, OfTheNetworkAreKnown) {
  for (std::uint64_t magic : {0x6969ULL, 0xff534d42ULL, 0xfe534d42ULL, 0x517bULL}) {
    EXPECT_EQ(file_system_of(magic), FileSystem::kNetwork) << magic;
  }
  EXPECT_EQ(file_system_of(0x65735546), FileSystem::kUserSpace);
  EXPECT_EQ(file_system_of(EXT4_SUPER_MAGIC), FileSystem::kLocal);
  EXPECT_EQ(file_system_of(TMPFS_MAGIC), FileSystem::kLocal);
}

}  // namespace
}  // namespace walrus::store
