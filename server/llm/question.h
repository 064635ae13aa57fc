// What a query is after, as far as its words tell.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "llm/model.h"

namespace walrus::llm {

enum class Expected { kAnything, kPerson, kTime, kNumber, kPlace };

struct QuestionTerm {
  std::string term;  // as text::index_terms makes it
  double weight;     // 1: of the query itself; less: of the question before, or a word of asking
  bool is_name =
      false;  // written with a capital: what the question is about, not what it asks of it
};

struct Question {
  std::vector<QuestionTerm> terms;  // in order, each once, no stop words
  Expected expected = Expected::kAnything;
  // It names no matter of its own ("Summarise the document"): the sources themselves are the
  // matter.
  bool about_the_whole = false;
};

// `source_language` (ISO 639-1 or "") decides the stems. The terms of the last question in
// `history` join those of a query that leans on it ("and when?", "where is it?"). Thread-safe.
Question read_question(std::string_view query, Approach approach, const std::vector<Turn>& history,
                       const std::string& source_language);

}  // namespace walrus::llm
