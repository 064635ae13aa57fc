#include "cli/report_lines.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/ascii.h"

namespace walrus::cli {

namespace {

constexpr std::string_view kMark = "walrus: ";
constexpr std::size_t kLongestReport = 4096;  // what is longer is cut, not kept

constexpr std::string_view kBlanks = " \t\r\n";

bool read_number(std::string_view text, std::uint64_t& number) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

bool read_progress(std::string_view line, ProgressReport& progress) {
  auto slash = line.find('/');
  if (slash == std::string_view::npos) return false;
  return read_number(trimmed(line.substr(0, slash), kBlanks), progress.done) &&
         read_number(trimmed(line.substr(slash + 1), kBlanks), progress.total) &&
         progress.total > 0;
}

}  // namespace

LineReport parse_report(std::string_view line) {
  line = trimmed(line, kBlanks);
  ProgressReport progress{};
  if (read_progress(line, progress)) return progress;
  if (line.starts_with("step ")) return StepReport{std::string(trimmed(line.substr(5), kBlanks))};
  if (line == "message") return MessageReport{};
  if (line.starts_with("message ")) line = trimmed(line.substr(8), kBlanks);
  return MessageReport{std::string(line)};
}

void ReportLines::take(std::string_view bytes) {
  while (!bytes.empty()) {
    if (at_ == At::kLineBegin) {
      take_line_begin(bytes);
    } else if (at_ == At::kReport) {
      take_report(bytes);
    } else {
      take_text(bytes);
    }
  }
}

void ReportLines::take_line_begin(std::string_view& bytes) {
  while (!bytes.empty() && held_.size() < kMark.size() && bytes.front() == kMark[held_.size()]) {
    held_.push_back(bytes.front());
    bytes.remove_prefix(1);
  }
  if (held_.size() == kMark.size()) {
    held_.clear();
    at_ = At::kReport;
  } else if (!bytes.empty()) {
    if (!held_.empty()) on_text(held_);
    held_.clear();
    at_ = At::kText;
  }
}

void ReportLines::take_report(std::string_view& bytes) {
  auto end = bytes.find('\n');
  std::string_view part = bytes.substr(0, end);
  held_ += part.substr(0, kLongestReport - std::min(kLongestReport, held_.size()));
  bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
  if (end == std::string_view::npos) return;
  on_report(parse_report(std::exchange(held_, {})));
  at_ = At::kLineBegin;
}

void ReportLines::take_text(std::string_view& bytes) {
  auto end = bytes.find('\n');
  std::size_t size = end == std::string_view::npos ? bytes.size() : end + 1;
  on_text(bytes.substr(0, size));
  bytes.remove_prefix(size);
  if (end != std::string_view::npos) at_ = At::kLineBegin;
}

void ReportLines::finish() {
  std::string rest = std::exchange(held_, {});
  if (at_ == At::kReport) {
    on_report(parse_report(rest));
  } else if (!rest.empty()) {
    on_text(rest);
  }
  at_ = At::kLineBegin;
}

}  // namespace walrus::cli
