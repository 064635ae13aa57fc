// Shows how far work has come: one line that is written over on a terminal, plain lines in a pipe.
#pragma once

#include <cstdio>
#include <string>

#include "base/json.h"

namespace walrus::cli {

// "[#####-----]  50%  Splitting into chunks...  ~3 s", at most `width` columns (ASCII counted).
std::string render_progress(const json::object& status, int width);

class ProgressLine {
 public:
  // On a terminal if `out` is one.
  explicit ProgressLine(std::FILE* out);
  ProgressLine(std::FILE* out, bool terminal, int width)
      : out_(out), terminal_(terminal), width_(width) {}

  // `label` names what it is about, such as a file.
  void show(const std::string& label, const json::object& status);
  void show_text(const std::string& label, const std::string& text);
  // Leaves the line as it is and goes to the next; nothing if nothing was shown.
  void finish();

 private:
  std::FILE* out_;
  bool terminal_;
  int width_;
  std::string last_;
};

}  // namespace walrus::cli
