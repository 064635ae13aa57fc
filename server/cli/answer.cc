#include "cli/answer.h"

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/follow.h"

namespace walrus::cli {

namespace {

std::string describe_source(const json::object& source, int number, const Screen& screen) {
  std::string name = text_member(source, "filename");
  if (name.empty()) name = text_member(source, "url");
  auto page = find_integer(source, "page");
  std::string line =
      one_line(fmt::format("[{}] {}{}  {}", number, name, page ? fmt::format(" p. {}", *page) : "",
                           text_member(source, "snippet")));
  return screen.width > 0 ? cut(line, screen.width) : line;
}

}  // namespace

std::string describe_sources(const json::object& metadata, const Screen& screen) {
  const json::value* sources = metadata.if_contains("sources");
  const json::array* list = sources ? sources->if_array() : nullptr;
  std::string out;
  if (!list) return out;
  int number = 0;
  for (const json::value& source : *list) {
    if (!source.is_object()) continue;
    out += describe_source(source.as_object(), ++number, screen) + "\n";
  }
  return out;
}

void Answer::take(const json::object& event) {
  std::string type = text_member(event, "type");
  if (type == "chunk") add(text_member(event, "content"));
  if (type == "snapshot") {
    std::string whole = text_member(event, "content");
    if (whole.starts_with(text_)) add(std::string_view(whole).substr(text_.size()));
  }
  if (type == "status" && text_.empty() && !quiet_) {
    line_.show_text("", text_member(event, "message"));
  }
}

void Answer::add(std::string_view piece) {
  if (piece.empty()) return;
  bool first = text_.empty();
  text_ += piece;
  if (quiet_) return;
  if (first) line_.clear();
  fmt::print("{}", screen_.terminal ? many_lines(piece) : std::string(piece));
  std::fflush(stdout);
}

void Answer::note_loss() {
  // In the middle of the text there is no place for it, and nothing of the text gets lost.
  if (text_.empty() && !quiet_) line_.show_text("", kComingBack);
}

void Answer::break_off() {
  line_.finish();
  if (!quiet_ && !text_.empty()) fmt::print("\n");
  std::fflush(stdout);
}

int Answer::finish(const json::object& last) {
  break_off();
  if (!is_success(last)) return judge(last, "");
  const json::object* metadata = find_object(last, "metadata");
  std::string sources = metadata ? describe_sources(*metadata, screen_) : "";
  if (!quiet_ && !sources.empty()) fmt::print("\n{}", sources);
  return kDone;
}

}  // namespace walrus::cli
