// Cuts a text into overlapping chunks at sentence ends, and into the windows that are embedded.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "text/segmentation.h"
#include "text/structured_text.h"

namespace walrus::text {

// Out of range, an option is taken for the nearest that is in it.
struct ChunkOptions {
  int words = 800;        // of a chunk, at most (a longer sentence is cut between words)
  int overlap = 200;      // words shared with the chunk before, about; at most half of `words`
  int window_words = 60;  // of an embedding window, at most
};

struct Window {
  std::size_t begin = 0;  // bytes; without white space at either end
  std::size_t end = 0;
};

struct Chunk {
  std::size_t begin = 0;  // bytes; without white space at either end
  std::size_t end = 0;
  std::size_t start_offset = 0;  // the same in code points
  std::size_t end_offset = 0;
  int page = 0;              // of its first character
  std::string_view heading;  // into the StructuredText
  int words = 0;
  int first_window = 0;  // [first_window, last_window) cover the chunk from begin to end but for
  int last_window = 0;   // white space between them: windows break at every chunk boundary, so
                         // overlapping chunks share them
};

struct ChunkPlan {
  std::vector<Chunk> chunks;
  std::vector<Window> windows;
};

// Deterministic: equal text and options give an equal plan. Words are ICU's word segments, so that
// languages without spaces count too; 64 bytes without one (symbols, emoji, an endless word) count
// as one as well, so that no text makes a chunk of any size. What is not white space is in a chunk.
// A chunk does not end with a heading if it can be helped, and a window rather begins with one.
// `text` is below 2 GiB and must outlive the plan. Thread-safe.
ChunkPlan plan_chunks(const StructuredText& text, const ChunkOptions& options);

}  // namespace walrus::text
