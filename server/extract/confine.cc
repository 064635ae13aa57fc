#include "extract/confine.h"

#include <fcntl.h>
#include <grp.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <initializer_list>

namespace walrus::extract {

const char kPdfInfo[] = "/usr/bin/pdfinfo";
const char kPdfToText[] = "/usr/bin/pdftotext";

namespace {

constexpr uid_t kNobody = 65534;
constexpr rlim_t kDescriptors = 32;

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define WALRUS_SANITIZED 1
#endif
#endif
#ifdef WALRUS_SANITIZED
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

bool limit(__rlimit_resource resource, rlim_t soft, rlim_t hard) {
  rlimit value{soft, hard};
  return ::setrlimit(resource, &value) == 0;
}

bool limit_resources(const ExtractLimits& limits) {
  auto cpu = static_cast<rlim_t>(limits.cpu.count());
  // A sanitizer's shadow alone is larger than any limit.
  return (kSanitized || limit(RLIMIT_AS, limits.memory_bytes, limits.memory_bytes)) &&
         limit(RLIMIT_CPU, cpu, cpu + 1) && limit(RLIMIT_FSIZE, 0, 0) && limit(RLIMIT_CORE, 0, 0) &&
         limit(RLIMIT_NOFILE, kDescriptors, kDescriptors);
}

// As far as it goes: a root without the right to change users has little power anyway.
void become_nobody() {
  if (::geteuid() != 0) return;
  bool left = ::setgroups(0, nullptr) == 0 && ::setresgid(kNobody, kNobody, kNobody) == 0;
  if (left && ::setresuid(kNobody, kNobody, kNobody) != 0) errno = 0;
}

// Collects rules; what is not allowed fails with EPERM, so that libraries find their way around it.
class Rules {
 public:
  Rules() : context_(::seccomp_init(SCMP_ACT_ERRNO(EPERM))) { ok_ = context_ != nullptr; }
  ~Rules() {
    if (context_ != nullptr) ::seccomp_release(context_);
  }
  Rules(const Rules&) = delete;
  Rules& operator=(const Rules&) = delete;

  void allow(std::initializer_list<int> calls) {
    for (int call : calls) add(SCMP_ACT_ALLOW, call, {});
  }
  void allow_if(int call, std::initializer_list<scmp_arg_cmp> conditions) {
    add(SCMP_ACT_ALLOW, call, conditions);
  }
  void kill_if(int call, std::initializer_list<scmp_arg_cmp> conditions) {
    add(SCMP_ACT_KILL_PROCESS, call, conditions);
  }
  bool load() { return ok_ && ::seccomp_load(context_) == 0; }

 private:
  void add(std::uint32_t action, int call, std::initializer_list<scmp_arg_cmp> conditions) {
    if (!ok_ || call == __NR_SCMP_ERROR) return;
    int result = ::seccomp_rule_add_array(
        context_, action, call, static_cast<unsigned>(conditions.size()), conditions.begin());
    ok_ = result == 0 || result == -EDOM;  // EDOM: this architecture has no such call
  }

  scmp_filter_ctx context_;
  bool ok_;
};

void allow_computing(Rules& rules) {
  rules.allow({SCMP_SYS(read),          SCMP_SYS(readv),        SCMP_SYS(pread64),
               SCMP_SYS(write),         SCMP_SYS(writev),       SCMP_SYS(lseek),
               SCMP_SYS(close),         SCMP_SYS(fstat),        SCMP_SYS(newfstatat),
               SCMP_SYS(munmap),        SCMP_SYS(mremap),       SCMP_SYS(madvise),
               SCMP_SYS(brk),           SCMP_SYS(futex),        SCMP_SYS(getrandom),
               SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(gettimeofday),
               SCMP_SYS(time),          SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask),
               SCMP_SYS(rt_sigreturn),  SCMP_SYS(sigaltstack),  SCMP_SYS(getpid),
               SCMP_SYS(gettid),        SCMP_SYS(sched_yield),  SCMP_SYS(restart_syscall),
               SCMP_SYS(sysinfo),       SCMP_SYS(uname),        SCMP_SYS(exit),
               SCMP_SYS(exit_group)});
  rules.allow_if(SCMP_SYS(prlimit64), {SCMP_A0(SCMP_CMP_EQ, 0)});
  if (kSanitized) rules.allow({SCMP_SYS(pipe2)});  // how they find out whether memory is readable
}

// Memory, but no new code.
void allow_data_memory(Rules& rules) {
  rules.allow_if(SCMP_SYS(mmap), {SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)});
  rules.allow_if(SCMP_SYS(mprotect), {SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)});
}

