#include "extract/sandbox.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "extract/child_process.h"
#include "extract/frames.h"

namespace walrus::extract {

namespace {

constexpr const char* kBubblewrap = "/usr/bin/bwrap";
constexpr const char* kHelperInside = "/walrus-extract";
constexpr std::chrono::seconds kProbeLimit{20};
constexpr std::size_t kMaxProbeBytes = 16 * 1024;

// The loader's folders beside /usr: links into it on merged systems, folders of their own on
// others.
void add_library_folders(std::vector<std::string>& command) {
  for (const char* folder : {"/lib", "/lib64"}) {
    std::error_code error;
    std::filesystem::path target = std::filesystem::read_symlink(folder, error);
    if (!error) {
      command.insert(command.end(), {"--symlink", target.string(), folder});
    } else if (std::filesystem::is_directory(folder, error)) {
      command.insert(command.end(), {"--ro-bind", folder, folder});
    }
  }
}

// Everything the child writes until it closes its output, or nothing if it takes too long.
std::string read_all(int descriptor) {
  auto deadline = std::chrono::steady_clock::now() + kProbeLimit;
  std::string all;
  std::array<char, 4096> buffer;
  while (all.size() < kMaxProbeBytes) {
    auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return {};
    pollfd waited{descriptor, POLLIN, 0};
    if (::poll(&waited, 1, static_cast<int>(left.count())) <= 0) continue;
    ssize_t n = ::read(descriptor, buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return all;
    all.append(buffer.data(), static_cast<std::size_t>(n));
  }
  return all;
}

std::string first_line(std::string_view text) {
  std::string line;
  for (char c : text.substr(0, std::min<std::size_t>(text.find('\n'), 200))) {
    line += c >= 0x20 && c < 0x7F ? c : '?';
  }
  return line;
}

// The helper's findings, or in the error's detail what was printed instead.
Result<SelfTest> run_self_test(const std::filesystem::path& helper, bool namespaces,
                               const ExtractLimits& limits) {
  int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  auto child =
      ChildProcess::start(helper_command(helper, namespaces, {kSelfTestArgument}), nothing, true);
  if (nothing >= 0) ::close(nothing);
  if (!child) return std::unexpected(child.error());
  std::string output = read_all(child->output());
  child->wait(std::chrono::milliseconds(0));

  FrameReader reader(limits);
  reader.append(output);
  auto message = reader.next();
  if (message && *message) {
    if (auto* test = std::get_if<SelfTest>(&**message)) return std::move(*test);
  }
  std::string said = output.empty() ? "it gave no answer" : first_line(output);
  return fail(ErrorCode::kInternal, "Files cannot be read on this machine.", said);
}

std::string describe(const SandboxReport& report, const std::string& why_no_namespaces,
                     const SelfTest& test) {
  std::string missing;
  if (!report.namespaces)
    missing = "no namespaces for the extraction child (" + why_no_namespaces + ")";
  if (!report.seccomp) {
    if (!missing.empty()) missing += "; ";
    missing += test.filtered ? "the system call filter lets through: " + test.leaks
                             : "the system call filter (seccomp) could not be installed";
  }
  return missing;
}

}  // namespace

std::vector<std::string> helper_command(const std::filesystem::path& helper, bool namespaces,
                                        const std::vector<std::string>& arguments) {
  std::vector<std::string> command;
  if (namespaces) {
    command = {kBubblewrap, "--unshare-all", "--die-with-parent", "--uid", "65534",
               "--gid",     "65534",         "--cap-drop",        "ALL",   "--ro-bind",
               "/usr",      "/usr"};
    add_library_folders(command);
    command.insert(command.end(), {"--ro-bind", helper.string(), kHelperInside, "--chdir", "/",
                                   "--", kHelperInside});
  } else {
    command = {helper.string()};
  }
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command;
}

std::vector<std::string> read_arguments(Format format, const ExtractLimits& limits) {
  return {kReadArgument,
          std::string(info(format).extension),
          fmt::to_string(limits.memory_bytes),
          fmt::to_string(limits.text_bytes),
          fmt::to_string(limits.inflated_bytes),
          fmt::to_string(limits.archive_members),
          fmt::to_string(limits.inflation_ratio),
          fmt::to_string(limits.pages),
          fmt::to_string(limits.cpu.count())};
}

std::vector<std::string> page_arguments(const ExtractLimits& limits) {
  std::vector<std::string> arguments = read_arguments(Format::kHtml, limits);
  arguments[0] = kPagesArgument;
  return arguments;
}

Result<SandboxReport> probe_sandbox(const std::filesystem::path& helper,
                                    const ExtractLimits& limits) {
  SandboxReport report;
  std::string why = "bubblewrap is not installed";
  Result<SelfTest> test = fail(ErrorCode::kInternal, "", why);
  if (::access(kBubblewrap, X_OK) == 0) {
    test = run_self_test(helper, true, limits);
    report.namespaces = test && test->own_processes && test->own_network && test->own_files;
    why = test ? "what is outside can be seen from inside" : test.error().detail;
  }
  if (!report.namespaces) test = run_self_test(helper, false, limits);
  if (!test) return std::unexpected(test.error());
  report.seccomp = test->filtered && test->leaks.empty();
  report.missing = describe(report, why, *test);
  return report;
}

}  // namespace walrus::extract
