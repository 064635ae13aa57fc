// Words and sentences by ICU, whose dictionaries know the languages that write without spaces.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>
#include <vector>

namespace walrus::text {

// Bytes [begin, end) of a text.
struct Range {
  std::size_t begin;
  std::size_t end;
};

enum class SegmentKind { kNone, kNumber, kLetters };

// Takes the segments of a text (UAX #29) in order; together they are the whole text. kNone are
// white space, punctuation, symbols and emoji. The text is valid UTF-8 below 2 GiB. Thread-safe;
// `take` must not segment words itself.
void each_segment(std::string_view text, const std::function<void(Range, SegmentKind)>& take);

// Sentences without surrounding white space; text that is not white space is in exactly one. ICU
// ends a sentence with every line: here a line that ends without punctuation goes on in the next
// one when that begins in lower case, as wrapped text does. Thread-safe.
std::vector<Range> split_sentences(std::string_view text);

// `range` without the white space at either end; empty if there is nothing else.
Range trim(std::string_view text, Range range);

}  // namespace walrus::text
