#include "cli/findings.h"

#include <fmt/format.h>

#include <array>

#include "cli/command.h"

namespace walrus::cli {

namespace {

struct Mark {
  const char* word;
  const char* sign;   // on a terminal
  const char* color;  // SGR
};

const Mark& mark_of(Verdict verdict) {
  static constexpr std::array<Mark, 4> kMarks{{
      {"ok", "\u2713", "32"},
      {"skipped", "-", "2"},
      {"warning", "!", "33"},
      {"wrong", "\u2717", "31"},
  }};
  return kMarks.at(static_cast<std::size_t>(verdict));
}

}  // namespace

void Findings::add(const Finding& finding) {
  if (finding.verdict == Verdict::kWrong) ++wrong_;
  if (finding.verdict == Verdict::kWarning) ++warnings_;
  if (!as_json_) return print(finding);
  print_json(
      json::object{{"check", finding.check},
                   {"verdict", mark_of(finding.verdict).word},
                   {"saw", finding.saw},
                   {"mend", finding.mend.empty() ? json::value() : json::value(finding.mend)}});
}

void Findings::print(const Finding& finding) const {
  const Mark& mark = mark_of(finding.verdict);
  std::string sign = fmt::format("{:<7}", mark.word);
  if (screen_.terminal) sign = mark.sign;
  if (screen_.colors) sign = fmt::format("\033[{}m{}\033[0m", mark.color, sign);
  fmt::print("{} {:<11} {}\n", sign, finding.check, one_line(finding.saw));
  if (!finding.mend.empty()) {
    std::string indent(screen_.terminal ? 14 : 20, ' ');
    fmt::print("{}{} {}\n", indent, screen_.terminal ? "\u2192" : "->", one_line(finding.mend));
  }
  std::fflush(stdout);
}

void Findings::sum_up() const {
  if (as_json_) return;
  if (wrong_ == 0 && warnings_ == 0) {
    fmt::print("\nAll is well.\n");
  } else {
    fmt::print("\n{} wrong, {} to know about.\n", wrong_, warnings_);
  }
}

}  // namespace walrus::cli
