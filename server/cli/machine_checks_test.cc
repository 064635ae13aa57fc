#include "cli/machine_checks.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include <fstream>

#include "cli/commands_for_test.h"

namespace walrus::cli {
namespace {

namespace fs = std::filesystem;

TEST(MachineChecksTest, ADiskIsJudgedByWhatIsLeft) {
  auto verdict = [](const Space& space) { return judge_space(space).verdict; };
  EXPECT_EQ(verdict({.free_bytes = 5'000'000'000, .free_files = 9'999}), Verdict::kOk);
  EXPECT_EQ(verdict({.free_bytes = 900'000'000, .free_files = 9'999}), Verdict::kWarning);
  EXPECT_EQ(verdict({.free_bytes = 100'000'000, .free_files = 9'999}), Verdict::kWrong);
  EXPECT_EQ(verdict({.free_bytes = 5'000'000'000, .free_files = 9}), Verdict::kWrong);
  EXPECT_EQ(verdict({.free_bytes = 5'000'000'000, .free_files = 9'999, .read_only = true}),
            Verdict::kWrong);
  EXPECT_TRUE(has(judge_space({.free_bytes = 1, .free_files = 9'999}).mend, "Make room"));
}

TEST(MachineChecksTest, OpenFilesAreJudgedByTheirLimit) {
  EXPECT_EQ(judge_open_files(30, 20'000).verdict, Verdict::kOk);
  EXPECT_EQ(judge_open_files(30, 0).verdict, Verdict::kOk);
  EXPECT_EQ(judge_open_files(30, 1'024).verdict, Verdict::kWarning);
  EXPECT_EQ(judge_open_files(19'000, 20'000).verdict, Verdict::kWrong);
  EXPECT_TRUE(has(judge_open_files(1'000, 1'024).mend, "LimitNOFILE"));
}

TEST(MachineChecksTest, TheHolderIsTheOneOfThisFile) {
  constexpr std::string_view kLocks =
      "1: POSIX  ADVISORY  WRITE 7 fe:00:5 0 EOF\n"
      "2: FLOCK  ADVISORY  WRITE 8 fe:01:5 0 EOF\n"
      "3: FLOCK  ADVISORY  WRITE 9 fe:00:5 0 EOF\n";
  EXPECT_EQ(holder_of(kLocks, 0xFE00, 5), 9);
  EXPECT_EQ(holder_of(kLocks, 0xFE00, 6), std::nullopt);
}

class DataFolderTest : public ::testing::Test {
 protected:
  DataFolderTest() : folder_(fs::path(::testing::TempDir()) / fmt::format("doctor-{}", getpid())) {
    fs::create_directories(folder_);
    lock_ = open((folder_ / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    std::ofstream(folder_ / "port") << "8017\n";
  }
  ~DataFolderTest() override {
    close(lock_);
    fs::remove_all(folder_);
  }

  std::string look(const std::string& url, bool answered) {
    ::testing::internal::CaptureStdout();
    Findings findings(false);
    check_machine(folder_, url, answered, findings);
    return ::testing::internal::GetCapturedStdout();
  }

  fs::path folder_;
  int lock_;
};

TEST_F(DataFolderTest, SaysWhetherAServerHoldsIt) {
  EXPECT_TRUE(has(look("http://localhost:8017", false), "walrus serve --data-dir"));
  EXPECT_TRUE(has(look("http://localhost:8017", true), "skipped data"));
  flock(lock_, LOCK_EX);
  std::string held = look("http://localhost:8017", true);
  EXPECT_TRUE(has(held, fmt::format("held by process {}", getpid()))) << held;
  EXPECT_TRUE(has(held, "open-files")) << held;
}

TEST_F(DataFolderTest, NamesThePortWhereAnotherIsAsked) {
  flock(lock_, LOCK_EX);
  std::string asked = look("http://localhost:8000", false);
  EXPECT_TRUE(has(asked, "wrong   data")) << asked;
  EXPECT_TRUE(has(asked, "--url http://localhost:8017")) << asked;
  EXPECT_FALSE(has(look("http://elsewhere.example:8000", false), "--url http://localhost:8017"));
}

TEST(MachineChecksTest, AnotherMachinesFolderIsNotMissed) {
  ::testing::internal::CaptureStdout();
  Findings findings(false);
  check_machine("/no/such/folder", "http://localhost:8000", true, findings);
  EXPECT_FALSE(findings.any_wrong());
  EXPECT_TRUE(has(::testing::internal::GetCapturedStdout(), "skipped data"));
}

}  // namespace
}  // namespace walrus::cli
