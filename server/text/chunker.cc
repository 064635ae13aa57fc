#include "text/chunker.h"

#include <algorithm>
#include <cstdlib>

#include "base/utf8.h"
#include "text/word_marks.h"

namespace walrus::text {

namespace {

// What is never divided between chunks: a sentence, or a piece of one longer than a chunk.
struct Unit {
  Range range;
  int words;
  bool is_heading;
};

// Units [first, last).
struct Span {
  std::size_t first;
  std::size_t last;
};

ChunkOptions within_bounds(ChunkOptions options) {
  options.words = std::max(options.words, 1);
  options.overlap = std::clamp(options.overlap, 0, options.words / 2);
  options.window_words = std::clamp(options.window_words, 1, options.words);
  return options;
}

// Where headings begin, ascending.
std::vector<std::size_t> heading_starts(const std::vector<Section>& sections) {
  std::vector<std::size_t> starts;
  std::string_view before;
  for (const Section& section : sections) {
    if (!section.heading.empty() && section.heading != before) starts.push_back(section.start);
    before = section.heading;
  }
  return starts;
}

class UnitMaker {
 public:
  UnitMaker(const StructuredText& text, const ChunkOptions& options, const WordMarks& marks)
      : text_(text.text),
        options_(options),
        marks_(marks),
        headings_(heading_starts(text.sections)) {}

  std::vector<Unit> make() {
    for (Range sentence : split_sentences(text_)) add_sentence(sentence);
    return std::move(units_);
  }

 private:
  // A sentence that runs over the start of a heading ends before it.
  void add_sentence(Range sentence) {
    while (next_heading_ < headings_.size() && headings_[next_heading_] < sentence.end) {
      std::size_t start = headings_[next_heading_++];
      if (start > sentence.begin) add(trim(text_, {sentence.begin, start}));
      sentence = trim(text_, {std::max(start, sentence.begin), sentence.end});
      heading_follows_ = true;
    }
    add(sentence);
  }

  void add(Range range) {
    if (range.begin == range.end) return;
    int words = marks_.count(range);
    if (words <= options_.words) {
      push(range, words);
    } else {
      for (Range piece : marks_.cut(range, options_.window_words)) push(piece, marks_.count(piece));
    }
  }

  void push(Range range, int words) {
    units_.push_back({range, words, heading_follows_});
    heading_follows_ = false;
  }

  std::string_view text_;
  const ChunkOptions& options_;
  const WordMarks& marks_;
  std::vector<std::size_t> headings_;
  std::size_t next_heading_ = 0;
  bool heading_follows_ = false;
  std::vector<Unit> units_;
};

// As many units from `first` on as a chunk may have; more than the chunk before ended with.
std::size_t end_of_chunk(const std::vector<Unit>& units, std::size_t first, std::size_t end_before,
                         int limit) {
  std::size_t last = first;
  int words = 0;
  while (last < units.size() && (last == first || words + units[last].words <= limit)) {
    words += units[last++].words;
  }
  if (last == units.size()) return last;
  std::size_t least = std::max(first, end_before) + 1;
  while (last > least && units[last - 1].is_heading) --last;
  return last;
}

// Where the chunk after `chunk` begins: as near to the overlap as sentences allow, and so that it
// has room for the first unit that is new.
std::size_t begin_of_next(const std::vector<Unit>& units, Span chunk, const ChunkOptions& options) {
  int room = options.words - units[chunk.last].words;
  std::size_t begin = chunk.last;
  int shared = 0;
  while (begin > chunk.first + 1 && shared < options.overlap) {
    int more = shared + units[begin - 1].words;
    bool is_nearer = std::abs(options.overlap - more) <= std::abs(options.overlap - shared);
    if (more > room || !is_nearer) break;
    shared = more;
    --begin;
  }
  return begin;
}

std::vector<Span> make_spans(const std::vector<Unit>& units, const ChunkOptions& options) {
  std::vector<Span> spans;
  std::size_t begin = 0;
  std::size_t end = 0;
  while (end < units.size()) {
    end = end_of_chunk(units, begin, end, options.words);
    spans.push_back({begin, end});
    if (end < units.size()) begin = begin_of_next(units, spans.back(), options);
  }
  return spans;
}

// Packs units into windows. `first_window[i]` will be the window that unit i begins in.
class WindowMaker {
 public:
  WindowMaker(const std::vector<Unit>& units, const ChunkOptions& options, const WordMarks& marks)
      : units_(units), limit_(options.window_words), marks_(marks) {}

