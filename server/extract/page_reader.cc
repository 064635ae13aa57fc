#include "extract/page_reader.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>

#include "extract/child_failure.h"
#include "extract/sandbox.h"

namespace walrus::extract {

namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

constexpr int kPagesOfAChild = 200;
constexpr std::chrono::seconds kPageTime{20};

// Waits until one of the descriptors has something to say. Errors: timeout, cancelled.
template <std::size_t N>
Result<> wait_for(std::array<pollfd, N>& waited, SteadyTime deadline) {
  while (true) {
    auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return too_slow();
    int ready = ::poll(waited.data(), waited.size(), static_cast<int>(left.count()));
    if (ready < 0 && errno != EINTR) return internal_failure("poll");
    if (ready > 0) return {};
  }
}

}  // namespace

PageReader::PageReader(std::filesystem::path helper, bool namespaces, ExtractLimits limits)
    : helper_(std::move(helper)), namespaces_(namespaces), limits_(limits), frames_(limits) {}

Result<WebPage> PageReader::read(std::string_view html, std::string_view charset,
                                 std::stop_token stop) {
  if (stop.stop_requested()) return cancelled();
  if (html.size() > kMaxRequestBytes) {
    return fail(ErrorCode::kTooLarge, "The page is larger than the 64 MB that are allowed.");
  }
  if (pages_ >= kPagesOfAChild) child_.reset();
  if (!child_) {
    if (auto started = start(); !started) return std::unexpected(started.error());
  }
  Descriptor stopped(::eventfd(0, EFD_CLOEXEC));
  if (stopped.get() < 0) return internal_failure("eventfd");
  std::stop_callback on_stop(stop, [&stopped] { ::eventfd_write(stopped.get(), 1); });
  ++pages_;
  Result<WebPage> page = exchange(to_request(html, charset), stopped.get());
  if (!page) child_.reset();
  return page;
}

Result<> PageReader::start() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return internal_failure("socketpair");
  }
  requests_ = Descriptor(ends[0]);
  Descriptor input(ends[1]);
  auto command = helper_command(helper_, namespaces_, page_arguments(limits_));
  auto child = ChildProcess::start(command, input.get(), false);
  if (!child) return std::unexpected(child.error());
  child_.emplace(std::move(*child));
  frames_ = FrameReader(limits_);
  pages_ = 0;
  return {};
}

Result<WebPage> PageReader::exchange(std::string_view request, int stopped) {
  const SteadyTime deadline = std::chrono::steady_clock::now() + kPageTime;
  while (true) {
    std::array<pollfd, 3> waited{{{child_->output(), POLLIN, 0},
                                  {stopped, POLLIN, 0},
                                  {request.empty() ? -1 : requests_.get(), POLLOUT, 0}}};
    if (auto ready = wait_for(waited, deadline); !ready) return std::unexpected(ready.error());
    if (waited[1].revents != 0) return cancelled();
    if (waited[0].revents != 0) {
      if (auto received = receive_some(); !received) return std::unexpected(received.error());
      auto page = answer(request.empty());
      if (!page) return std::unexpected(page.error());
      if (*page) return std::move(**page);
    } else if (auto sent = send_some(request); !sent) {
      return std::unexpected(sent.error());
    }
  }
}

// A child that is gone is told by its output.
Result<> PageReader::send_some(std::string_view& request) {
  ssize_t n = ::send(requests_.get(), request.data(), request.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (n > 0) request.remove_prefix(static_cast<std::size_t>(n));
  if (n < 0 && errno == EPIPE)
    return explain(child_->wait(kLastPatience), "before it had the page");
  bool later = n >= 0 || errno == EAGAIN || errno == EINTR;
  if (!later) return internal_failure("send");
  return {};
}

Result<> PageReader::receive_some() {
  std::array<char, 64 * 1024> buffer;
  ssize_t n = ::read(child_->output(), buffer.data(), buffer.size());
  if (n < 0 && errno == EINTR) return {};
  if (n < 0) return internal_failure("read");
  if (n == 0) return explain(child_->wait(kLastPatience), "without an answer");
  frames_.append({buffer.data(), static_cast<std::size_t>(n)});
  return {};
}

Result<std::optional<Result<WebPage>>> PageReader::answer(bool all_sent) {
  auto message = frames_.next();
  if (!message) return disbelieved(message.error().detail);
  if (!*message) return std::nullopt;
  if (frames_.pending() || !all_sent) return disbelieved("an answer that was not asked for");
  if (auto* page = std::get_if<WebPage>(&**message)) return std::move(*page);
  if (auto* error = std::get_if<Error>(&**message)) {
    return Result<WebPage>(std::unexpected(std::move(*error)));
  }
  return disbelieved("an unexpected message");
}

}  // namespace walrus::extract
