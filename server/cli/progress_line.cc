#include "cli/progress_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace walrus::cli {

namespace {

constexpr int kBar = 20;
constexpr std::string_view kStrong = "\x1b[1m";
constexpr std::string_view kCyan = "\x1b[36m";
constexpr std::string_view kPlain = "\x1b[0m";

std::string bar_of(const json::object& status) {
  auto percent = find_integer(status, "progress_percentage");
  if (!percent) return {};
  auto filled = static_cast<std::size_t>(std::clamp<std::int64_t>(*percent, 0, 100)) * kBar / 100;
  return fmt::format("[{}{}] {:3}%", std::string(filled, '#'), std::string(kBar - filled, '-'),
                     *percent);
}

std::string remaining(const json::object& status) {
  const json::value* eta = status.if_contains("eta_seconds");
  if (!eta || !eta->is_number()) return {};
  double seconds = std::ceil(eta->to_number<double>());
  if (seconds >= 90) return fmt::format("~{:.0f} min", std::ceil(seconds / 60));
  return fmt::format("~{:.0f} s", seconds);
}

std::string text_of(const json::object& status) {
  const json::string* message = find_string(status, "status_message");
  std::string text = message ? one_line(*message) : "";
  std::string eta = remaining(status);
  return text.empty() || eta.empty() ? text + eta : text + "  " + eta;
}

// Writes pieces of a line as long as there is room.
class Pieces {
 public:
  explicit Pieces(const Screen& screen) : screen_(screen), room_(screen.width - 1) {}

  void add(const std::string& piece, std::string_view style) {
    if (piece.empty()) return;
    if (!line_.empty()) put("  ", {});
    put(piece, style);
  }
  const std::string& line() const { return line_; }

 private:
  void put(std::string_view piece, std::string_view style) {
    std::string shown = screen_.width > 0 ? cut(piece, room_) : std::string(piece);
    room_ -= columns(shown);
    bool styled = screen_.colors && !style.empty();
    line_ += styled ? fmt::format("{}{}{}", style, shown, kPlain) : shown;
  }

  Screen screen_;
  int room_;
  std::string line_;
};

}  // namespace

std::string describe_progress(const json::object& status) {
  std::string bar = bar_of(status);
  std::string text = text_of(status);
  return bar.empty() || text.empty() ? bar + text : bar + "  " + text;
}

void ProgressLine::show(const std::string& label, const json::object& status) {
  write(label, bar_of(status), text_of(status));
}

void ProgressLine::show_text(const std::string& label, const std::string& text) {
  write(label, "", one_line(text));
}

void ProgressLine::write(const std::string& label, const std::string& bar,
                         const std::string& text) {
  Screen now = screen();
  std::string name = one_line(label);
  Pieces pieces(now);
  // A long name must not push out how far its file has come.
  pieces.add(now.width > 0 ? cut(name, std::max(now.width / 3, 8)) : name, kStrong);
  pieces.add(bar, kCyan);
  pieces.add(text, {});
  if (pieces.line() == last_) return;
  last_ = pieces.line();
  if (now.terminal) {
    fmt::print(out_, "\r\x1b[K{}", last_);
  } else {
    fmt::print(out_, "{}\n", last_);
  }
  std::fflush(out_);
}

void ProgressLine::clear() {
  if (!last_.empty() && screen().terminal) fmt::print(out_, "\r\x1b[K");
  std::fflush(out_);
  last_.clear();
}

void ProgressLine::finish() {
  if (!last_.empty() && screen().terminal) fmt::print(out_, "\n");
  last_.clear();
}

}  // namespace walrus::cli
