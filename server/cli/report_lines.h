// What a command prints, parted into what is passed on and the lines that are reports.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>

namespace walrus::cli {

struct StepReport {
  std::string name;
};
struct ProgressReport {
  std::uint64_t done;
  std::uint64_t total;  // at least 1
};
struct MessageReport {
  std::string text;  // may be empty
};
using LineReport = std::variant<StepReport, ProgressReport, MessageReport>;

// What stands behind "walrus: " in a line: "step NAME", "3/10", or a message, before which the word
// "message" may stand.
LineReport parse_report(std::string_view line);

// Passes everything on, byte for byte and as soon as it comes, but for lines that begin with
// "walrus: ". Only what may be the beginning of such a line is held back.
class ReportLines {
 public:
  std::function<void(std::string_view bytes)> on_text;
  std::function<void(LineReport report)> on_report;

  void take(std::string_view bytes);
  // Nothing more comes.
  void finish();

 private:
  void take_line_begin(std::string_view& bytes);
  void take_report(std::string_view& bytes);
  void take_text(std::string_view& bytes);

  enum class At { kLineBegin, kReport, kText } at_ = At::kLineBegin;
  std::string held_;  // of a line that may be, or is, a report
};

}  // namespace walrus::cli
