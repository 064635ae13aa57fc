#include "cli/progress_line.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

namespace walrus::cli {

namespace {

constexpr int kBar = 20;

int terminal_width(std::FILE* out) {
  winsize size{};
  if (ioctl(fileno(out), TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

std::string remaining(const json::object& status) {
  const json::value* eta = status.if_contains("eta_seconds");
  if (!eta || !eta->is_number()) return {};
  double seconds = std::ceil(eta->to_number<double>());
  if (seconds >= 90) return fmt::format("  ~{:.0f} min", seconds / 60);
  return fmt::format("  ~{:.0f} s", seconds);
}

}  // namespace

std::string render_progress(const json::object& status, int width) {
  const json::string* message = find_string(status, "status_message");
  std::string text = message ? std::string(*message) : "";
  std::string line;
  if (auto percent = find_integer(status, "progress_percentage")) {
    int filled = static_cast<int>(std::clamp<std::int64_t>(*percent, 0, 100)) * kBar / 100;
    line = fmt::format("[{}{}] {:3}%  ", std::string(static_cast<std::size_t>(filled), '#'),
                       std::string(static_cast<std::size_t>(kBar - filled), '-'), *percent);
  }
  line += text + remaining(status);
  if (static_cast<int>(line.size()) > width)
    line.resize(static_cast<std::size_t>(std::max(width, 0)));
  return line;
}

ProgressLine::ProgressLine(std::FILE* out)
    : out_(out),
      terminal_(isatty(fileno(out)) == 1),
      width_(terminal_ ? terminal_width(out) : 1000) {}

void ProgressLine::show(const std::string& label, const json::object& status) {
  int room = width_ - static_cast<int>(label.size()) - 3;
  show_text(label, render_progress(status, room));
}

void ProgressLine::show_text(const std::string& label, const std::string& text) {
  std::string line = label.empty() ? text : label + "  " + text;
  if (line == last_) return;
  if (terminal_) {
    fmt::print(out_, "\r\x1b[K{}", line);
  } else {
    fmt::print(out_, "{}\n", line);
  }
  std::fflush(out_);
  last_ = line;
}

void ProgressLine::finish() {
  if (terminal_ && !last_.empty()) fmt::print(out_, "\n");
  last_.clear();
}

}  // namespace walrus::cli