  void make(const std::vector<Span>& spans) {
    std::vector<bool> breaks(units_.size() + 1, false);
    for (Span span : spans) breaks[span.first] = breaks[span.last] = true;
    first_window.reserve(units_.size() + 1);
    for (std::size_t i = 0; i < units_.size(); ++i) {
      if (breaks[i] || !fits(units_[i])) is_open_ = false;
      add(units_[i]);
    }
    first_window.push_back(static_cast<int>(windows.size()));
  }

  std::vector<Window> windows;
  std::vector<int> first_window;  // one more than units: the last is the number of windows

 private:
  bool fits(const Unit& unit) const {
    bool begins_better = unit.is_heading && words_ >= limit_ / 4;
    return words_ + unit.words <= limit_ && !begins_better;
  }

  void add(const Unit& unit) {
    if (is_open_) {
      first_window.push_back(static_cast<int>(windows.size()) - 1);
      windows.back().end = unit.range.end;
      words_ += unit.words;
      return;
    }
    first_window.push_back(static_cast<int>(windows.size()));
    for (Range piece : marks_.cut(unit.range, limit_)) {
      windows.push_back({piece.begin, piece.end});
      words_ = marks_.count(piece);
    }
    is_open_ = unit.words <= limit_;
  }

  const std::vector<Unit>& units_;
  int limit_;
  const WordMarks& marks_;
  bool is_open_ = false;
  int words_ = 0;  // of the last window
};

// Byte offsets that never fall to code point offsets, in one walk over the text.
class CodePointOffsets {
 public:
  explicit CodePointOffsets(std::string_view text) : text_(text) {}
  std::size_t of(std::size_t byte) {
    offset_ += count_code_points(text_.substr(byte_, byte - byte_));
    byte_ = byte;
    return offset_;
  }

 private:
  std::string_view text_;
  std::size_t byte_ = 0;
  std::size_t offset_ = 0;
};

const Section* section_at(const std::vector<Section>& sections, std::size_t at) {
  auto starts_after = [](std::size_t byte, const Section& section) { return byte < section.start; };
  auto after = std::upper_bound(sections.begin(), sections.end(), at, starts_after);
  return after == sections.begin() ? nullptr : &*std::prev(after);
}

}  // namespace

ChunkPlan plan_chunks(const StructuredText& text, const ChunkOptions& asked) {
  ChunkOptions options = within_bounds(asked);
  WordMarks marks(text.text);
  std::vector<Unit> units = UnitMaker(text, options, marks).make();
  std::vector<Span> spans = make_spans(units, options);
  WindowMaker windows(units, options, marks);
  windows.make(spans);

  ChunkPlan plan;
  plan.chunks.reserve(spans.size());
  CodePointOffsets begins(text.text);
  CodePointOffsets ends(text.text);
  for (Span span : spans) {
    Chunk chunk;
    chunk.begin = units[span.first].range.begin;
    chunk.end = units[span.last - 1].range.end;
    chunk.start_offset = begins.of(chunk.begin);
    chunk.end_offset = ends.of(chunk.end);
    for (std::size_t i = span.first; i < span.last; ++i) chunk.words += units[i].words;
    chunk.first_window = windows.first_window[span.first];
    chunk.last_window = windows.first_window[span.last];
    if (const Section* section = section_at(text.sections, chunk.begin)) {
      chunk.page = section->page;
      chunk.heading = section->heading;
    }
    plan.chunks.push_back(chunk);
  }
  plan.windows = std::move(windows.windows);
  return plan;
}

}  // namespace walrus::text
