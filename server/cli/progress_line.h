// Shows how far work has come: one line that is written over on a terminal, plain lines in a pipe.
#pragma once

#include <cstdio>
#include <optional>
#include <string>

#include "base/json.h"
#include "cli/terminal_text.h"

namespace walrus::cli {

// "[#####-----]  50%  Splitting into chunks...  ~3 s"; without what a status does not say.
std::string describe_progress(const json::object& status);

class ProgressLine {
 public:
  explicit ProgressLine(std::FILE* out) : out_(out) {}
  ProgressLine(std::FILE* out, Screen screen) : out_(out), fixed_(screen) {}

  // `label` names what it is about, such as a file; it may be empty.
  void show(const std::string& label, const json::object& status);
  void show_text(const std::string& label, const std::string& text);
  // Takes the line off the terminal, so that a result can stand in its place.
  void clear();
  // Leaves the line as it is and goes to the next; nothing if nothing was shown.
  void finish();

 private:
  void write(const std::string& label, const std::string& bar, const std::string& text);
  Screen screen() const { return fixed_ ? *fixed_ : screen_of(out_); }  // it may have been resized

  std::FILE* out_;
  std::optional<Screen> fixed_;
  std::string last_;
};

}  // namespace walrus::cli
