// Cuts a text into overlapping chunks at sentence ends, and into the windows that are embedded.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "text/structured_text.h"

namespace walrus::text {

struct ChunkOptions {
  int words = 800;        // of a chunk, at most (a longer sentence is cut between words)
  int overlap = 200;      // words shared with the chunk before, about
  int window_words = 60;  // of an embedding window, at most
};

struct Window {
  std::size_t begin = 0;  // bytes
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
  int first_window = 0;  // [first_window, last_window) cover the chunk exactly: windows break
  int last_window = 0;   // at every chunk boundary, so overlapping chunks share them
};

struct ChunkPlan {
  std::vector<Chunk> chunks;
  std::vector<Window> windows;
};

// Deterministic: equal text and options give an equal plan. Words are ICU's word segments, so that
// languages without spaces count too. `text` must outlive the plan. Thread-safe.
ChunkPlan plan_chunks(const StructuredText& text, const ChunkOptions& options);

// ICU sentences as byte ranges, without surrounding white space.
struct Range {
  std::size_t begin;
  std::size_t end;
};
std::vector<Range> split_sentences(std::string_view text);

}  // namespace walrus::text
