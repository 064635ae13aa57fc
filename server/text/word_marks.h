// Where the words of a text begin.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "text/segmentation.h"

namespace walrus::text {

// The words are ICU's; a stretch of 64 bytes without one, white space aside, counts as one.
class WordMarks {
 public:
  // `text` must outlive this and be below 2 GiB.
  explicit WordMarks(std::string_view text);

  // Words that begin in `range`.
  int count(Range range) const;

  // `range` in pieces of about equal size, of at most `words` words each, none with white space at
  // either end. A range that is not white space gives at least one.
  std::vector<Range> cut(Range range, int words) const;

 private:
  void mark(std::size_t at) { marks_.push_back(static_cast<std::uint32_t>(at)); }
  void mark_long(Range segment);
  std::size_t index_of(std::size_t at) const;

  std::string_view text_;
  std::vector<std::uint32_t> marks_;
  std::size_t unmarked_ = 0;  // bytes since the last mark, white space aside
};

}  // namespace walrus::text