// What a program needs to be loaded, and to read its own data files.
void allow_loading(Rules& rules) {
  rules.allow({SCMP_SYS(mmap),
               SCMP_SYS(mprotect),
               SCMP_SYS(arch_prctl),
               SCMP_SYS(set_tid_address),
               SCMP_SYS(set_robust_list),
               SCMP_SYS(rseq),
               SCMP_SYS(access),
               SCMP_SYS(faccessat),
               SCMP_SYS(faccessat2),
               SCMP_SYS(readlink),
               SCMP_SYS(readlinkat),
               SCMP_SYS(stat),
               SCMP_SYS(lstat),
               SCMP_SYS(getdents64),
               SCMP_SYS(fadvise64),
               SCMP_SYS(getcwd),
               SCMP_SYS(getuid),
               SCMP_SYS(geteuid),
               SCMP_SYS(getgid),
               SCMP_SYS(getegid)});
  constexpr scmp_datum_t kChanging = O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND;
  rules.allow_if(SCMP_SYS(openat), {SCMP_A2(SCMP_CMP_MASKED_EQ, kChanging, O_RDONLY)});
  rules.allow_if(SCMP_SYS(open), {SCMP_A1(SCMP_CMP_MASKED_EQ, kChanging, O_RDONLY)});
}

void allow_hosting(Rules& rules) {
  rules.allow({SCMP_SYS(clone), SCMP_SYS(fork), SCMP_SYS(vfork), SCMP_SYS(wait4), SCMP_SYS(pipe2),
               SCMP_SYS(dup2), SCMP_SYS(dup3), SCMP_SYS(seccomp)});
  rules.allow_if(SCMP_SYS(prctl), {SCMP_A0(SCMP_CMP_EQ, PR_SET_NO_NEW_PRIVS)});
  rules.allow_if(SCMP_SYS(prctl), {SCMP_A0(SCMP_CMP_EQ, PR_SET_SECCOMP)});
  rules.allow_if(SCMP_SYS(prctl), {SCMP_A0(SCMP_CMP_EQ, PR_GET_SECCOMP)});
}

scmp_datum_t address(const char* program) {
  return reinterpret_cast<scmp_datum_t>(program);
}

void allow_only(Rules& rules, const char* program) {
  rules.allow_if(SCMP_SYS(execve), {SCMP_A0(SCMP_CMP_EQ, address(program))});
  rules.kill_if(SCMP_SYS(execve), {SCMP_A0(SCMP_CMP_NE, address(program))});
}

}  // namespace

Result<> confine_process(const ExtractLimits& limits) {
  become_nobody();
  // The death signal after the change of user, which would clear it.
  bool confined = ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
                  ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0 &&
                  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 && limit_resources(limits);
  if (confined) return {};
  return fail(ErrorCode::kInternal, "The file could not be read because of a fault in the server.",
              std::string("confining the extraction child: ") + std::strerror(errno));
}

bool install_filter(Filter filter) {
  Rules rules;
  allow_computing(rules);
  switch (filter) {
    case Filter::kReader:
      allow_data_memory(rules);
      break;
    case Filter::kPdfHost:
      allow_loading(rules);
      allow_hosting(rules);
      rules.allow_if(SCMP_SYS(execve), {SCMP_A0(SCMP_CMP_EQ, address(kPdfInfo))});
      rules.allow_if(SCMP_SYS(execve), {SCMP_A0(SCMP_CMP_EQ, address(kPdfToText))});
      break;
    case Filter::kPdfInfo:
      allow_loading(rules);
      allow_only(rules, kPdfInfo);
      break;
    case Filter::kPdfToText:
      allow_loading(rules);
      allow_only(rules, kPdfToText);
      break;
  }
  return rules.load();
}

}  // namespace walrus::extract
