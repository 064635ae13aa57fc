// How well each sentence of the sources answers a query.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "llm/model.h"
#include "llm/question.h"

namespace walrus::llm {

struct Sentence {
  std::size_t source = 0;          // index into the prompt's sources
  std::size_t position = 0;        // within the source
  std::string_view text;           // into the source's text
  std::vector<std::string> terms;  // sorted, each once
  double score = 0;                // of all kinds of evidence, about 0 to 1.5
  double relevance = 0;  // how much of the question it and its surroundings speak of, 0 to 1
};

struct Ranking {
  std::vector<Sentence>
      sentences;  // by source, then position; what stood in an earlier source is left out
  double best_relevance = 0;
  bool about_the_whole = false;  // see Question
};

// Pure; `prompt` must outlive the ranking.
Ranking rank_sentences(const Prompt& prompt);

}  // namespace walrus::llm
