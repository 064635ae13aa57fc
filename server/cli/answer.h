// Shows a chat's answer as its events come: the text on standard output, the steps on standard
// error.
#pragma once

#include <string>

#include "base/json.h"
#include "cli/progress_line.h"

namespace walrus::cli {

class Answer {
 public:
  // A quiet one gathers the text and shows nothing.
  explicit Answer(bool quiet) : quiet_(quiet) {}

  void take(const json::object& event);
  void note_loss();
  // The end of what was shown, whatever comes next.
  void break_off();
  // Shows the sources or the failure of the last event. Gives the exit code.
  int finish(const json::object& last);

  const std::string& text() const { return text_; }

 private:
  void add(std::string_view piece);

  bool quiet_;
  ProgressLine line_{stderr};
  Screen screen_ = screen_of(stdout);
  std::string text_;
};

// "[1] report.pdf p. 3  what it says there", a line for each source of a chat's metadata.
std::string describe_sources(const json::object& metadata, const Screen& screen);

}  // namespace walrus::cli
