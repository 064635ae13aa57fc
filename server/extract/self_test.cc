#include <dirent.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <string_view>

#include "extract/confine.h"
#include "extract/frames.h"

namespace walrus::extract {

namespace {

struct Attempt {
  const char* what;
  bool (*succeeds)();
};

bool opens_socket(int family, int type) {
  return ::socket(family, type, 0) >= 0;
}

bool executes(const char* path) {
  char* arguments[] = {const_cast<char*>(path), nullptr};
  ::execv(path, arguments);
  // That it failed is not enough: the program must not even have been looked for.
  return errno != EPERM;
}

// Alone and as part of a program that may start none, each of these must be refused.
constexpr Attempt kAttempts[] = {
    {"internet sockets", [] { return opens_socket(AF_INET, SOCK_STREAM); }},
    {"datagram sockets", [] { return opens_socket(AF_INET6, SOCK_DGRAM); }},
    {"local sockets", [] { return opens_socket(AF_UNIX, SOCK_STREAM); }},
    {"new processes", [] { return ::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) >= 0; }},
    {"new namespaces", [] { return ::unshare(CLONE_NEWUSER) == 0; }},
    {"tracing", [] { return ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0; }},
    {"mounting",
     [] { return ::mount("none", "/usr", "tmpfs", 0, nullptr) == 0 || errno != EPERM; }},
    {"signals to others", [] { return ::kill(::getppid(), 0) == 0; }},
    {"writing files", [] { return ::open("/tmp", O_WRONLY) >= 0 || errno != EPERM; }},
    {"terminal control", [] { return ::ioctl(0, TIOCSTI, "x") == 0 || errno != EPERM; }},
};

constexpr Attempt kReaderAttempts[] = {
    {"opening files", [] { return ::open("/usr", O_RDONLY) >= 0; }},
    {"executing programs", [] { return executes("/usr/bin/pdftotext"); }},
};

// Bit i is set for each attempt that was not refused; kNoFilter if there was no filter to refuse
// it.
constexpr int kNoFilter = 1 << 12;

int leaks_under(Filter filter) {
  if (!install_filter(filter)) return kNoFilter;
  int leaks = 0;
  int bit = 1;
  for (const Attempt& attempt : kAttempts) {
    if (attempt.succeeds()) leaks |= bit;
    bit <<= 1;
  }
  if (filter == Filter::kReader) {
    for (const Attempt& attempt : kReaderAttempts) {
      if (attempt.succeeds()) leaks |= bit;
      bit <<= 1;
    }
  }
  return leaks;
}

// Runs in a child, because a filter stays for ever.
int leaks_in_child(Filter filter) {
  int pipe[2];
  if (::pipe(pipe) != 0) return kNoFilter;
  pid_t pid = ::fork();
  if (pid == 0) {
    int leaks = leaks_under(filter);
    bool written = ::write(pipe[1], &leaks, sizeof leaks) == sizeof leaks;
    ::_exit(written ? 0 : 1);
  }
  ::close(pipe[1]);
  int leaks = kNoFilter;
  if (::read(pipe[0], &leaks, sizeof leaks) != sizeof leaks) leaks = kNoFilter;
  ::close(pipe[0]);
  ::waitpid(pid, nullptr, 0);
  return leaks;
}

// A program that may only become pdftotext must die when it tries to become another.
bool dies_on_other_program() {
  pid_t pid = ::fork();
  if (pid == 0) {
    if (!install_filter(Filter::kPdfToText)) ::_exit(0);
    char* arguments[] = {const_cast<char*>("/bin/true"), nullptr};
    ::execv(arguments[0], arguments);
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
}

bool sees_only_loopback() {
  struct if_nameindex* interfaces = ::if_nameindex();
  if (interfaces == nullptr) return true;
  bool only = true;
  for (auto* at = interfaces; at->if_index != 0; ++at)
    only = only && std::strcmp(at->if_name, "lo") == 0;
  ::if_freenameindex(interfaces);
  return only;
}

bool sees_only_programs() {
  constexpr std::array<std::string_view, 6> kExpected{".",   "..",    "usr",
                                                      "lib", "lib64", "walrus-extract"};
  DIR* root = ::opendir("/");
  if (root == nullptr) return false;
  bool only = true;
  while (dirent* entry = ::readdir(root)) {
    only = only && std::ranges::find(kExpected, std::string_view(entry->d_name)) != kExpected.end();
  }
  ::closedir(root);
  return only;
}

}  // namespace

SelfTest run_self_test() {
  SelfTest test;
  test.own_processes = ::getpid() <= 2;  // the namespace's init is the first
  test.own_network = sees_only_loopback();
  test.own_files = sees_only_programs();
  int leaks = leaks_in_child(Filter::kReader) | leaks_in_child(Filter::kPdfToText);
  test.filtered = (leaks & kNoFilter) == 0;
  int bit = 1;
  auto note = [&](const Attempt& attempt) {
    if ((leaks & bit) != 0)
      test.leaks += std::string(test.leaks.empty() ? "" : ", ") + attempt.what;
    bit <<= 1;
  };
  std::ranges::for_each(kAttempts, note);
  std::ranges::for_each(kReaderAttempts, note);
  if (test.filtered && !dies_on_other_program()) test.leaks += " executing other programs";
  return test;
}

}  // namespace walrus::extract
