#include "extract/extractor.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <thread>

#include "extract/child_process.h"
#include "extract/frames.h"
#include "extract/sandbox.h"
#include "extract/test_files.h"

namespace walrus::extract {
namespace {

using std::chrono::steady_clock;
using testing::HasSubstr;
using testing::Not;

std::filesystem::path program(const char* name) {
  const char* folder = std::getenv("WALRUS_BUILD_DIR");
  return std::filesystem::path(folder == nullptr ? "." : folder) / name;
}

Extractor make_extractor(ExtractLimits limits = {}, const char* helper = "walrus-extract") {
  auto extractor = Extractor::create(program(helper), SandboxRequirement::kBest, limits);
  if (!extractor) {
    ADD_FAILURE() << extractor.error().message << " " << extractor.error().detail;
    std::abort();
  }
  return std::move(*extractor);
}

Result<text::StructuredText> run(const Extractor& extractor, std::string_view bytes, Format format,
                                 std::stop_token stop = {}) {
  TemporaryFile file(bytes);
  return extractor.extract(file.path(), format, stop, {});
}

ErrorCode code_of(const Result<text::StructuredText>& result) {
  EXPECT_FALSE(result) << result->text.substr(0, 100);
  return result ? ErrorCode::kInternalError : result.error().code;
}

int count_entries(const char* folder) {
  int count = 0;
  DIR* directory = ::opendir(folder);
  while (::readdir(directory) != nullptr) ++count;
  ::closedir(directory);
  return count;
}

bool has_children() {
  return ::waitpid(-1, nullptr, WNOHANG) != -1 || errno != ECHILD;
}

class ExtractorTest : public testing::Test {
 protected:
  void SetUp() override { descriptors_ = count_entries("/proc/self/fd"); }
  void TearDown() override {
    EXPECT_EQ(count_entries("/proc/self/fd"), descriptors_);
    EXPECT_FALSE(has_children());
  }

