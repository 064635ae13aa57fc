// Text of others on a terminal: what it does to the screen, and how much room it takes.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

namespace walrus::cli {

// What an output can do.
struct Screen {
  bool terminal = false;  // one that takes control sequences
  bool colors = false;    // and nobody said NO_COLOR
  int width = 0;          // in columns; 0 for no limit
};
Screen screen_of(std::FILE* out);

// Valid UTF-8 without control characters and direction overrides, which could rewrite the screen or
// show another name than there is; "\n" and "\t" become a blank.
std::string one_line(std::string_view text);
// The same, with "\n" and "\t" left as they are.
std::string many_lines(std::string_view text);

// Columns on a terminal: 2 for wide East Asian characters and emoji, 0 for combining marks.
int columns(std::string_view valid_utf8);
// At most `width` columns, with "…" at the end where something was cut off.
std::string cut(std::string_view valid_utf8, int width);

}  // namespace walrus::cli
