// What `walrus doctor` found, as a line each.
#pragma once

#include <string>

#include "cli/terminal_text.h"

namespace walrus::cli {

enum class Verdict {
  kOk,
  kSkipped,  // could not be looked at; nothing is known to be wrong
  kWarning,  // works, with less than there could be
  kWrong,
};

struct Finding {
  std::string check;  // a word
  Verdict verdict = Verdict::kOk;
  std::string saw;
  std::string mend;  // what to do about it; empty where nothing is to be done
};

// Shows each finding at once: on a terminal with marks, in a pipe with words, or as JSON.
class Findings {
 public:
  explicit Findings(bool as_json) : as_json_(as_json) {}

  void add(const Finding& finding);
  bool any_wrong() const { return wrong_ > 0; }
  // The last line, for people.
  void sum_up() const;

 private:
  void print(const Finding& finding) const;

  bool as_json_;
  Screen screen_ = screen_of(stdout);
  int wrong_ = 0;
  int warnings_ = 0;
};

}  // namespace walrus::cli