 private:
  int descriptors_ = 0;
};

TEST_F(ExtractorTest, ReadsEveryFormatInTheChild) {
  Extractor extractor = make_extractor();
  const std::pair<Format, std::string> files[] = {
      {Format::kText, "the needle"},
      {Format::kMarkdown, "# H\nthe needle"},
      {Format::kHtml, "<p>the needle"},
      {Format::kPdf, make_pdf({"the needle"})},
      {Format::kDocx, make_docx("<w:p><w:r><w:t>the needle</w:t></w:r></w:p>")},
      {Format::kCsv, "a,b\nthe needle,c"},
      {Format::kJson, "{\"a\": \"the needle\"}"},
      {Format::kXlsx, make_xlsx("<row><c t=\"str\"><v>the needle</v></c></row>")},
      {Format::kPptx, make_pptx({"<p:sp><a:p><a:t>the needle</a:t></a:p></p:sp>"}, {1})},
      {Format::kOdt, make_odt("<text:p>the needle</text:p>")},
      {Format::kEpub, make_epub({"<p>the needle</p>"})},
  };
  for (const auto& [format, bytes] : files) {
    auto document = run(extractor, bytes, format);
    ASSERT_TRUE(document) << info(format).name << ": " << document.error().message << " "
                          << document.error().detail;
    EXPECT_THAT(document->text, HasSubstr("the needle")) << info(format).name;
  }
}

TEST_F(ExtractorTest, PagesOfAPdfAreSectionsAndProgress) {
  Extractor extractor = make_extractor();
  std::vector<std::string> pages;
  for (int i = 1; i <= 300; ++i) pages.push_back(fmt::format("page number {}", i));
  pages[1].clear();
  TemporaryFile file(make_pdf(pages));
  std::vector<std::pair<std::uint64_t, std::uint64_t>> progress;
  auto document = extractor.extract(
      file.path(), Format::kPdf, {},
      [&](std::uint64_t done, std::uint64_t total) { progress.emplace_back(done, total); });
  ASSERT_TRUE(document) << document.error().message;
  EXPECT_EQ(document->pages, 300);
  EXPECT_EQ(document->title, "Test title");
  ASSERT_EQ(document->sections.size(), 299u);
  EXPECT_EQ(document->sections[0].page, 1);
  EXPECT_EQ(document->sections[1].page, 3);
  EXPECT_THAT(document->text.substr(document->sections[298].start), HasSubstr("page number 300"));
  ASSERT_FALSE(progress.empty());
  EXPECT_EQ(progress.back(), std::pair(std::uint64_t{300}, std::uint64_t{300}));
  EXPECT_TRUE(std::ranges::is_sorted(progress));
}

TEST_F(ExtractorTest, SaysWhatIsWrongWithAPdf) {
  Extractor extractor = make_extractor();
  std::string locked =
      make_pdf({"x"}, "/ID[<00><00>]/Encrypt<</Filter/Standard/V 1/R 2/P -4/O(" +
                          std::string(32, 'o') + ")/U(" + std::string(32, 'u') + ")>>");
  EXPECT_EQ(code_of(run(extractor, locked, Format::kPdf)), ErrorCode::kEncryptedDocument);
  auto scan = run(extractor, make_pdf({"", ""}), Format::kPdf);
  EXPECT_EQ(code_of(scan), ErrorCode::kEmptyDocument);
  EXPECT_THAT(scan.error().message, HasSubstr("OCR"));
  EXPECT_EQ(code_of(run(extractor, make_pdf({"x"}).substr(0, 200), Format::kPdf)),
            ErrorCode::kExtractionFailed);
  EXPECT_EQ(code_of(run(extractor, "%PDF-1.7 and nothing", Format::kPdf)),
            ErrorCode::kExtractionFailed);

  ExtractLimits limits;
  limits.pages = 2;
  auto long_one = run(make_extractor(limits), make_pdf({"a", "b", "c"}), Format::kPdf);
  EXPECT_EQ(code_of(long_one), ErrorCode::kTooLarge);
  EXPECT_THAT(long_one.error().message, HasSubstr("3 pages"));
}

TEST_F(ExtractorTest, HostilePdfsEndWithinTheirLimits) {
  const char* configured = std::getenv("WALRUS_CONFORMANCE_DIR");
  const char* source = std::getenv("WALRUS_SOURCE_DIR");
  std::filesystem::path data =
      configured != nullptr ? std::filesystem::path(configured)
                            : std::filesystem::path(source ? source : ".") / "../shared/data";
  if (!std::filesystem::is_directory(data / "hostile"))
    GTEST_SKIP() << "no hostile PDFs beside the repository";
  ExtractLimits limits;
  limits.cpu = std::chrono::seconds(1);
  limits.wall = std::chrono::seconds(10);
  Extractor extractor = make_extractor(limits);
  for (const auto& entry : std::filesystem::directory_iterator(data / "hostile")) {
    if (entry.path().extension() != ".pdf") continue;
    auto start = steady_clock::now();
    auto document = extractor.extract(entry.path(), Format::kPdf, {}, {});
    EXPECT_LT(steady_clock::now() - start, std::chrono::seconds(25)) << entry.path().filename();
    if (document) continue;
    EXPECT_THAT(document.error().code,
                testing::AnyOf(ErrorCode::kTimeout, ErrorCode::kExtractionFailed,
                               ErrorCode::kEmptyDocument))
        << entry.path().filename() << document.error().detail;
  }
}

TEST_F(ExtractorTest, TheSandboxIsAsCompleteAsItSays) {
  Extractor extractor = make_extractor();
  const SandboxReport& report = extractor.sandbox();
  EXPECT_EQ(report.complete(), report.missing.empty()) << report.missing;
  // Every machine that runs the tests can filter system calls.
  EXPECT_TRUE(report.seccomp) << report.missing;
  auto required = Extractor::create(program("walrus-extract"), SandboxRequirement::kRequired, {});
  EXPECT_EQ(required.has_value(), report.complete());
}

TEST_F(ExtractorTest, AnIncompleteSandboxIsReportedAndRefusedWhereRequired) {
  // This helper's self test says that nothing was refused.
  Extractor extractor = make_extractor({}, "extract_hostile_helper");
  EXPECT_FALSE(extractor.sandbox().complete());
  EXPECT_THAT(extractor.sandbox().missing, HasSubstr("namespaces"));
  EXPECT_THAT(extractor.sandbox().missing, HasSubstr("seccomp"));
  auto required =
      Extractor::create(program("extract_hostile_helper"), SandboxRequirement::kRequired, {});
  ASSERT_FALSE(required);
  EXPECT_THAT(required.error().message, HasSubstr("namespaces"));
}

// The helper's messages when it runs without namespaces, as on a machine that forbids them.
std::vector<Message> run_without_namespaces(const std::vector<std::string>& arguments,
                                            std::string_view bytes) {
  TemporaryFile file(bytes);
  std::filesystem::permissions(file.path(), std::filesystem::perms::owner_read);
  int input = ::open(file.path().c_str(), O_RDONLY | O_CLOEXEC);
  auto child = ChildProcess::start(helper_command(program("walrus-extract"), false, arguments),
                                   input, false);
  ::close(input);
  std::vector<Message> messages;
  FrameReader reader({});
  char buffer[4096];
  for (ssize_t n; child && (n = ::read(child->output(), buffer, sizeof buffer)) > 0;) {
    reader.append({buffer, static_cast<std::size_t>(n)});
    for (auto message = reader.next(); message && *message; message = reader.next()) {
      messages.push_back(std::move(**message));
    }
  }
  return messages;
}

TEST_F(ExtractorTest, ReadsAndFiltersWithoutNamespaces) {
  for (const auto& [format, bytes] : {std::pair(Format::kPdf, make_pdf({"words"})),
                                      std::pair(Format::kText, std::string("words"))}) {
    auto messages = run_without_namespaces(read_arguments(format, {}), bytes);
    ASSERT_FALSE(messages.empty());
    auto* document = std::get_if<text::StructuredText>(&messages.back());
    ASSERT_NE(document, nullptr);
    EXPECT_EQ(document->text, "words");
  }
  auto messages = run_without_namespaces({kSelfTestArgument}, "");
  ASSERT_EQ(messages.size(), 1u);
  auto* test = std::get_if<SelfTest>(&messages[0]);
  ASSERT_NE(test, nullptr);
  EXPECT_TRUE(test->filtered);
  EXPECT_EQ(test->leaks, "");
  EXPECT_FALSE(test->own_files);
}

TEST_F(ExtractorTest, AMissingHelperIsSaidAtTheStart) {
  auto extractor = Extractor::create("/nonexistent/walrus-extract", SandboxRequirement::kBest, {});
  ASSERT_FALSE(extractor);
  EXPECT_THAT(extractor.error().message, Not(HasSubstr("nonexistent")));
  EXPECT_FALSE(Extractor::create("/bin/true", SandboxRequirement::kBest, {}));
}

TEST_F(ExtractorTest, AMissingFileIsInternal) {
  auto result = make_extractor().extract("/nonexistent/file", Format::kText, {}, {});
  EXPECT_EQ(code_of(result), ErrorCode::kInternal);
  EXPECT_THAT(result.error().message, Not(HasSubstr("nonexistent")));
}

TEST_F(ExtractorTest, AHostileChildIsNotBelieved) {
  ExtractLimits limits;
  limits.wall = std::chrono::seconds(1);
  Extractor extractor = make_extractor(limits, "extract_hostile_helper");
  for (const char* order :
       {"noise", "invalid text", "two answers", "half an answer", "flood", "crash"}) {
    EXPECT_EQ(code_of(run(extractor, order, Format::kText)), ErrorCode::kExtractionFailed) << order;
  }
  EXPECT_EQ(code_of(run(extractor, "silence", Format::kText)), ErrorCode::kInternal);
  for (const char* order : {"hang", "grandchild", "same progress"}) {
    auto start = steady_clock::now();
    EXPECT_EQ(code_of(run(extractor, order, Format::kText)), ErrorCode::kTimeout) << order;
    EXPECT_LT(steady_clock::now() - start, std::chrono::seconds(5)) << order;
  }
  auto answer = run(extractor, "answer and hang", Format::kText);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->text, "the answer");
  auto descriptors = run(extractor, "other descriptors", Format::kText);
  ASSERT_TRUE(descriptors);
  EXPECT_EQ(descriptors->text, "none");
}

TEST_F(ExtractorTest, StopsWithinASecond) {
  Extractor extractor = make_extractor({}, "extract_hostile_helper");
  std::stop_source stop;
  std::atomic<steady_clock::time_point> asked;
  TemporaryFile file("grandchild");
  std::jthread canceller([&] {
    asked = steady_clock::now();
    stop.request_stop();
  });
  auto result = extractor.extract(file.path(), Format::kText, stop.get_token(), {});
  EXPECT_EQ(code_of(result), ErrorCode::kCancelled);
  canceller.join();
  EXPECT_LT(steady_clock::now() - asked.load(), std::chrono::seconds(1));
  EXPECT_EQ(code_of(run(extractor, "hang", Format::kText, stop.get_token())),
            ErrorCode::kCancelled);
}

TEST_F(ExtractorTest, StopsARunningPdfWithinASecond) {
  Extractor extractor = make_extractor();
  std::vector<std::string> pages(10'000, "words on a page");
  TemporaryFile file(make_pdf(pages));
  std::stop_source stop;
  steady_clock::time_point asked;
  auto result = extractor.extract(file.path(), Format::kPdf, stop.get_token(),
                                  [&](std::uint64_t done, std::uint64_t) {
                                    if (done == 0 || stop.stop_requested()) return;
                                    asked = steady_clock::now();
                                    stop.request_stop();
                                  });
  if (stop.stop_requested() && !result) {
    EXPECT_EQ(result.error().code, ErrorCode::kCancelled);
    EXPECT_LT(steady_clock::now() - asked, std::chrono::seconds(1));
  }
}

TEST_F(ExtractorTest, MemoryAndTextAreLimited) {
  ExtractLimits limits;
  limits.memory_bytes = 300ull << 20;
  std::string html;
  for (int i = 0; i < 1'000'000; ++i) html += "<i id=x" + std::to_string(i) + "></i>\n";
  EXPECT_EQ(code_of(run(make_extractor(limits), html, Format::kHtml)), ErrorCode::kTooLarge);

  limits = {};
  limits.text_bytes = 1000;
  EXPECT_EQ(code_of(run(make_extractor(limits), std::string(2000, 'x'), Format::kText)),
            ErrorCode::kTooLarge);
  EXPECT_EQ(
      code_of(run(make_extractor(limits),
                  make_pdf(std::vector<std::string>(100, "many words on a page")), Format::kPdf)),
      ErrorCode::kTooLarge);
}

TEST_F(ExtractorTest, ManyAtOnceAreFine) {
  Extractor extractor = make_extractor();
  std::atomic<int> read = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 8; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 5; ++i) {
          std::string word = fmt::format("file {} {}", t, i);
          auto document = run(extractor, make_pdf({word}), Format::kPdf);
          if (document && document->text == word) ++read;
        }
      });
    }
  }
  EXPECT_EQ(read, 40);
}

}  // namespace
}  // namespace walrus::extract
