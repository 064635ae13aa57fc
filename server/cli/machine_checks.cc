#include "cli/machine_checks.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>

#include <cstdio>
#include <fstream>
#include <sstream>
#include <system_error>

#include "cli/server_checks.h"
#include "net/url.h"

namespace walrus::cli {

namespace {

namespace fs = std::filesystem;

// What the server writes into its data folder.
constexpr const char* kLock = "lock";
constexpr const char* kPort = "port";

constexpr std::uint64_t kMegabyte = 1'000'000;
constexpr std::uint64_t kTooLittle = 200 * kMegabyte;  // a few uploads and their chunks
constexpr std::uint64_t kLittle = 1'000 * kMegabyte;
constexpr std::uint64_t kFewFiles = 1'000;
constexpr std::uint64_t kSmallLimit = 4'096;  // a stream is an open file

std::string text_of(const fs::path& file) {
  std::ifstream input(file, std::ios::binary);
  std::ostringstream text;
  text << input.rdbuf();
  return text.str();
}

Finding check_space(const fs::path& folder) {
  struct statvfs facts;
  if (statvfs(folder.c_str(), &facts) != 0) {
    return {"disk", Verdict::kSkipped, "its file system cannot be asked", {}};
  }
  return judge_space({.free_bytes = std::uint64_t{facts.f_bavail} * facts.f_frsize,
                      .free_files = facts.f_files == 0 ? kFewFiles : facts.f_favail,
                      .read_only = (facts.f_flag & ST_RDONLY) != 0});
}

// Looks who holds the lock; taking it, however shortly, could keep a server from starting.
std::optional<int> holder_in(const fs::path& folder) {
  struct stat facts;
  if (stat((folder / kLock).c_str(), &facts) != 0) return std::nullopt;
  return holder_of(text_of("/proc/locks"), facts.st_dev, facts.st_ino);
}

bool is_loopback(const net::Url& url) {
  return url.host() == "localhost" || url.host() == "127.0.0.1" || url.host() == "[::1]";
}

// The port in the folder, where the URL names another one of this machine.
std::string other_port(const fs::path& folder, const std::string& url) {
  std::string port = text_of(folder / kPort);
  while (port.ends_with('\n')) port.pop_back();
  auto parsed = net::Url::parse(url);
  if (port.empty() || !parsed || !is_loopback(*parsed)) return {};
  return port == std::to_string(parsed->effective_port()) ? std::string() : port;
}

Finding judge_holder(const fs::path& folder, const std::string& url, bool answered,
                     std::optional<int> holder) {
  std::string name = folder.string();
  std::string port = holder ? other_port(folder, url) : std::string();
  if (!port.empty() && !answered) {
    return wrong("data",
                 fmt::format("process {} holds {} and listens on port {}", *holder, name, port),
                 fmt::format("Ask it with --url http://localhost:{}.", port));
  }
  if (!port.empty()) {
    return {
        "data",
        Verdict::kOk,
        fmt::format("{} is held by process {}, which listens on port {}; what is asked may be a "
                    "proxy before it, or another server",
                    name, *holder, port),
        {}};
  }
  if (holder) {
    return {"data", Verdict::kOk, fmt::format("{} is held by process {}", name, *holder), {}};
  }
  if (answered) {
    return {"data", Verdict::kSkipped,
            fmt::format("no server that can be seen from here holds {}", name),
            "The one that answers has its data elsewhere: name its folder with --data-dir."};
  }
  return wrong("data", fmt::format("no server holds {}", name),
               fmt::format("Start one: walrus serve --data-dir {}", name));
}

Finding check_open_files(int process) {
  fs::path folder = fmt::format("/proc/{}", process);
  std::error_code error;
  std::uint64_t open = 0;
  for (fs::directory_iterator entry(folder / "fd", error), end; !error && entry != end;
       entry.increment(error)) {
    ++open;
  }
  if (error) {
    return {"open-files", Verdict::kSkipped, "another user's process does not say",
            "Run 'walrus doctor' as the server's user to see its limits."};
  }
  std::istringstream lines(text_of(folder / "limits"));
  std::uint64_t limit = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("Max open files")) std::istringstream(line.substr(14)) >> limit;
  }
  return judge_open_files(open, limit);
}

}  // namespace

Finding judge_space(const Space& space) {
  if (space.read_only) {
    return wrong("disk", "the data folder can only be read", "Mount its file system writable.");
  }
  std::string saw = fmt::format("{:.1f} GB are free", static_cast<double>(space.free_bytes) / 1e9);
  const std::string kMend =
      "Make room, or move the data folder to a larger disk. A full disk refuses new work (503); "
      "what was accepted goes on once there is room.";
  if (space.free_files < kFewFiles) {
    return wrong("disk", fmt::format("{} files more can be made", space.free_files),
                 "Delete what is not needed: the file system has no inodes left.");
  }
  if (space.free_bytes < kTooLittle) return wrong("disk", saw, kMend);
  if (space.free_bytes < kLittle) return {"disk", Verdict::kWarning, saw, kMend};
  return {"disk", Verdict::kOk, saw, {}};
}

Finding judge_open_files(std::uint64_t open, std::uint64_t limit) {
  const std::string kMend =
      "Raise it: LimitNOFILE=65536 in the unit, or 'ulimit -n 65536' in the shell that starts the "
      "server. Every stream takes one.";
  if (limit == 0) return {"open-files", Verdict::kOk, fmt::format("{}, without a limit", open), {}};
  std::string saw = fmt::format("{} of {}", open, limit);
  if (open * 10 >= limit * 9) return wrong("open-files", saw, kMend);
  if (limit < kSmallLimit) return {"open-files", Verdict::kWarning, saw, kMend};
  return {"open-files", Verdict::kOk, saw, {}};
}

std::optional<int> holder_of(std::string_view locks, std::uint64_t device, std::uint64_t inode) {
  std::string place = fmt::format("{:02x}:{:02x}:{}", major(device), minor(device), inode);
  std::istringstream lines{std::string(locks)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::string number, kind, advisory, mode, where;
    int process = 0;
    fields >> number >> kind >> advisory >> mode >> process >> where;
    if (kind == "FLOCK" && mode == "WRITE" && where == place) return process;
  }
  return std::nullopt;
}

void check_machine(const fs::path& data_folder, const std::string& url, bool answered,
                   Findings& findings) {
  std::error_code error;
  if (!fs::is_directory(data_folder, error)) {
    return findings.add(
        {"data", Verdict::kSkipped,
         fmt::format("there is no data folder {} on this machine", data_folder.string()),
         "On the server's machine, with its --data-dir, the disk and the limits are looked at "
         "too."});
  }
  auto holder = holder_in(data_folder);
  findings.add(judge_holder(data_folder, url, answered, holder));
  findings.add(check_space(data_folder));
  if (holder) findings.add(check_open_files(*holder));
}

}  // namespace walrus::cli
