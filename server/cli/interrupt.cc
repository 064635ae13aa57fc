#include "cli/interrupt.h"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

namespace walrus::cli {

namespace {

// A signal handler gets no context, so where it writes to stands here.
std::atomic<int> pressed{-1};

void on_signal(int) {
  int saved = errno;
  eventfd_write(pressed.load(), 1);
  errno = saved;
}

}  // namespace

Interrupt::Interrupt() : descriptor_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  pressed = descriptor_;
  struct sigaction action{};
  action.sa_handler = on_signal;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
}

Interrupt::~Interrupt() {
  signal(SIGINT, SIG_DFL);
  close(descriptor_);
}

bool Interrupt::wait_for(std::chrono::milliseconds time) const {
  auto deadline = std::chrono::steady_clock::now() + time;
  for (;;) {
    auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd wait{descriptor_, POLLIN, 0};
    int ready = poll(&wait, 1, left.count() > 0 ? static_cast<int>(left.count()) : 0);
    if (ready > 0) return false;
    if (ready == 0) return true;
  }
}

}  // namespace walrus::cli
