#include "extract/extractor.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "extract/child_failure.h"
#include "extract/child_process.h"
#include "extract/descriptor.h"
#include "extract/frames.h"
#include "extract/sandbox.h"

namespace walrus::extract {

namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

// A child may go on for this many times the limit without progress, however much it reports.
constexpr int kWallLimitsInAll = 10;

// One run of the helper: reads its frames until the answer, the end, a deadline or the stop.
class Run {
 public:
  Run(ChildProcess child, const ExtractLimits& limits, int stopped,
      const std::function<void(std::uint64_t, std::uint64_t)>& progress)
      : child_(std::move(child)),
        limits_(limits),
        stopped_(stopped),
        progress_(progress),
        frames_(limits) {}

  Result<text::StructuredText> answer() {
    const SteadyTime end = std::chrono::steady_clock::now() + kWallLimitsInAll * limits_.wall;
    SteadyTime deadline = std::chrono::steady_clock::now() + limits_.wall;
    while (!ended_) {
      if (auto waited = wait_until(std::min(deadline, end)); !waited) {
        return std::unexpected(waited.error());
      }
      if (auto read = read_some(); !read) return std::unexpected(read.error());
      if (auto handled = handle_messages(); !handled) return std::unexpected(handled.error());
      if (advanced_) deadline = std::chrono::steady_clock::now() + limits_.wall;
      report();
    }
    return finish();
  }

 private:
  Result<> wait_until(SteadyTime deadline) {
    while (true) {
      auto left =
          std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
      if (left.count() <= 0) return too_slow();
      pollfd waited[2] = {{child_.output(), POLLIN, 0}, {stopped_, POLLIN, 0}};
      int milliseconds = static_cast<int>(std::min<std::int64_t>(left.count(), 60'000));
      int ready = ::poll(waited, 2, milliseconds);
      if (ready < 0 && errno != EINTR) return internal_failure("poll");
      if (ready <= 0) continue;
      if (waited[1].revents != 0) return cancelled();
      return {};
    }
  }

  Result<> read_some() {
    ssize_t n = ::read(child_.output(), buffer_.data(), buffer_.size());
    if (n < 0 && errno == EINTR) return {};
    if (n < 0) return internal_failure("read");
    ended_ = n == 0;
    frames_.append({buffer_.data(), static_cast<std::size_t>(n)});
    return {};
  }

  Result<> handle_messages() {
    while (true) {
      auto message = frames_.next();
      if (!message) return disbelieved(message.error().detail);
      if (!*message) return {};
      if (answer_) return disbelieved("a message after the answer");
      if (auto* progress = std::get_if<Progress>(&**message)) {
        advance(*progress);
      } else if (auto* document = std::get_if<text::StructuredText>(&**message)) {
        answer_ = std::move(*document);
      } else if (auto* error = std::get_if<Error>(&**message)) {
        answer_ = std::unexpected(std::move(*error));
      } else {
        return disbelieved("an unexpected message");
      }
    }
  }

  // Only what moves forward is a sign of life.
  void advance(const Progress& progress) {
    if (progress.done <= latest_.done) return;
    latest_ = progress;
    advanced_ = true;
  }

  void report() {
    if (advanced_ && progress_) progress_(latest_.done, latest_.total);
    advanced_ = false;
  }

  Result<text::StructuredText> finish() {
    ChildExit exit = child_.wait(kLastPatience);
    if (frames_.pending() && exit.signal == 0) return disbelieved("an unfinished message");
    if (!answer_) return explain(exit, "without an answer");
    return std::move(*answer_);
  }

  ChildProcess child_;
  const ExtractLimits& limits_;
  int stopped_;
  const std::function<void(std::uint64_t, std::uint64_t)>& progress_;
  FrameReader frames_;
  std::array<char, 64 * 1024> buffer_;
  std::optional<Result<text::StructuredText>> answer_;
  Progress latest_;
  bool advanced_ = false;
  bool ended_ = false;
};

}  // namespace

Extractor::Extractor(std::filesystem::path helper, SandboxReport report, ExtractLimits limits)
    : helper_(std::move(helper)), report_(std::move(report)), limits_(limits) {}

Result<Extractor> Extractor::create(std::filesystem::path helper, SandboxRequirement requirement,
                                    ExtractLimits limits) {
  std::error_code error;
  helper = std::filesystem::canonical(helper, error);
  if (error) {
    return fail(ErrorCode::kInternal,
                "The program walrus-extract is missing: install it beside walrus.",
                error.message());
  }
  auto report = probe_sandbox(helper, limits);
  if (!report) return std::unexpected(report.error());
  if (requirement == SandboxRequirement::kRequired && !report->complete()) {
    return fail(ErrorCode::kInternal, "The sandbox is required but not complete on this machine: " +
                                          report->missing + ".");
  }
  return Extractor(std::move(helper), std::move(*report), limits);
}

PageReader Extractor::page_reader() const {
  return PageReader(helper_, report_.namespaces, limits_);
}

Result<text::StructuredText> Extractor::extract(
    const std::filesystem::path& file, Format format, std::stop_token stop,
    const std::function<void(std::uint64_t done, std::uint64_t total)>& progress) const {
  if (stop.stop_requested()) return cancelled();
  Descriptor input(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (input.get() < 0) return internal_failure("opening the stored file");
  Descriptor stopped(::eventfd(0, EFD_CLOEXEC));
  if (stopped.get() < 0) return internal_failure("eventfd");
  std::stop_callback on_stop(stop, [&stopped] { ::eventfd_write(stopped.get(), 1); });

  auto command = helper_command(helper_, report_.namespaces, read_arguments(format, limits_));
  auto child = ChildProcess::start(command, input.get(), false);
  if (!child) return std::unexpected(child.error());
  Run run(std::move(*child), limits_, stopped.get(), progress);
  return run.answer();
}

}  // namespace walrus::extract
