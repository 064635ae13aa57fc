#include "text/word_marks.h"

#include <unicode/uchar.h>

#include <algorithm>

#include "base/utf8.h"

namespace walrus::text {

namespace {

constexpr std::size_t kLongestRun = 64;

bool begins_with_space(std::string_view text, std::size_t at) {
  return u_isUWhiteSpace(static_cast<UChar32>(next_code_point(text, at)));
}

}  // namespace

WordMarks::WordMarks(std::string_view text) : text_(text) {
  marks_.reserve(text.size() / 5);
  each_segment(text, [&](Range segment, SegmentKind kind) {
    if (kind == SegmentKind::kNone && begins_with_space(text, segment.begin)) return;
    unmarked_ += segment.end - segment.begin;
    if (kind != SegmentKind::kNone || unmarked_ > kLongestRun) {
      mark(segment.begin);
      mark_long(segment);
    }
  });
}

// Marks the inside of a segment, marked at its begin, that is longer than a run may be.
void WordMarks::mark_long(Range segment) {
  std::size_t at = segment.begin;
  while (segment.end - at > kLongestRun) {
    at += kLongestRun;
    while (!is_code_point_start(text_, at)) --at;
    mark(at);
  }
  unmarked_ = segment.end - at;
}

std::size_t WordMarks::index_of(std::size_t at) const {
  return static_cast<std::size_t>(std::lower_bound(marks_.begin(), marks_.end(), at) -
                                  marks_.begin());
}

int WordMarks::count(Range range) const {
  return static_cast<int>(index_of(range.end) - index_of(range.begin));
}

std::vector<Range> WordMarks::cut(Range range, int words) const {
  std::size_t first = index_of(range.begin);
  std::size_t total = index_of(range.end) - first;
  std::size_t limit = static_cast<std::size_t>(words);
  std::size_t pieces = std::max<std::size_t>(1, (total + limit - 1) / limit);
  std::vector<Range> out;
  out.reserve(pieces);
  std::size_t begin = range.begin;
  for (std::size_t i = 1; i <= pieces; ++i) {
    std::size_t end = i == pieces ? range.end : marks_[first + total * i / pieces];
    Range piece = trim(text_, {begin, end});
    if (piece.begin < piece.end) out.push_back(piece);
    begin = end;
  }
  return out;
}

}  // namespace walrus::text
