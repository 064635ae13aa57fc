#include "store/blobs.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <thread>

#include "testing/store_fixture.h"

namespace walrus::store {
namespace {

using testing::code_of;

class BlobsTest : public ::testing::Test {
 protected:
  Blobs open() {
    auto opened = Blobs::open(folder.path() / "data" / "blobs");
    EXPECT_TRUE(opened);
    return std::move(*opened);
  }
  std::filesystem::path arrive(const Blobs& blobs, const std::string& content) {
    auto file = blobs.incoming() / "upload";
    std::ofstream(file, std::ios::binary) << content;
    return file;
  }
  testing::TemporaryFolder folder;
};

TEST_F(BlobsTest, KeepsAFileUnderItsName) {
  Blobs blobs = open();
  std::string content("PDF\0\xff bytes", 11);
  auto file = arrive(blobs, content);
  EXPECT_FALSE(blobs.exists("0190-a.bin"));
  ASSERT_TRUE(blobs.keep(file, "0190-a.bin"));
  EXPECT_FALSE(std::filesystem::exists(file));
  EXPECT_TRUE(blobs.exists("0190-a.bin"));
  EXPECT_EQ(blobs.read("0190-a.bin").value_or(""), content);
  EXPECT_EQ(blobs.path("0190-a.bin"), folder.path() / "data" / "blobs" / "0190-a.bin");
}

TEST_F(BlobsTest, WritesAndReplacesWhole) {
  Blobs blobs = open();
  ASSERT_TRUE(blobs.write("text", "one"));
  ASSERT_TRUE(blobs.write("text", std::string(1 << 20, 'x')));
  EXPECT_EQ(blobs.read("text")->size(), 1u << 20);
  ASSERT_TRUE(blobs.write("text", ""));
  EXPECT_EQ(blobs.read("text").value_or("?"), "");
  EXPECT_TRUE(std::filesystem::is_empty(blobs.incoming())) << "nothing is left over";
}

TEST_F(BlobsTest, IsReadableToItsOwnerAlone) {
  Blobs blobs = open();
  ASSERT_TRUE(blobs.write("text", "secret"));
  struct stat facts;
  ASSERT_EQ(stat((folder.path() / "data" / "blobs").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0700u);
  ASSERT_EQ(stat(blobs.path("text").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600u);
}

TEST_F(BlobsTest, SaysWhatIsNotThere) {
  Blobs blobs = open();
  EXPECT_EQ(code_of(blobs.read("absent")), ErrorCode::kNotFound);
  EXPECT_EQ(code_of(blobs.keep(blobs.incoming() / "absent", "name")),
            ErrorCode::kStorageUnavailable);
  blobs.remove("absent");
}

TEST_F(BlobsTest, RefusesNamesThatLeadElsewhere) {
  Blobs blobs = open();
  std::ofstream(folder.path() / "data" / "outside") << "outside";
  for (std::string name : {"", "..", ".", "../outside", "a/b", "/etc/passwd", ".hidden", "UPPER"}) {
    EXPECT_EQ(code_of(blobs.write(name, "x")), ErrorCode::kInternal) << name;
    EXPECT_EQ(code_of(blobs.read(name)), ErrorCode::kInternal) << name;
    EXPECT_EQ(code_of(blobs.keep(arrive(blobs, "x"), name)), ErrorCode::kInternal) << name;
    EXPECT_FALSE(blobs.exists(name)) << name;
    blobs.remove(name);
  }
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "data" / "outside"));
}

TEST_F(BlobsTest, SweepsWhatNobodyWants) {
  Blobs blobs = open();
  ASSERT_TRUE(blobs.write("wanted", "a"));
  ASSERT_TRUE(blobs.write("orphan", "b"));
  auto half = arrive(blobs, "half an upload");
  blobs.sweep({"wanted", "absent"});
  EXPECT_TRUE(blobs.exists("wanted"));
  EXPECT_FALSE(blobs.exists("orphan"));
  EXPECT_FALSE(std::filesystem::exists(half));
  EXPECT_TRUE(blobs.write("again", "c")) << "the folders are still there";
}

TEST_F(BlobsTest, WritesOneNameFromManyThreadsWhole) {
  Blobs blobs = open();
  std::vector<std::thread> threads;
  for (char letter : std::string("abcdefgh")) {
    threads.emplace_back([&, letter] {
      for (int i = 0; i < 5; ++i) EXPECT_TRUE(blobs.write("shared", std::string(50'000, letter)));
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::string content = *blobs.read("shared");
  EXPECT_EQ(content, std::string(50'000, content[0]));
}

}  // namespace
}  // namespace walrus::store
