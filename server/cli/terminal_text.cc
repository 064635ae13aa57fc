#include "cli/terminal_text.h"

#include <sys/ioctl.h>
#include <unicode/uchar.h>
#include <unistd.h>

#include <cstdlib>

#include "base/utf8.h"

namespace walrus::cli {

namespace {

constexpr int kUsualWidth = 80;

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

bool rewrites_screen(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F) || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069);
}

std::string cleaned(std::string_view text, bool keep_layout) {
  std::string valid = replace_invalid_utf8(text);
  std::string out;
  out.reserve(valid.size());
  for (std::size_t at = 0; at < valid.size();) {
    char32_t c = next_code_point(valid, at);
    if (c == '\n' || c == '\t') {
      out.push_back(keep_layout ? static_cast<char>(c) : ' ');
    } else if (!rewrites_screen(c)) {
      append_code_point(out, c);
    }
  }
  return out;
}

int columns_of(char32_t c) {
  auto character = static_cast<UChar32>(c);
  switch (u_charType(character)) {
    case U_NON_SPACING_MARK:
    case U_ENCLOSING_MARK:
    case U_FORMAT_CHAR:
      return 0;
    default:
      break;
  }
  int width = u_getIntPropertyValue(character, UCHAR_EAST_ASIAN_WIDTH);
  return width == U_EA_WIDE || width == U_EA_FULLWIDTH ? 2 : 1;
}

}  // namespace

Screen screen_of(std::FILE* out) {
  Screen screen;
  screen.terminal = isatty(fileno(out)) == 1 && environment("TERM") != "dumb";
  if (!screen.terminal) return screen;
  screen.colors = environment("NO_COLOR").empty();
  winsize size{};
  bool known = ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  screen.width = known ? size.ws_col : kUsualWidth;
  return screen;
}

std::string one_line(std::string_view text) {
  return cleaned(text, false);
}

std::string many_lines(std::string_view text) {
  return cleaned(text, true);
}

int columns(std::string_view valid_utf8) {
  int sum = 0;
  for (std::size_t at = 0; at < valid_utf8.size();) {
    sum += columns_of(next_code_point(valid_utf8, at));
  }
  return sum;
}

std::string cut(std::string_view valid_utf8, int width) {
  if (columns(valid_utf8) <= width) return std::string(valid_utf8);
  if (width <= 0) return {};
  std::size_t end = 0;
  int taken = 0;
  for (std::size_t at = 0; at < valid_utf8.size(); end = at) {
    taken += columns_of(next_code_point(valid_utf8, at));
    if (taken > width - 1) break;
  }
  return std::string(valid_utf8.substr(0, end)) + "…";
}

}  // namespace walrus::cli
